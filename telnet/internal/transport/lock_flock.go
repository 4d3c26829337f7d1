//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package transport

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lock locks f until it is closed. It waits a second at most for another process to unlock it, and
// then goes on without: whoever may read a folder may lock it, and must not keep a server from
// starting.
func lock(f *os.File) error {
	const pause, most = 5 * time.Millisecond, time.Second
	for waited := time.Duration(0); ; waited += pause {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return err
		}
		if waited >= most {
			return nil
		}
		time.Sleep(pause)
	}
}
