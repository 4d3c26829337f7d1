package eval

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Query is an evaluation to run.
type Query struct {
	// Source is an expression, or name = expression.
	Source string
	// Limits lowers those of the session for this evaluation, and may raise Time up to the
	// MaxTime of the session; see [Limits.Within]. The zero Limits changes nothing.
	Limits Limits
	// Mode says what becomes of the answer, and whether actions may run. The zero Mode is
	// Typed.
	Mode Mode
	// Once leaves out of the answer's Node the content of structs that other pointers in it lead
	// to: text shows those once in any case, and JSON would lack them; see render.Limit.
	Once bool
	// Line is how many columns the screen has on which the answer is laid out at a glance: of what
	// gets one line there no more is read than fits it. 0 reads as much as the limits allow, as for
	// JSON. See render.Limit.
	Line int
	// Explain has the answer tell in Ways how its collections were walked.
	Explain bool
	// Confirm is called before each action that the session's Overseer approves. Its error
	// refuses the action. It may wait: its time does not count. A nil Confirm confirms every
	// action.
	Confirm func(ctx context.Context, c *access.Call) error
	// Long is called if the evaluation takes longer than [Moment] or reads more than 10,000
	// entries, once and then whenever Due reports true. No guard is held, and the context is
	// that of Run. The evaluation goes on when Long returns, or ends with its error. The time
	// that Long takes does not count; Cost.Queued has it. Long may be nil.
	Long func(context.Context) error
	// Due reports whether a long evaluation has to call Long again. It is asked at each look at
	// the clock with no guard held, ten thousand times a second and more, so it must be quick.
	// A nil Due never reports true.
	Due func() bool
	// Progress is told how far the evaluation has come, soon after its start and then at most every
	// 100 ms. A guard may be held, so it must not wait. It may be nil.
	Progress func(Progress)
}

// Progress is how far a running evaluation has come.
type Progress struct {
	Time time.Duration // since its start, without what it waited for a confirmation
	// Path is that of the list or map that is walked, the outermost of several, and At of its Of
	// elements were looked at. Path is "" if none is walked or no expression leads there.
	Path   string
	At, Of int
	Read   int // entries read, in all, as for Limits.Entries
}

// Moment is how long an evaluation may take before it counts as long.
const Moment = meter.Moment

// Mode says what an evaluation is for.
type Mode uint8

const (
	// Typed is a line that somebody typed. Its answer becomes _, the one before it _1, and
	// actions may run.
	Typed Mode = iota
	// Sample is one of many looks at the same, as a watch takes them. Its answer is kept for a
	// Condition alone, until the next Typed: _ and the variables stay as they are. No action runs.
	Sample
	// Condition is an evaluation in which _ is the answer to the last Sample. Its own answer is not
	// kept. No action runs.
	Condition
	// Aside is an evaluation whose answer is not kept. No action runs.
	Aside
)

// Eval evaluates source within the limits of the session. It is Run with a Query that has only a
// Source.
func (s *Session) Eval(ctx context.Context, source string) (Result, error) {
	return s.Run(ctx, Query{Source: source})
}
