package pace

import (
	"os"
	"reflect"
	"runtime"
	"syscall"
	"time"
)

// timer is a timer of the kernel. Who waits for one waits as for the network. A timer of the runtime is
// kept by a processor: nobody looks at it while that processor runs a worker of the garbage collector
// that has nothing better to do, until the runtime's monitor ends that after 10 ms. Such a worker asks
// for the network every 100 µs or so.
type timer struct {
	file *os.File
	fd   uintptr
	spec *timerSpec
}

// timerSpec is struct itimerspec of the kernel.
type timerSpec struct{ _, value syscall.Timespec }

// newTimer returns nil if there can be no timer.
func newTimer() *timer {
	const monotonic = 1 // CLOCK_MONOTONIC
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, monotonic, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return nil
	}
	t := &timer{file: os.NewFile(fd, "timer"), fd: fd, spec: new(timerSpec)}
	// What can have no deadline does not go through the poller, and would block a thread.
	if t.file.SetReadDeadline(time.Time{}) != nil {
		t.close()
		return nil
	}
	return t
}

// wait waits for d, which must be positive.
func (t *timer) wait(d time.Duration) error {
	t.spec.value = syscall.NsecToTimespec(int64(d))
	// The kernel reads the spec, which stays where it is as long as t refers to it.
	_, _, errno := syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, t.fd, 0, reflect.ValueOf(t.spec).Pointer(), 0, 0, 0)
	runtime.KeepAlive(t)
	if errno != 0 {
		return errno
	}
	var expired [8]byte
	_, err := t.file.Read(expired[:])
	return err
}

func (t *timer) close() { t.file.Close() }
