package eval

import (
	"syscall"
	"time"
)

// threadTime is the processor time that this thread has had.
func threadTime() time.Duration { return used(syscall.RUSAGE_THREAD) }
