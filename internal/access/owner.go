package access

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// owner runs reads on the goroutine that an object belongs to.
type owner struct {
	run    func(func())
	name   string
	callee usercode.Callee
}

// onOwner runs f on o's goroutine, or just runs it if we are there already. It returns when f has
// ended, or will never begin; a panic of f appears here. An owner that did not answer once in this
// Visit is not asked again, and none is asked while a guard is held, or by another owner's
// goroutine: that would wait.
func (vis *Visit) onOwner(o *owner, f func() error) error {
	if vis.isOn(o) {
		return f()
	}
	if len(vis.held) > 0 {
		return &GuardError{Guard: o.name, Owner: true, Held: true}
	}
	if waited, ok := vis.refused[refusal{owner: o}]; ok {
		return &GuardError{Guard: o.name, Owner: true, Waited: waited}
	}
	if o.callee.Refusal() != "" {
		return &GuardError{Guard: o.name, Owner: true, Busy: true}
	}
	ctx, cancel := context.WithTimeout(vis.ctx, vis.patience.Guard)
	defer cancel()

	var (
		begun atomic.Bool // set by who goes first: the owner that begins, or we who give up
		done  = make(chan struct{})
		err   error
		threw any
	)
	visit := func() {
		if !begun.CompareAndSwap(false, true) {
			return
		}
		defer close(done)
		defer func() { threw = recover() }()
		vis.push(held{owner: o})
		defer vis.drop()
		err = f()
	}
	start := time.Now()
	c := o.callee.Go(func() { o.run(visit) })
	select {
	case <-done:
	case <-c.Done():
		if c.Err() == nil {
			// It has returned; the owner may still call.
			select {
			case <-done:
			case <-ctx.Done():
			}
		}
	case <-ctx.Done():
	}
	waited := time.Since(start)
	began := !begun.CompareAndSwap(false, true)
	if began {
		<-done
	}
	ended := c.Wait(ctx)
	switch {
	case threw != nil:
		panic(threw)
	case began:
		return err
	}
	vis.tally.Waited += waited
	if vis.ctx.Err() != nil {
		return context.Cause(vis.ctx)
	}
	if ended != nil && ended != usercode.ErrRunning {
		return &GuardError{Guard: o.name, Owner: true, Waited: waited, Why: ended.Error()}
	}
	vis.refuse(refusal{owner: o}, waited)
	return &GuardError{Guard: o.name, Owner: true, Waited: waited}
}

// isOn reports whether we are on o's goroutine.
func (vis *Visit) isOn(o *owner) bool {
	for i := range vis.held {
		if vis.held[i].owner == o {
			return true
		}
	}
	return false
}
