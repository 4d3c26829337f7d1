package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
)

// ConfirmTime is how long an action waits to be confirmed.
const ConfirmTime = time.Minute

// pending is an evaluation of JSON mode that waits at an action for the next request, which
// confirms it, or else refuses it by being another. The evaluation has a goroutine of its own
// meanwhile, and what it holds; it is given up after ConfirmTime.
type pending struct {
	steps  chan step // what it came to: the next action, or its end
	cancel context.CancelFunc
	asked  *asked
}

// step is where an evaluation stops: at an action, or at its end.
type step struct {
	asked *asked
	reply reply
	panic *PanicError
}

// asked is an action that waits to be confirmed, once.
type asked struct {
	token   string
	call    string
	verdict chan error // for one
	decided atomic.Bool
}

// decide lets the action run, or refuses it. It reports whether that was still to be decided.
func (a *asked) decide(err error) bool {
	if !a.decided.CompareAndSwap(false, true) {
		return false
	}
	a.verdict <- err
	return true
}

var (
	errNotConfirmed = errors.New("it was not confirmed: another request came in its place")
	errSessionOver  = errors.New("it was not confirmed: the session ended")
)

// SetConfirm sets how a person confirms an action, which confirm asks for. It is used while present
// reports that somebody is there to be asked, and never in JSON mode, where a program confirms by
// a request. Without it actions run unconfirmed outside JSON mode, as far as the Overseer lets them.
func (s *Session) SetConfirm(present func() bool, confirm func(context.Context, *access.Call) error) {
	s.present, s.confirmer = present, confirm
}

// SetConfirmTime sets how long an action waits to be confirmed in JSON mode.
func (s *Session) SetConfirmTime(d time.Duration) { s.confirmTime = d }

// ask evaluates q up to its first action, or to its end.
func (s *Session) ask(ctx context.Context, q eval.Query) reply {
	p := &pending{steps: make(chan step, 1)}
	var own context.Context
	own, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	q.Confirm = func(ctx context.Context, c *access.Call) error {
		a := &asked{token: rand.Text(), call: c.Text(), verdict: make(chan error, 1)}
		expiry := time.AfterFunc(s.confirmTime, func() { a.decide(fmt.Errorf("it was not confirmed within %v", s.confirmTime)) })
		defer expiry.Stop()
		p.steps <- step{asked: a}
		select {
		case err := <-a.verdict:
			return err
		case <-ctx.Done():
			a.decided.Store(true)
			return context.Cause(ctx)
		}
	}
	go func() {
		returned := false
		defer func() {
			if !returned {
				p.steps <- step{panic: newPanic(recover())}
			}
		}()
		r := s.expression(own, q)
		returned = true
		p.steps <- step{reply: r}
	}()
	return s.follow(ctx, p)
}

// follow waits for the next step of p, for as long as ctx allows.
func (s *Session) follow(ctx context.Context, p *pending) reply {
	leave := context.AfterFunc(ctx, p.cancel)
	next := <-p.steps
	leave()
	switch {
	case next.panic != nil:
		p.cancel()
		panic(next.panic)
	case next.asked == nil:
		p.cancel()
		return next.reply
	}
	p.asked = next.asked
	s.mu.Lock()
	over := s.over
	if !over {
		s.pending = p
	}
	s.mu.Unlock()
	if over {
		return s.giveUp(p, errSessionOver)
	}
	r := failed(codeConfirm, "%s changes the program; it runs when the next request confirms it", p.asked.call)
	r.Action = &replyAction{Token: p.asked.token, Call: p.asked.call, MS: float64(s.confirmTime.Milliseconds())}
	return r
}

// takePending is what waits for this request, nil for nothing.
func (s *Session) takePending() *pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending
	s.pending = nil
	return p
}

// giveUp refuses the action of p and waits for the end of its evaluation, which is soon. A nil p is none.
func (s *Session) giveUp(p *pending, why error) reply {
	if p == nil {
		return reply{}
	}
	p.asked.decide(why)
	for {
		next := <-p.steps
		switch {
		case next.panic != nil:
			p.cancel()
			panic(next.panic)
		case next.asked == nil:
			p.cancel()
			return next.reply
		}
		next.asked.decide(why)
	}
}

// confirm runs the action of p, if the token is that of the action and it still waits.
func (s *Session) confirm(ctx context.Context, p *pending, token string) reply {
	if p == nil {
		return failed(codeExpired, "nothing waits to be confirmed; ask again")
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(p.asked.token)) != 1 {
		s.giveUp(p, errNotConfirmed)
		return failed(codeExpired, "this is not the token of the action that waited, which was given up; ask again")
	}
	if !p.asked.decide(nil) {
		s.giveUp(p, nil)
		return failed(codeExpired, "the action waited for %v and was given up; ask again", s.confirmTime)
	}
	return s.follow(ctx, p)
}

// Close gives up what waits to be confirmed. Nothing can be asked any more.
func (s *Session) Close() {
	s.mu.Lock()
	s.over = true
	p := s.pending
	s.pending = nil
	s.mu.Unlock()
	if p != nil {
		p.asked.decide(errSessionOver)
		p.cancel()
	}
}

// replyAction is an action that waits to be confirmed.
type replyAction struct {
	Token string  `json:"token"`
	Call  string  `json:"call"`
	MS    float64 `json:"ms"`
}
