package eval

import (
	"context"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Query is one evaluation: what to evaluate, within which limits, and what becomes of the answer.
type Query struct {
	// Source is an expression, or name = expression.
	Source string
	// Limits lowers those of the session for this evaluation; see [Limits.Within]. The zero Limits changes nothing.
	Limits Limits
	// Mode says what becomes of the answer, and whether actions may run. The zero Mode is Typed.
	Mode Mode
	// Confirm is asked before each action that the session's Overseer approves, and an error of it
	// refuses the action. nil confirms all. It may wait: that time is not the evaluation's.
	Confirm func(ctx context.Context, c *access.Call) error
	// Long is called once if the evaluation takes longer than [Moment], or reads more than 10,000 entries,
	// with no guard held. The evaluation goes on when Long returns, or ends with its error. What Long
	// waits is not counted as time of the evaluation; its context is that of Run. nil: nobody need be asked.
	Long func(context.Context) error
}

// Moment is how long an evaluation may take before it is a long one.
const Moment = meter.Moment

// Mode is what an evaluation is for. It decides what becomes of the answer, and whether actions run.
type Mode uint8

const (
	// Typed is what somebody asks: the answer becomes _, the one before it _1, and actions may run.
	Typed Mode = iota
	// First is the first sample of a watch. It is Typed, except that no action runs.
	First
	// Again is each later sample of a watch: the answer replaces the one of the sample before, and no action runs.
	Again
	// Aside asks by the way: the answer is not kept, and no action runs.
	Aside
)

// Eval evaluates source within the limits of the session. It is Run of a Query that has only a Source.
func (s *Session) Eval(ctx context.Context, source string) (Result, error) {
	return s.Run(ctx, Query{Source: source})
}
