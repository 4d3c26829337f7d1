package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// allowance is a context that ends with DeadlineExceeded once --timeout has passed. The time that a
// person takes to answer does not count.
type allowance struct {
	context.Context
	end context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer // nil while a person is asked
	left  time.Duration
	since time.Time // the timer runs for left from then on
}

// allowanceKey is the key of an allowance among the values of a context.
type allowanceKey struct{}

// allow returns a context that ends once that much time has passed without a person being asked, or
// never if d is not positive.
func allow(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	a := &allowance{Context: ctx, end: end, left: d}
	if d > 0 {
		a.goOn()
	}
	return a, func() {
		a.stand()
		end(context.Canceled)
	}
}

func (a *allowance) Err() error {
	if err := a.Context.Err(); err == nil || !errors.Is(context.Cause(a.Context), context.DeadlineExceeded) {
		return err
	}
	return context.DeadlineExceeded
}

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

// goOn has the time go on.
func (a *allowance) goOn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.since = time.Now()
	a.timer = time.AfterFunc(a.left, func() { a.end(context.DeadlineExceeded) })
}

// stood calls f, which asks a person. The allowance of ctx, if it has one, stands meanwhile.
func stood(ctx context.Context, f func() error) error {
	if a, ok := ctx.Value(allowanceKey{}).(*allowance); ok && a.left > 0 {
		a.stand()
		defer a.goOn()
	}
	return f()
}

// isLate reports whether the time of ctx has passed, even if nobody was told yet.
func isLate(ctx context.Context) bool {
	if a, ok := ctx.Value(allowanceKey{}).(*allowance); ok {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.timer != nil && time.Since(a.since) >= a.left
	}
	end, ok := ctx.Deadline()
	return ok && !time.Now().Before(end)
}

// late returns the error of what was tried, as one of time if ctx has ended by that: net calls it
// cancelled.
func late(ctx context.Context, what string, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%s: %w", what, context.DeadlineExceeded)
}
