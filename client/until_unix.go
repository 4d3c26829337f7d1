//go:build unix

package client

import (
	"context"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// interruptible: who waits for a terminal can be told to stop.
const interruptible = true

// until returns a reader of a terminal whose Read ends with the cause of ctx once that ends, and release
// for after the last Read. What is not read by then is there for others.
func until(ctx context.Context, f *os.File) (r io.Reader, release func(), err error) {
	stopped, stop, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	forget := context.AfterFunc(ctx, func() { stop.Close() })
	return &untilReader{ctx, f, stopped}, func() {
		if forget() {
			stop.Close()
		}
		stopped.Close()
	}, nil
}

// drop drops what was typed at a terminal and not read yet.
func drop(f *os.File) {
	for b := make([]byte, 4<<10); ; {
		ready := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
		if n, err := unix.Poll(ready, 0); err == unix.EINTR {
			continue
		} else if n <= 0 || err != nil {
			return
		}
		if n, err := f.Read(b); n == 0 || err != nil {
			return
		}
	}
}

type untilReader struct {
	ctx     context.Context
	f       *os.File
	stopped *os.File // a pipe that is closed at its other end once ctx ends
}

func (u *untilReader) Read(p []byte) (int, error) {
	for {
		ready := []unix.PollFd{{Fd: int32(u.f.Fd()), Events: unix.POLLIN}, {Fd: int32(u.stopped.Fd()), Events: unix.POLLIN}}
		switch _, err := unix.Poll(ready, -1); {
		case err == unix.EINTR: // by a signal
		case err != nil:
			return 0, os.NewSyscallError("poll", err)
		case ready[1].Revents != 0:
			return 0, context.Cause(u.ctx)
		default:
			return u.f.Read(p)
		}
	}
}
