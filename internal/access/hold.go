package access

import (
	"context"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

const (
	// holdTime is for how long a guard is held by one chunk of work, at the most.
	holdTime = 100 * time.Microsecond
	// freshTime is for how long a time slice is good enough to take a guard in.
	freshTime = 2 * time.Millisecond
	// longHold ends work that goes on under a guard that it did not take itself, and so cannot give
	// back.
	longHold = 10 * holdTime

	// The pauses between two attempts at a guard.
	firstPause = 20 * time.Microsecond
	maxPause   = 2 * time.Millisecond
)

// held is a guard that a Visit has: a lock, or its place on an owner's goroutine.
type held struct {
	lock  *lock
	owner *owner
	since time.Time
}

// refusal names a guard that could not be had.
type refusal struct {
	addr  uintptr // of a lock
	owner *owner
}

func (vis *Visit) refuse(r refusal, waited time.Duration) {
	if vis.refused == nil {
		vis.refused = make(map[refusal]time.Duration)
	}
	vis.refused[r] = waited
}

// hold runs f while k is held. If the Visit holds it already, f just runs. The lock is given back
// also when f panics.
func (vis *Visit) hold(k *lock, f func() error) (err error) {
	if vis.holds(k) {
		return f()
	}
	if err := vis.take(k); err != nil {
		return err
	}
	defer func() {
		if failed := vis.drop(); err == nil && failed != nil {
			err = failed
		}
	}()
	return f()
}

// holds reports whether k is held, also by another path that leads to the same lock.
func (vis *Visit) holds(k *lock) bool {
	for i := range vis.held {
		if h := vis.held[i].lock; h != nil && (h == k || h.addr == k.addr) {
			return true
		}
	}
	return false
}

// take tries k until it has it, or has waited long enough. While another guard is held k is tried
// once: the application must not wait for one lock because we wait for another. So is a guard that
// could not be had before in this Visit.
func (vis *Visit) take(k *lock) error {
	if len(vis.held) == 0 {
		vis.freshen()
	}
	if ok, err := k.attempt(); ok || err != nil {
		return vis.had(k, err)
	}
	if len(vis.held) > 0 {
		return &GuardError{Guard: k.label(), Busy: true}
	}
	if waited, ok := vis.refused[refusal{addr: k.addr}]; ok {
		return &GuardError{Guard: k.label(), Waited: waited}
	}
	start, patience := time.Now(), vis.patience.Guard
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		waited := time.Since(start)
		if waited >= patience {
			vis.tally.Waited += waited
			vis.refuse(refusal{addr: k.addr}, waited)
			return &GuardError{Guard: k.label(), Waited: waited}
		}
		jitter := rand.N(pause / 2)
		if err := vis.sleep(min(pause-jitter, patience-waited)); err != nil {
			return err
		}
		if ok, err := k.attempt(); ok || err != nil {
			vis.tally.Waited += time.Since(start)
			return vis.had(k, err)
		}
	}
}

// had notes that k is held, unless err says why it is not.
func (vis *Visit) had(k *lock, err error) error {
	if err == nil {
		vis.push(held{lock: k})
	}
	return err
}

// freshen yields if that was not done for a while, so that we are not taken off the processor with
// a guard in our hands: the scheduler does that after 10 ms (forcePreemptNS in runtime/proc.go).
func (vis *Visit) freshen() {
	if time.Since(vis.pace.since) > freshTime {
		vis.Yield()
	}
}

func (vis *Visit) push(h held) {
	h.since = time.Now()
	vis.held = append(vis.held, h)
}

// drop gives back the guard that was taken last.
func (vis *Visit) drop() (err error) {
	last := len(vis.held) - 1
	h := vis.held[last]
	vis.held = vis.held[:last]
	if h.lock != nil {
		defer h.lock.failed(&err)
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		h.lock.free()
	}
	return nil
}

// overdue reports whether a guard has been held for much longer than a chunk.
func (vis *Visit) overdue() bool {
	return len(vis.held) > 0 && time.Since(vis.held[0].since) > longHold
}

// attempt tries the lock once.
func (k *lock) attempt() (ok bool, err error) {
	defer k.failed(&err)
	// It may lie in memory that is gone, as that of C can be.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return k.try(), nil
}

// failed turns a panic of a lock of the application's own making into an error, and a fault at one
// that is not there.
func (k *lock) failed(err *error) {
	switch p := recover().(type) {
	case nil:
	case interface {
		runtime.Error
		Addr() uintptr
	}:
		*err = &GuardError{Guard: k.label(), Why: "lies in memory that does not answer"}
	default:
		*err = &GuardError{Guard: k.label(), Why: usercode.Panicked(p).Error()}
	}
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
