package console

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
)

// slowly is an evaluator that tells its progress, asks about an action and ends when the test says so.
// It panics once ends is closed.
type slowly struct {
	fake
	told    chan eval.Progress
	confirm chan error
	ends    chan error
}

func (s *slowly) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	for {
		select {
		case p := <-s.told:
			if q.Progress != nil {
				q.Progress(p)
			}
			s.told <- p // it was told
		case <-s.confirm:
			s.confirm <- q.Confirm(ctx, &access.Call{})
		case err, ok := <-s.ends:
			if !ok {
				panic("a fault")
			}
			if err != nil {
				return eval.Result{}, err
			}
			return eval.Result{Node: textNode("42")}, nil
		case <-ctx.Done():
			return eval.Result{}, &eval.Error{Code: "cancelled", Message: "cancelled", Err: ctx.Err()}
		}
	}
}

func (s *slowly) tells(p eval.Progress) {
	s.told <- p
	<-s.told
}

// tickClock is a clock whose waits end when the test says so.
type tickClock struct {
	stillClock
	tick chan struct{}
}

func (c tickClock) Wait(_ time.Duration, done, _ <-chan struct{}) {
	select {
	case <-c.tick:
	case <-done:
	}
}

// newWaiting returns a reader who has asked a question that takes long, and sees nothing of it yet.
func newWaiting(t *testing.T) (*reader, *slowly, tickClock) {
	t.Helper()
	e := &slowly{told: make(chan eval.Progress), confirm: make(chan error), ends: make(chan error)}
	r := newReaderOf(t, e, 10)
	clock := tickClock{tick: make(chan struct{})}
	r.term.session.ticks = clock
	r.term.session.SetConfirm(func() bool { return true }, func(context.Context, *access.Call) error {
		_, err := r.peer.Write([]byte("Run it? yes\n"))
		return err
	})
	r.types("size(x)\r")
	r.sees("> size(x)\n│")
	return r, e, clock
}

// halfLine is what half of the progress looks like on 40 columns.
const halfLine = "… 1,100 of 2,000 of cache.items\\x1b, 55│"

// newHalfway returns a reader who sees halfLine.
func newHalfway(t *testing.T) (*reader, *slowly, tickClock) {
	t.Helper()
	r, e, clock := newWaiting(t)
	e.tells(eval.Progress{Path: "cache.items\x1b", At: 1_100, Of: 2_000, Read: 4_000, Time: 640 * time.Millisecond})
	clock.tick <- struct{}{}
	r.sees("> size(x)\n" + halfLine)
	return r, e, clock
}

// TestProgress: a line tells how far a long evaluation has come, and is gone with the answer.
func TestProgress(t *testing.T) {
	later := eval.Progress{Read: 4_100, Time: 940 * time.Millisecond}
	t.Run("nothing to tell", func(t *testing.T) {
		r, e, clock := newWaiting(t)
		clock.tick <- struct{}{}
		clock.tick <- struct{}{} // the first drew nothing
		e.tells(later)
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 4,100 read, 0.9 s, 4,400/s│")
	})
	t.Run("answer", func(t *testing.T) {
		r, e, clock := newHalfway(t)
		e.tells(later)
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 4,100 read, 0.9 s, 4,400/s│")
		r.term.Say("Ann has come")
		clock.tick <- struct{}{}
		r.sees("> size(x)\nAnn has come\n… 4,100 read, 0.9 s, 4,400/s│")
		e.ends <- nil
		r.sees("> size(x)\nAnn has come\n42\n> │")
	})
	t.Run("error", func(t *testing.T) {
		r, e, _ := newHalfway(t)
		e.ends <- errors.New("no more")
		r.sees("> size(x)\nno more\n> │")
	})
	t.Run("interrupt", func(t *testing.T) {
		r, _, _ := newHalfway(t)
		r.types("\x03")
		r.sees("> size(x)\ncancelled\n> │")
	})
	t.Run("question", func(t *testing.T) {
		r, e, clock := newHalfway(t)
		e.confirm <- nil
		if err := <-e.confirm; err != nil {
			t.Fatal(err)
		}
		r.sees("> size(x)\nRun it? yes\n│")
		clock.tick <- struct{}{}
		r.sees("> size(x)\nRun it? yes\n" + halfLine)
		e.ends <- nil
		r.sees("> size(x)\nRun it? yes\n42\n> │")
	})
	t.Run("another width", func(t *testing.T) {
		r, e, clock := newHalfway(t)
		r.vt.resize(15)
		r.term.SetSize(15, 10)
		e.tells(later)
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 4,100 read, │")
		r.vt.resize(9)
		r.term.SetSize(9, 10)
		e.ends <- nil
		r.sees("> size(x)\n42\n> │")
	})
	t.Run("panic", func(t *testing.T) {
		r, e, clock := newHalfway(t)
		close(e.ends)
		var fault *PanicError
		if err := wait(t, r.term); !errors.As(err, &fault) {
			t.Errorf("the session ended with %v", err)
		}
		select {
		case clock.tick <- struct{}{}:
			t.Error("it draws on")
		default:
		}
	})
}

// TestProgressIsForPeople: whoever reads lines, or JSON, or has told no size, is told answers alone.
func TestProgressIsForPeople(t *testing.T) {
	for _, tc := range []struct {
		name string
		set  func(s *Session)
	}{
		{"lines", func(s *Session) { s.SetHeight(24) }},
		{"no size", func(s *Session) { s.SetEchoed(true) }},
		{"JSON", func(s *Session) { s.SetEchoed(true); s.SetHeight(24); s.restyle(func(st *style) { st.json = true }) }},
		{"dumb", func(s *Session) { s.SetEchoed(true); s.SetHeight(24); s.restyle(func(st *style) { st.dumb = true }) }},
	} {
		s := New(&fake{}, newPeer(), eval.Limits{})
		tc.set(s)
		var q eval.Query
		s.watchProgress(&q)()
		if q.Progress != nil {
			t.Errorf("%s: somebody is told", tc.name)
		}
	}
	s := New(&fake{}, newPeer(), eval.Limits{})
	s.SetEchoed(true)
	s.SetHeight(24)
	var q eval.Query
	s.watchProgress(&q)()
	if q.Progress == nil {
		t.Error("a person is not told")
	}
}
