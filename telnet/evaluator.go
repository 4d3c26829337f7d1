package telnet

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/console"
)

// overseen is an evaluator that reports its calls into the application, as *eval.Session does.
type overseen interface{ Oversee(eval.Overseer) }

var (
	_ overseen        = (*eval.Session)(nil)
	_ console.Watcher = (*evaluator)(nil)
)

// evaluator evaluates for one session: in its turn, at its level, and on record.
type evaluator struct {
	inner console.Evaluator
	conn  *conn
	mask  mask
	watch *watched       // the watch that is running; nil for none
	calls map[string]int // into the application, by name, of this evaluation or watch

	running atomic.Pointer[string] // the source of the running evaluation; nil for none
}

// oversee has all calls into the application recorded from now on, and allows actions if level
// does.
func (e *evaluator) oversee(level Level) {
	inner, ok := e.inner.(overseen)
	if !ok {
		return
	}
	o := eval.Overseer{Begin: e.begin, End: e.end, Mask: e.mask.text}
	if level >= Act {
		o.Approve = e.approve
	}
	inner.Oversee(o)
}

// CompleteContext completes in its turn, as it reads memory like an evaluation. It keeps the short
// place to its end, which is a fraction of a second at most.
func (e *evaluator) CompleteContext(ctx context.Context, line string, pos int) []eval.Completion {
	short := e.conn.server.turns.short
	if err := short.acquire(ctx, e.sayWaiting); err != nil {
		return nil
	}
	defer short.release()
	return e.inner.CompleteContext(ctx, line, pos)
}

// Run evaluates one expression and records it. It waits at each action that q.Confirm is asked
// about.
func (e *evaluator) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	began := time.Now()
	e.running.Store(&q.Source)
	defer e.running.Store(nil)
	if e.watch == nil {
		e.calls = nil
	}
	r, err := e.inTurn(ctx, q)
	if e.watch != nil {
		e.watch.add(r.Cost, err)
		return r, err
	}
	log := e.conn.log()
	if !log.Enabled(e.conn.ctx, slog.LevelInfo) {
		return r, err
	}
	attributes := append([]any{slog.String("expression", recorded(q.Source)), slog.Duration("took", time.Since(began))}, outcome(err)...)
	if err == nil {
		attributes = append(attributes, slog.Int("entries", r.Cost.Entries), slog.Int("bytes", r.Cost.Bytes))
	}
	log.Info("an expression was evaluated", e.appendCalls(attributes)...)
	return r, err
}

// inTurn evaluates q in its turn. While a user is asked to confirm, others have the turn.
func (e *evaluator) inTurn(ctx context.Context, q eval.Query) (eval.Result, error) {
	cancelled := func(err error) error {
		return &eval.Error{Code: "cancelled", Message: "cancelled while waiting for a turn", Source: q.Source, Err: err}
	}
	turn, err := e.conn.server.turns.begin(ctx, e.sayWaiting)
	if err != nil {
		return eval.Result{}, cancelled(err)
	}
	defer turn.end()
	q.Due = turn.due
	q.Long = func(ctx context.Context) error {
		if err := turn.extend(ctx); err != nil {
			return cancelled(err)
		}
		return nil
	}
	if confirm := q.Confirm; confirm != nil {
		q.Confirm = func(ctx context.Context, c *access.Call) error {
			turn.end()
			if err := confirm(ctx, c); err != nil {
				e.conn.log().Info("an action was not confirmed", "call", oneLine(c.Text(), maxCall), "error", plain(err.Error()))
				return err
			}
			return turn.extend(ctx)
		}
	}
	return e.inner.Run(ctx, q)
}

// sayWaiting tells the user what the answer waits for. Say drops it in JSON mode: programs are not
// told.
func (e *evaluator) sayWaiting() {
	e.conn.terminal.Say("waiting for a turn beside evaluations of other sessions; Ctrl-C gives up")
}

// approve refuses actions in a session that only looks.
func (e *evaluator) approve(context.Context, *access.Call) error {
	if Level(e.conn.level.Load()) < Act {
		return errors.New("this session only looks")
	}
	return nil
}

// begin records a call before it runs, so that there is a record whatever the call does. An action
// that cannot be recorded does not run. Of a method or function that only looks, the first call is
// recorded and the others are counted: an expression may call it for each entry of a map.
func (e *evaluator) begin(c *access.Call) error {
	if c.Action {
		return e.conn.mustWarn("an action is run", "call", oneLine(c.Text(), maxCall))
	}
	if e.calls == nil {
		e.calls = map[string]int{}
	}
	e.calls[c.Name]++
	if e.calls[c.Name] == 1 {
		e.conn.log().Info("a call begins", "call", oneLine(c.Text(), maxSource))
	}
	return nil
}

// end records the end of a call that begin recorded.
func (e *evaluator) end(c *access.Call, took time.Duration, err error) {
	attributes := append([]any{slog.Duration("took", took)}, outcome(err)...)
	switch {
	case c.Action:
		e.conn.log().Info("an action ended", append(attributes, slog.String("call", oneLine(c.Text(), maxCall)))...)
	case e.calls[c.Name] == 1:
		e.conn.log().Info("a call ended", append(attributes, slog.String("call", oneLine(c.Text(), maxSource)))...)
	}
}

// appendCalls appends the number of calls to attributes, if there were any.
func (e *evaluator) appendCalls(attributes []any) []any {
	calls := 0
	for _, n := range e.calls {
		calls += n
	}
	if calls > 0 {
		attributes = append(attributes, slog.Int("calls", calls))
	}
	return attributes
}

// outcome returns the attributes that say how an evaluation or call ended.
func outcome(err error) []any {
	var wrong *eval.Error
	switch {
	case err == nil:
		return []any{slog.String("outcome", "ok")}
	case errors.As(err, &wrong):
		return []any{slog.String("outcome", wrong.Code)}
	}
	return []any{slog.String("outcome", "error"), slog.String("error", plain(err.Error()))}
}
