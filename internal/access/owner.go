package access

import (
	"context"
	"sync/atomic"
	"time"
)

// owner runs reads on the goroutine that an object belongs to.
type owner struct {
	run   func(func())
	name  string
	stuck stuck
}

// visit runs f on o's goroutine, or just runs it if we are there already. It
// returns when f has ended, or will never begin; a panic of f appears here. An
// owner that did not answer once in this Look is not asked again, and none is
// asked while a guard is held, or by another owner's goroutine: that would wait.
func (l *Look) visit(o *owner, f func() error) error {
	if l.visits(o) {
		return f()
	}
	if len(l.held) > 0 {
		return &GuardError{Guard: o.name, Owner: true, Held: true}
	}
	if waited, ok := l.refused[refusal{owner: o}]; ok {
		return &GuardError{Guard: o.name, Owner: true, Waited: waited}
	}
	if o.stuck.full() != "" {
		return &GuardError{Guard: o.name, Owner: true, Busy: true}
	}
	ctx, cancel := context.WithTimeout(l.ctx, l.patience.Guard)
	defer cancel()

	var (
		state atomic.Int32 // who goes first: the owner that begins, or we who give up
		done  = make(chan struct{})
		err   error
		threw any
	)
	visit := func() {
		if !state.CompareAndSwap(underWay, ended) {
			return
		}
		defer close(done)
		defer func() { threw = recover() }()
		l.push(held{owner: o})
		defer l.drop()
		err = f()
	}
	start := time.Now()
	c := o.stuck.start(func() { o.run(visit) })
	select {
	case <-done:
	case <-c.done:
		if c.err == nil {
			// It has returned; the owner may still call.
			select {
			case <-done:
			case <-ctx.Done():
			}
		}
	case <-ctx.Done():
	}
	waited := time.Since(start)
	began := !state.CompareAndSwap(underWay, abandoned)
	if began {
		<-done
	}
	ended := c.wait(ctx)
	switch {
	case threw != nil:
		panic(threw)
	case began:
		return err
	}
	l.tally.Waited += waited
	if l.ctx.Err() != nil {
		return context.Cause(l.ctx)
	}
	if ended != nil && ended != errStill {
		return &GuardError{Guard: o.name, Owner: true, Waited: waited, Why: ended.Error()}
	}
	l.refuse(refusal{owner: o}, waited)
	return &GuardError{Guard: o.name, Owner: true, Waited: waited}
}

// visits reports whether we are on o's goroutine.
func (l *Look) visits(o *owner) bool {
	for i := range l.held {
		if l.held[i].owner == o {
			return true
		}
	}
	return false
}
