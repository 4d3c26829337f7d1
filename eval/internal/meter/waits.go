package meter

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// waits is the context of an evaluation. It ends with its parent, when the time is spent, and with
// the evaluation. Most evaluations wait for nothing: the timer, and the channel that it closes, are
// made when Done is first called. Until then a Meter's looks at the clock see that the time is
// spent. It refers to nothing of the evaluation, as code of the application may keep it. It is safe for
// concurrent use.
type waits struct {
	context.Context // the parent

	mu     sync.Mutex
	began  atomic.Pointer[wait] // nil until Done is called
	until  time.Time            // when the time is spent
	paused int                  // pauses that have not ended
	over   atomic.Bool          // the evaluation has ended
}

// wait is what ends waits.
type wait struct {
	ctx   context.Context
	end   context.CancelCauseFunc
	timer *time.Timer
}

// Done implements context.Context.
func (w *waits) Done() <-chan struct{} {
	if b := w.began.Load(); b != nil {
		return b.ctx.Done()
	}
	return w.begin().ctx.Done()
}

func (w *waits) begin() *wait {
	w.mu.Lock()
	defer w.mu.Unlock()
	if b := w.began.Load(); b != nil {
		return b
	}
	b := &wait{}
	b.ctx, b.end = context.WithCancelCause(w.Context)
	if w.over.Load() {
		b.end(nil)
	}
	left := time.Until(w.until)
	if w.paused > 0 || w.over.Load() {
		left = math.MaxInt64 // the pause may have taken longer than that, and Stop would come too late
	}
	b.timer = time.AfterFunc(left, func() { b.end(context.DeadlineExceeded) })
	if w.paused > 0 || w.over.Load() {
		b.timer.Stop()
	}
	w.began.Store(b)
	return b
}

// Err implements context.Context.
func (w *waits) Err() error {
	if b := w.began.Load(); b != nil {
		return b.ctx.Err()
	}
	if w.over.Load() {
		return context.Canceled
	}
	return w.Context.Err()
}

// Value implements context.Context. It lets package context find the cause.
func (w *waits) Value(key any) any {
	if b := w.began.Load(); b != nil {
		return b.ctx.Value(key)
	}
	return w.Context.Value(key)
}

// pause stops the clock until resume is called.
func (w *waits) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused++
	if b := w.began.Load(); b != nil {
		b.timer.Stop()
	}
}

// resume starts the clock again, after a pause that took so long.
func (w *waits) resume(took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = w.until.Add(took)
	if w.paused--; w.paused > 0 {
		return
	}
	if b := w.began.Load(); b != nil && b.ctx.Err() == nil {
		b.timer.Reset(time.Until(w.until))
	}
}

// end ends whatever still waits.
func (w *waits) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over.Store(true)
	if b := w.began.Load(); b != nil {
		b.timer.Stop()
		b.end(nil)
	}
}
