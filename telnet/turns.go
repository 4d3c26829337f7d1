package telnet

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// patient is how long a session waits for its turn before it is told that it does.
const patient = time.Second

// turns lets a number of evaluations run at a time, over all sessions. Each begins in one of the
// short places, of which there is one more than of the long ones, and has to leave that after a
// moment: one that goes on then waits for a long place. So a question that reads little
// never waits for one that reads much. Completions have a short place to their end. Those who wait for a place get it in the order in which they came,
// and as a session evaluates one expression at a time, each session has a place before any has a second one.
type turns struct{ short, long places }

func newTurns(n int) turns { return turns{make(places, n+1), make(places, n)} }

// places are taken by sending to them.
type places chan struct{}

// take waits for a place, and calls waiting once if that takes a while. The error is that of ctx.
func (p places) take(ctx context.Context, waiting func()) error {
	select {
	case p <- struct{}{}:
		return nil
	default:
	}
	said := time.NewTimer(patient)
	defer said.Stop()
	for {
		select {
		case p <- struct{}{}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-said.C:
			waiting()
		}
	}
}

func (p places) leave() { <-p }

// turn is one evaluation's.
type turn struct {
	of      turns
	waiting func()
	leave   *time.Timer // leaves the short place, if it can still be stopped
	long    bool
}

// begin waits for a short place. The turn must be ended.
func (t turns) begin(ctx context.Context, waiting func()) (*turn, error) {
	if err := t.short.take(ctx, waiting); err != nil {
		return nil, err
	}
	// It is left in time also while the evaluation waits for the application, and does not ask for more.
	return &turn{of: t, waiting: waiting, leave: time.AfterFunc(eval.Moment, t.short.leave)}, nil
}

// more leaves the short place, and waits for a long one, unless the turn has one.
func (t *turn) more(ctx context.Context) error {
	if t.long {
		return nil
	}
	t.free()
	err := t.of.long.take(ctx, t.waiting)
	t.long = err == nil
	return err
}

// free leaves the short place, unless it was left.
func (t *turn) free() {
	if t.leave.Stop() {
		t.of.short.leave()
	}
}

// end leaves what place there is. The turn may go on with more.
func (t *turn) end() {
	t.free()
	if t.long {
		t.long = false
		t.of.long.leave()
	}
}
