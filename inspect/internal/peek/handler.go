package peek

import (
	"errors"
	"sync/atomic"
)

// ErrUncaught is the error of a read that may fault while faults are not caught.
var ErrUncaught = errors.New("it is not read: something other than Go handles SIGSEGV or SIGBUS in this process, as the crash reporter of a C library does, and a stale address would end it. What registry.Guard, Owner or Frozen covers can still be read")

// uncaught says that faults do not reach the Go runtime, which makes panics of
// them.
var uncaught atomic.Bool

// Watch finds out whether faults reach the Go runtime, which a library of C can
// change at any time by taking the handlers of their signals. From then on, and
// until Watch finds otherwise, reads from bare addresses are ErrUncaught. It is
// for the beginning of each evaluation: it asks the kernel twice, which takes
// less than a microsecond. Only linux on amd64, arm64 and 386 is asked; elsewhere
// they are believed to.
func Watch() error {
	is := !faultsReachGo()
	if uncaught.Load() != is {
		uncaught.Store(is)
	}
	if is {
		return ErrUncaught
	}
	return nil
}
