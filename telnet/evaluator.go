package telnet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
)

// maxRecorded is how much of an expression stands in the log, in bytes.
const maxRecorded = 1 << 10

// actor is an evaluator that can be let act, as *eval.Session can.
type actor interface {
	Act(approve func(ctx context.Context, call string) error)
}

var _ actor = (*eval.Session)(nil)

// errUnconfirmed refuses an action until the user has confirmed the line.
var errUnconfirmed = errors.New("it was not confirmed")

// evaluator evaluates for one session: in its turn, at its level, and on record.
type evaluator struct {
	inner console.Evaluator
	conn  *conn

	confirmed bool   // the line being evaluated may act
	wanted    string // the first action that it would have run, "" for none

	doing atomic.Pointer[string] // what is being evaluated; nil for nothing
}

func (e *evaluator) Complete(line string, pos int) []eval.Completion {
	return e.inner.Complete(line, pos)
}

// Eval evaluates one expression. One that would act is confirmed first, where there is somebody
// to ask: what it does up to its first action changes nothing, so it is then evaluated anew.
func (e *evaluator) Eval(ctx context.Context, source string) (eval.Result, error) {
	began := time.Now()
	e.doing.Store(&source)
	defer e.doing.Store(nil)
	e.confirmed, e.wanted = !e.conn.dialog.echoes(), ""
	r, err := e.inTurn(ctx, source)
	if e.wanted != "" {
		if e.confirmed = e.conn.confirm(ctx, e.wanted); e.confirmed {
			r, err = e.inTurn(ctx, source)
		}
	}
	e.record(source, time.Since(began), r.Cost, err)
	return r, err
}

func (e *evaluator) inTurn(ctx context.Context, source string) (eval.Result, error) {
	release, err := e.conn.server.turns.take(ctx)
	if err != nil {
		return eval.Result{}, &eval.Error{Code: "cancelled", Message: "cancelled while other sessions' evaluations ran", Source: source, Err: err}
	}
	defer release()
	return e.inner.Eval(ctx, source)
}

// approve is asked before each action. What runs is in the log before it does.
func (e *evaluator) approve(_ context.Context, call string) error {
	call = recorded(call)
	if !e.confirmed {
		e.wanted = call
		return errUnconfirmed
	}
	e.conn.log().Warn("an action is run", "call", call)
	return nil
}

// record writes the audit's record of one evaluation.
func (e *evaluator) record(source string, took time.Duration, cost eval.Cost, err error) {
	outcome := "ok"
	var wrong *eval.Error
	switch {
	case errors.As(err, &wrong):
		outcome = wrong.Code
	case err != nil:
		outcome = "error"
	}
	e.conn.log().Info("an expression was evaluated", "expression", recorded(source), "outcome", outcome,
		slog.Duration("took", took), slog.Int("entries", cost.Entries), slog.Int("bytes", cost.Bytes))
}

// recorded is source as the log has it: without secrets, and cut.
func recorded(source string) string {
	source = registry.RedactSource(source)
	if len(source) <= maxRecorded {
		return source
	}
	n := maxRecorded
	for n > 0 && !utf8.RuneStart(source[n]) {
		n--
	}
	return fmt.Sprintf("%s… %d bytes more", source[:n], len(source)-n)
}

// confirm asks whether a line may run that acts.
func (c *conn) confirm(ctx context.Context, call string) bool {
	answer, err := c.dialog.ask(ctx, shown(call)+" changes the program. Run this line? Type yes: ", false)
	return err == nil && strings.TrimSpace(answer) == "yes"
}

// shown is text without what a terminal would take for more than text.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return utf8.RuneError
		}
		return r
	}, text)
}
