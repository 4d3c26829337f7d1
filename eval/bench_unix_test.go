//go:build unix

package eval

import (
	"syscall"
	"time"
)

// processorTime is what this process has used of processors: on a busy machine it says more than the clock.
func processorTime() time.Duration { return used(syscall.RUSAGE_SELF) }

// used is the processor time of who, 0 where the system does not say.
func used(who int) time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
