package peek

import (
	"errors"
	"sync/atomic"
)

// ErrUncaught is the error of a read that could fault while faults are not caught.
var ErrUncaught = errors.New("it is not read: something other than Go handles SIGSEGV or SIGBUS in this process, as the crash reporter of a C library does, and a stale address would end it. What registry.Guard, Owner or Frozen covers can still be read")

// uncaught says that the kernel does not report faults to the Go runtime, which turns them into
// panics.
var uncaught atomic.Bool

// Watch finds out whether faults reach the Go runtime. A C library can change that at any time by
// installing its own signal handlers. Until Watch finds otherwise, reads from bare addresses fail
// with ErrUncaught. Call it at the beginning of each evaluation: it asks the kernel twice, in less
// than a microsecond. It asks on linux on amd64, arm64 and 386 only, and assumes elsewhere that
// faults are caught.
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
