package guard

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// Owner is the goroutine that an object belongs to.
type Owner struct {
	Run    func(func())    // has its argument called on that goroutine
	Name   string          // of the object
	Callee usercode.Callee // Run
}

// OnOwner runs f on the goroutine of o, or at once if that is where it is called. It returns when f
// has ended, or can no longer begin. A panic of f appears here.
//
// It does not wait while a guard is held, nor for an owner that did not answer before.
func (h *Holder) OnOwner(o *Owner, f func() error) error {
	if h.IsOn(o) {
		return f()
	}
	if h.Holding() {
		return &Error{Guard: o.Name, Owner: true, Held: true}
	}
	if waited, ok := h.refused[guard{owner: o}]; ok {
		return &Error{Guard: o.Name, Owner: true, Waited: waited}
	}
	if o.Callee.Refusal() != "" {
		return &Error{Guard: o.Name, Owner: true, Busy: true}
	}
	ctx, cancel := context.WithTimeout(h.ctx, h.patience)
	defer cancel()

	var (
		decided  atomic.Bool // set by whoever comes first: the owner that begins, or we who give up
		done     = make(chan struct{})
		err      error
		panicked any
	)
	run := func() {
		if !decided.CompareAndSwap(false, true) {
			return
		}
		defer close(done)
		defer func() { panicked = recover() }()
		h.push(held{owner: o})
		defer h.drop()
		err = f()
	}
	start := time.Now()
	call := o.Callee.Go(func() { o.Run(run) })
	select {
	case <-done:
	case <-call.Done():
		if call.Err() == nil {
			// Run has returned; the owner may still call.
			select {
			case <-done:
			case <-ctx.Done():
			}
		}
	case <-ctx.Done():
	}
	waited := time.Since(start)
	began := !decided.CompareAndSwap(false, true)
	if began {
		<-done
	}
	failed := call.Wait(ctx)
	switch {
	case panicked != nil:
		panic(panicked)
	case began:
		return err
	}
	h.waited += waited
	if h.ctx.Err() != nil {
		return context.Cause(h.ctx)
	}
	if failed != nil && failed != usercode.ErrRunning {
		return &Error{Guard: o.Name, Owner: true, Waited: waited, Why: failed.Error()}
	}
	h.refuse(guard{owner: o}, waited)
	return &Error{Guard: o.Name, Owner: true, Waited: waited}
}

// IsOn reports whether the evaluation is on the goroutine of o now.
func (h *Holder) IsOn(o *Owner) bool {
	for i := range h.held {
		if h.held[i].owner == o {
			return true
		}
	}
	return false
}
