package telnet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
)

// actor is an evaluator that can be let act, as *eval.Session can.
type actor interface {
	Act(approve func(ctx context.Context, call string) error)
}

var _ actor = (*eval.Session)(nil)

// evaluator evaluates for one session: in its turn, at its level, and on record.
type evaluator struct {
	inner console.Evaluator
	conn  *conn

	asks      bool   // the user is asked before the first action of an expression
	confirmed string // the action that the user has confirmed
	wanted    string // the action that waits for that

	doing atomic.Pointer[string] // what is being evaluated; nil for nothing
}

func (e *evaluator) Complete(line string, pos int) []eval.Completion {
	return e.inner.Complete(line, pos)
}

// Run evaluates one expression. One that would act is confirmed first, where there is somebody
// to ask: what it does up to its first action changes nothing, so it is then evaluated anew.
func (e *evaluator) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	began := time.Now()
	e.doing.Store(&q.Source)
	defer e.doing.Store(nil)
	e.asks = e.conn.dialog.echoes() && !e.conn.session.InJSON()
	e.confirmed, e.wanted = "", ""
	r, err := e.inTurn(ctx, q)
	if call := e.wanted; call != "" && e.conn.confirm(ctx, call) {
		e.confirmed, e.wanted = call, ""
		r, err = e.inTurn(ctx, q)
	}
	e.record(q.Source, time.Since(began), r.Cost, err)
	return r, err
}

func (e *evaluator) inTurn(ctx context.Context, q eval.Query) (eval.Result, error) {
	release, err := e.conn.server.turns.take(ctx, e.waits)
	if err != nil {
		return eval.Result{}, &eval.Error{Code: "cancelled", Message: "cancelled while other sessions' evaluations ran", Source: q.Source, Err: err}
	}
	defer release()
	return e.inner.Run(ctx, q)
}

// waits tells the user, if that is not a program, what the answer waits for.
func (e *evaluator) waits() {
	if !e.conn.session.InJSON() {
		e.conn.terminal.Say(fmt.Sprintf("waiting for a turn, as %d evaluations of other sessions run; Ctrl-C gives up", cap(e.conn.server.turns)))
	}
}

// approve is asked before each action. What runs is in the log before it does. Of the actions of
// an expression that the user has confirmed, the first must be the one that they were shown.
func (e *evaluator) approve(_ context.Context, call string) error {
	switch {
	case !e.asks:
	case e.confirmed == "":
		e.wanted = call
		return errors.New("it was not confirmed")
	case e.confirmed != call:
		return fmt.Errorf("what was confirmed is %s, and meanwhile it is another call; ask again", e.confirmed)
	default:
		e.asks = false // what else the expression does was confirmed with it
	}
	e.conn.log().Warn("an action is run", "call", recorded(call))
	return nil
}

// record writes the audit's record of one evaluation.
func (e *evaluator) record(typed string, took time.Duration, cost eval.Cost, err error) {
	attributes := []any{slog.String("expression", recorded(typed)), slog.Duration("took", took)}
	var wrong *eval.Error
	switch {
	case err == nil:
		attributes = append(attributes, slog.String("outcome", "ok"), slog.Int("entries", cost.Entries), slog.Int("bytes", cost.Bytes))
	case errors.As(err, &wrong):
		attributes = append(attributes, slog.String("outcome", wrong.Code))
	default:
		attributes = append(attributes, slog.String("outcome", "error"))
	}
	e.conn.log().Info("an expression was evaluated", attributes...)
}

// confirm asks whether an expression may run that acts.
func (c *conn) confirm(ctx context.Context, call string) bool {
	answer, err := c.dialog.ask(ctx, shown(registry.RedactSource(call))+" changes the program. Run this expression? Type yes: ", false)
	return err == nil && strings.TrimSpace(answer) == "yes"
}
