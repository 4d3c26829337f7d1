package telnet

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// noticeAfter is how long an evaluation waits for its turns, in all, before the user is told so.
const noticeAfter = time.Second

// turns limits concurrent evaluations, over all sessions. An evaluation begins in a short place and
// leaves it after eval.Moment; to go on it needs a long place, for one slice of time after another.
// There is one more short place than long ones, so a question that reads little never waits for one
// that reads much. A session evaluates one expression at a time, so places are shared fairly
// between sessions.
type turns struct {
	short places
	long  *line
}

// newTurns returns turns with n long places.
func newTurns(n int) turns { return turns{make(places, n+1), &line{places: n, slice: longSlice}} }

// places is a semaphore: sending acquires a place. They are given in the order of asking.
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
	told    bool        // waiting was called
	leave   *time.Timer // releases the short place; if it can be stopped, the turn still has that
	long    waiter
	asked   bool          // the turn has a long place, or had one that is over
	waited  time.Duration // for long places
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

// due reports whether the turn has to be extended again: another evaluation has its long place.
func (t *turn) due() bool { return t.long.over.Load() }

// extend waits for a long place, unless the turn has one, and releases the short one first.
func (t *turn) extend(ctx context.Context) error {
	if t.asked && !t.due() {
		return nil
	}
	t.releaseShort()
	t.asked = true
	if t.turns.long.enter(&t.long) {
		return nil
	}
	began := time.Now()
	defer func() { t.waited += time.Since(began) }()
	var notice <-chan time.Time
	if !t.told {
		timer := time.NewTimer(noticeAfter - t.waited)
		defer timer.Stop()
		notice = timer.C
	}
	for {
		select {
		case <-t.long.given:
			return nil
		case <-ctx.Done():
			return ctx.Err() // end leaves the line
		case <-notice:
			t.told = true
			t.waiting()
		}
	}
}

// releaseShort releases the short place, if the turn still has it.
func (t *turn) releaseShort() {
	if t.leave.Stop() {
		t.turns.short.release()
	}
}

// end releases the place that the turn has. extend takes the turn up again, as one that comes for
// the first time: a person was waited for.
func (t *turn) end() {
	t.releaseShort()
	if t.asked {
		t.turns.long.leave(&t.long)
		t.asked, t.long.again = false, false
		t.long.over.Store(false)
	}
}
