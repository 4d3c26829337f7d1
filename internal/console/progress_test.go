package console

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
)

// slowly is an evaluator that tells its progress, and asks about an action, when the test says so.
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
		case err := <-s.ends:
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
	p := newPeer()
	e := &slowly{told: make(chan eval.Progress), confirm: make(chan error), ends: make(chan error)}
	s := New(e, p, eval.Limits{})
	clock := tickClock{tick: make(chan struct{})}
	s.ticks = clock
	s.SetConfirm(func() bool { return true }, func(context.Context, *access.Call) error {
		_, err := p.Write([]byte("Run it? yes\n"))
		return err
	})
	term := Attach(context.Background(), s, p, nil)
	t.Cleanup(func() {
		p.vanish()
		term.Hangup(nil)
		wait(t, term)
	})
	term.Start()
	p.answer(t)
	term.SetEcho(true)
	term.SetSize(40, 10)
	r := &reader{t, term, p, newVT(t, 40)}
	r.vt.Write([]byte(prompt))
	r.types("size(x)\r")
	r.sees("> size(x)\n│")
	return r, e, clock
}

// TestProgress: a line tells how far a long evaluation has come, and is gone with the answer.
func TestProgress(t *testing.T) {
	half := eval.Progress{Path: "cache.items\x1b", At: 1_100, Of: 2_000, Read: 4_000, Time: 640 * time.Millisecond}
	t.Run("answer", func(t *testing.T) {
		r, e, clock := newWaiting(t)
		clock.tick <- struct{}{}
		clock.tick <- struct{}{} // the first found nothing to tell
		e.tells(half)
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 1,100 of 2,000 of cache.items\\x1b, 55│")
		e.tells(eval.Progress{Read: 4_100, Time: 940 * time.Millisecond})
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 4,100 read, 0.9 s│")
		r.term.Say("Ann has come")
		clock.tick <- struct{}{}
		r.sees("> size(x)\nAnn has come\n… 4,100 read, 0.9 s│")
		e.ends <- nil
		r.sees("> size(x)\nAnn has come\n42\n> │")
	})
	t.Run("error", func(t *testing.T) {
		r, e, clock := newWaiting(t)
		e.tells(half)
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 1,100 of 2,000 of cache.items\\x1b, 55│")
		e.ends <- errors.New("no more")
		r.sees("> size(x)\nno more\n> │")
	})
	t.Run("interrupt", func(t *testing.T) {
		r, e, clock := newWaiting(t)
		e.tells(half)
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 1,100 of 2,000 of cache.items\\x1b, 55│")
		r.types("\x03")
		r.sees("> size(x)\ncancelled\n> │")
	})
	t.Run("question", func(t *testing.T) {
		r, e, clock := newWaiting(t)
		e.tells(half)
		clock.tick <- struct{}{}
		r.sees("> size(x)\n… 1,100 of 2,000 of cache.items\\x1b, 55│")
		e.confirm <- nil
		if err := <-e.confirm; err != nil {
			t.Fatal(err)
		}
		r.sees("> size(x)\nRun it? yes\n│")
		clock.tick <- struct{}{}
		r.sees("> size(x)\nRun it? yes\n… 1,100 of 2,000 of cache.items\\x1b, 55│")
		e.ends <- nil
		r.sees("> size(x)\nRun it? yes\n42\n> │")
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
