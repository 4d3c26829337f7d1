package telnet

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// patient is how long a session waits for its turn before it is told so.
const patient = time.Second

// turns limits the evaluations that run at a time, over all sessions. An evaluation begins in a short
// place and leaves it after a moment; if it goes on it waits for a long place. There is one more
// short place than long ones, so a question that reads little never waits for one that reads much.
// A completion keeps its short place to the end. Places are given in the order of asking. As a session
// evaluates one expression at a time, each has a place before any has a second one.
type turns struct{ short, long places }

func newTurns(n int) turns { return turns{make(places, n+1), make(places, n)} }

// places is a semaphore: sending takes a place.
type places chan struct{}

// take waits for a place, and calls waiting once if that takes a while. It returns the error of ctx.
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

// turn is the turn of one evaluation.
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
	// The timer leaves the place in time even if the evaluation waits for the application and does not call more.
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

// free leaves the short place, if the turn still has it.
func (t *turn) free() {
	if t.leave.Stop() {
		t.of.short.leave()
	}
}

// end leaves whatever place the turn has. The turn may go on with more.
func (t *turn) end() {
	t.free()
	if t.long {
		t.long = false
		t.of.long.leave()
	}
}
