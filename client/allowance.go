package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// allowance is a context that ends with DeadlineExceeded once --timeout has passed; its cause is a
// tooLate. The time that a person takes to answer does not count.
type allowance struct {
	context.Context               // which ends with Canceled at that moment
	done            chan struct{} // closed then: one of its own, or what is derived would end with Canceled too
	end             context.CancelCauseFunc
	all             time.Duration

	mu    sync.Mutex
	timer *time.Timer // nil while a person is asked
	left  time.Duration
	since time.Time // the timer runs for left from then on
}

// allowanceKey is the key of an allowance among the values of a context.
type allowanceKey struct{}

// tooLate is the error of what took longer than --timeout, which it is.
type tooLate time.Duration

func (t tooLate) Error() string {
	return fmt.Sprintf("no answer within %v; --timeout allows more", time.Duration(t))
}

func (tooLate) Is(target error) bool { return target == context.DeadlineExceeded }

// allow returns a context that ends once that much time has passed without a person being asked, or
// never if d is not positive.
func allow(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	a := &allowance{Context: ctx, done: make(chan struct{}), end: end, all: d, left: d}
	context.AfterFunc(ctx, func() { close(a.done) })
	a.goOn()
	return a, func() {
		a.stand()
		end(context.Canceled)
	}
}

func (a *allowance) Done() <-chan struct{} { return a.done }

func (a *allowance) Err() error {
	if err := a.Context.Err(); err == nil || !errors.Is(context.Cause(a.Context), context.DeadlineExceeded) {
		return err
	}
	return context.DeadlineExceeded
}

// AfterFunc spares package context a goroutine for each context that is derived.
func (a *allowance) AfterFunc(f func()) (stop func() bool) { return context.AfterFunc(a.Context, f) }

func (a *allowance) Value(key any) any {
	if key == (allowanceKey{}) {
		return a
	}
	return a.Context.Value(key)
}

// stand stops the time.
func (a *allowance) stand() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.timer != nil {
		a.timer.Stop()
		a.timer, a.left = nil, max(1, a.left-time.Since(a.since))
	}
}

// goOn has the time go on, if there is a bound.
func (a *allowance) goOn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.timer == nil && a.left > 0 && a.Context.Err() == nil {
		a.since = time.Now()
		a.timer = time.AfterFunc(a.left, func() { a.end(tooLate(a.all)) })
	}
}

// stood calls f, which asks a person. The allowance of ctx, if it has one, stands meanwhile.
func stood(ctx context.Context, f func() error) error {
	if a, ok := ctx.Value(allowanceKey{}).(*allowance); ok {
		a.stand()
		defer a.goOn()
	}
	return f()
}

// lateness returns the error of what takes longer than ctx allows, even if nobody was told yet; nil if
// there is time.
func lateness(ctx context.Context) error {
	if a, ok := ctx.Value(allowanceKey{}).(*allowance); ok {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.timer != nil && time.Since(a.since) >= a.left {
			return tooLate(a.all)
		}
		return nil
	}
	if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) {
		return context.DeadlineExceeded
	}
	return nil
}

// late returns the error of what was tried, as that of --timeout if ctx has ended by that: net has its
// own words.
func late(ctx context.Context, what string, err error) error {
	cause := context.Cause(ctx)
	switch {
	case err == nil || !errors.Is(cause, context.DeadlineExceeded):
		return err
	case errors.Is(err, cause) && strings.Contains(err.Error(), what):
		return err
	case errors.Is(err, cause): // and more is known
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %w", what, cause)
}
