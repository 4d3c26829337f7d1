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

	turn   turn   // of the running evaluation or completion
	source string // of the running evaluation
	due    func() bool
	long   func(context.Context) error

	running atomic.Pointer[string] // the source of the running evaluation; nil for none
}

func newEvaluator(c *conn) *evaluator {
	e := &evaluator{inner: c.server.evaluator(), conn: c}
	e.turn = turn{turns: c.server.turns, waiting: e.sayWaiting}
	e.due, e.long = e.turn.due, e.extend
	return e
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
	if e.turn.begin(ctx, true) != nil {
		return nil
	}
	defer e.turn.end()
	return e.inner.CompleteContext(ctx, line, pos)
}

// Run evaluates one expression and records it. It waits at each action that q.Confirm is asked
// about.
func (e *evaluator) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	began := time.Now()
	source := q.Source
	e.running.Store(&source)
	defer e.running.Store(nil)
	if e.watch == nil {
		e.calls = nil
	}
	r, err := e.inTurn(ctx, q)
	if e.watch != nil {
		e.watch.add(r.Cost, err)
	} else if log := e.conn.log(); log.Enabled(e.conn.ctx, slog.LevelInfo) {
		e.record(log, source, time.Since(began), r.Cost, err)
	}
	return r, err
}

// record records an evaluation.
func (e *evaluator) record(log *slog.Logger, source string, took time.Duration, cost eval.Cost, err error) {
	attributes := append([]any{slog.String("expression", recorded(source)), slog.Duration("took", took)}, outcome(err)...)
	if err == nil {
		attributes = append(attributes, slog.Int("entries", cost.Entries), slog.Int("bytes", cost.Bytes))
	}
	log.Info("an expression was evaluated", e.appendCalls(attributes)...)
}

// inTurn evaluates q in its turn. While a user is asked to confirm, others have the turn.
func (e *evaluator) inTurn(ctx context.Context, q eval.Query) (eval.Result, error) {
	e.source = q.Source
	if err := e.turn.begin(ctx, false); err != nil {
		return eval.Result{}, e.cancelled(err)
	}
	defer e.turn.end()
	q.Due, q.Long = e.due, e.long
	if q.Confirm != nil {
		q.Confirm = e.confirming(q.Confirm)
	}
	return e.inner.Run(ctx, q)
}

// extend extends the turn.
func (e *evaluator) extend(ctx context.Context) error {
	if err := e.turn.extend(ctx); err != nil {
		return e.cancelled(err)
	}
	return nil
}

// cancelled is the error of an evaluation whose turn does not come because of err.
func (e *evaluator) cancelled(err error) error {
	return &eval.Error{Code: "cancelled", Message: "cancelled while waiting for a turn", Source: e.source, Err: err}
}

// confirming returns confirm, with the turn given up meanwhile.
func (e *evaluator) confirming(confirm func(context.Context, *access.Call) error) func(context.Context, *access.Call) error {
	return func(ctx context.Context, c *access.Call) error {
		e.turn.end()
		if err := confirm(ctx, c); err != nil {
			e.conn.log().Info("an action was not confirmed", "call", oneLine(c.Text(), maxCall), "error", plain(err.Error()))
			return err
		}
		return e.turn.extend(ctx)
	}
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
