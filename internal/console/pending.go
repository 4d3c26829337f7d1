package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/access"
)

// ConfirmTime is how long an action waits to be confirmed by default.
const ConfirmTime = time.Minute

// pending is an evaluation of JSON mode that has stopped at an action. The next request confirms
// the action; any other request refuses it. Until then, at most for the session's confirmTime, the
// evaluation's goroutine waits.
type pending struct {
	steps  chan step // of capacity 1; receives where the evaluation stops next
	cancel context.CancelFunc
	asked  *asked    // the action it has stopped at
	id     string    // of the request; "" for none
	events *reporter // nil for none
}

// step is where an evaluation stops: at an action, at its end, or in a panic. One field is set.
type step struct {
	asked *asked
	reply reply
	panic *PanicError
}

// asked is an action to be confirmed.
type asked struct {
	token   string
	call    string      // its text
	verdict chan error  // of capacity 1; receives nil to run the action, or why not
	decided atomic.Bool // verdict has received, or never will
}

// decide runs the action if err is nil, and otherwise refuses it. It reports whether nobody had
// decided before.
func (a *asked) decide(err error) bool {
	if !a.decided.CompareAndSwap(false, true) {
		return false
	}
	a.verdict <- err
	return true
}

var (
	errNotConfirmed = errors.New("it was not confirmed: another request came instead")
	errCancelled    = errors.New("the request was cancelled")
	errSessionOver  = errors.New("it was not confirmed: the session ended")
)

// SetConfirm sets how a person confirms an action: while present reports that somebody is there,
// confirm asks them. In JSON mode a program confirms by a request instead. Without SetConfirm,
// actions outside of JSON mode run unconfirmed, as far as the Overseer lets them.
func (s *Session) SetConfirm(present func() bool, confirm func(context.Context, *access.Call) error) {
	s.present, s.confirmer = present, confirm
}

// SetConfirmTime sets how long an action waits to be confirmed in JSON mode.
func (s *Session) SetConfirmTime(d time.Duration) { s.confirmTime = d }

// ask evaluates q up to its first action, or to its end if there is none.
// events, which may be nil, ends with the evaluation, and tells nothing while an action waits.
func (s *Session) ask(ctx context.Context, q eval.Query, id json.RawMessage, events *reporter) reply {
	p := &pending{steps: make(chan step, 1), id: string(id), events: events}
	var own context.Context
	own, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	q.Confirm = func(ctx context.Context, c *access.Call) error {
		a := &asked{token: rand.Text(), call: c.Text(), verdict: make(chan error, 1)}
		expiry := time.AfterFunc(s.confirmTime, func() { a.decide(fmt.Errorf("it was not confirmed within %v", s.confirmTime)) })
		defer expiry.Stop()
		defer events.hide()()
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
				events.end()
				p.steps <- step{panic: newPanic(recover())}
			}
		}()
		r := s.expression(own, q)
		events.end()
		returned = true
		p.steps <- step{reply: r}
	}()
	return s.follow(ctx, p)
}

// follow waits for the next step of p. When ctx ends it cancels the evaluation.
func (s *Session) follow(ctx context.Context, p *pending) reply {
	leave := context.AfterFunc(ctx, p.cancel)
	defer leave()
	next := p.next()
	if next.asked == nil {
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
	r := errorReply(codeConfirm, "%s changes the program; it runs when the next request confirms it", p.asked.call)
	r.Action = &replyAction{Token: p.asked.token, Call: p.asked.call, MS: float64(s.confirmTime.Milliseconds())}
	return r
}

// next waits for the next step of the evaluation. A panic there goes on here.
func (p *pending) next() step {
	s := <-p.steps
	if s.asked == nil {
		p.cancel()
	}
	if s.panic != nil {
		panic(s.panic)
	}
	return s
}

// takePending returns what waits for this request, or nil.
func (s *Session) takePending() *pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending
	s.pending = nil
	return p
}

// giveUp refuses the action of p and all that follow, and waits for the evaluation to end, which is
// soon. A nil p stands for nothing pending.
func (s *Session) giveUp(p *pending, why error) reply {
	if p == nil {
		return reply{}
	}
	p.asked.decide(why)
	for {
		next := p.next()
		if next.asked == nil {
			return next.reply
		}
		next.asked.decide(why)
	}
}

// confirm runs the action of p if token is the action's and the action still waits.
func (s *Session) confirm(ctx context.Context, p *pending, id json.RawMessage, token string) reply {
	if p == nil {
		return errorReply(codeExpired, "no action waits to be confirmed; ask again")
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(p.asked.token)) != 1 {
		s.giveUp(p, errNotConfirmed)
		return errorReply(codeExpired, "the action that waited has another token, and was given up; ask again")
	}
	p.id = string(id)
	p.events.setID(id)
	if !p.asked.decide(nil) {
		s.giveUp(p, nil)
		return errorReply(codeExpired, "the action waited for %v and was given up; ask again", s.confirmTime)
	}
	return s.follow(ctx, p)
}

// Close gives up the action that waits to be confirmed, and lets no other wait.
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

// replyAction is the member action of a reply: an action that waits to be confirmed.
type replyAction struct {
	Token string  `json:"token"`
	Call  string  `json:"call"`
	MS    float64 `json:"ms"`
}
