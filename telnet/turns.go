package telnet

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// noticeAfter is how long a session waits for its turn before it is told so.
const noticeAfter = time.Second

// turns limits concurrent evaluations, over all sessions. An evaluation begins in a short place and
// leaves it after eval.Moment; to go on it needs a long place. There is one more short place than
// long ones, so a question that reads little never waits for one that reads much. Places are given
// in the order of asking. A session evaluates one expression at a time, so each session gets a
// place before any gets a second one.
type turns struct{ short, long places }

// newTurns returns turns with n long places.
func newTurns(n int) turns { return turns{make(places, n+1), make(places, n)} }

// places is a semaphore: sending acquires a place.
type places chan struct{}

// acquire waits for a place, and calls waiting once if that takes noticeAfter. The error is that of
// ctx.
func (p places) acquire(ctx context.Context, waiting func()) error {
	select {
	case p <- struct{}{}:
		return nil
	default:
	}
	notice := time.NewTimer(noticeAfter)
	defer notice.Stop()
	for {
		select {
		case p <- struct{}{}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-notice.C:
			waiting()
		}
	}
}

func (p places) release() { <-p }

// turn is the turn of one evaluation. Its methods are called by one goroutine.
type turn struct {
	turns   turns
	waiting func()      // tells the user
	leave   *time.Timer // releases the short place; if it can be stopped, the turn still has that
	long    bool        // the turn has a long place
}

// begin waits for a short place. The turn must be ended.
func (t turns) begin(ctx context.Context, waiting func()) (*turn, error) {
	if err := t.short.acquire(ctx, waiting); err != nil {
		return nil, err
	}
	// The timer releases the place even if the evaluation waits for the application and does not
	// ask for more.
	return &turn{turns: t, waiting: waiting, leave: time.AfterFunc(eval.Moment, t.short.release)}, nil
}

// extend waits for a long place, unless the turn has one, and releases the short one first.
func (t *turn) extend(ctx context.Context) error {
	if t.long {
		return nil
	}
	t.releaseShort()
	err := t.turns.long.acquire(ctx, t.waiting)
	t.long = err == nil
	return err
}

// releaseShort releases the short place, if the turn still has it.
func (t *turn) releaseShort() {
	if t.leave.Stop() {
		t.turns.short.release()
	}
}

// end releases the place that the turn has. extend takes the turn up again.
func (t *turn) end() {
	t.releaseShort()
	if t.long {
		t.long = false
		t.turns.long.release()
	}
}
