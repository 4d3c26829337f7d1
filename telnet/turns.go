package telnet

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// noticeAfter is how long an evaluation waits for its turns, in all, before the user is told so.
const noticeAfter = time.Second

// turns limits concurrent evaluations, over all sessions. An evaluation begins in a short place and
// has it for eval.Moment at most if others wait; to go on it needs a long place, for one slice of
// time after another. There is one more short place than long ones, so a question that reads little
// never waits for one that reads much. A session evaluates one expression at a time, so places are
// shared fairly between sessions.
type turns struct{ short, long *line }

// newTurns returns turns with n long places.
func newTurns(n int) turns {
	return turns{&line{places: n + 1, slice: eval.Moment}, &line{places: n, slice: longSlice}}
}

// turn is the turn of one evaluation after the other. Its methods are called by one goroutine, due
// by any.
type turn struct {
	turns   turns
	waiting func() // tells the user

	told        bool // waiting was called
	short, long waiter
	begun       bool          // the turn has a short place, or had one that is over
	asked       bool          // the turn has a long place, or had one that is over
	waited      time.Duration // for long places
}

// begin waits for a short place. Unless it fails, with the error of ctx, the turn must be ended. If
// it is kept, the place is lost to nobody.
func (t *turn) begin(ctx context.Context, kept bool) error {
	t.told, t.waited = false, 0
	t.short.again, t.short.keeps = false, kept
	t.begun = true
	if t.turns.short.enter(&t.short) {
		return nil
	}
	notice := time.NewTimer(noticeAfter)
	defer notice.Stop()
	err := t.short.await(ctx, notice.C, t.waiting)
	if err != nil {
		t.releaseShort()
	}
	return err
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
	// After an error end leaves the line.
	return t.long.await(ctx, notice, func() {
		t.told = true
		t.waiting()
	})
}

// releaseShort releases the short place, if the turn still has it.
func (t *turn) releaseShort() {
	if t.begun {
		t.begun = false
		t.turns.short.leave(&t.short)
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
