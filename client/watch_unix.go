//go:build unix

package client

import (
	"os"
	"os/signal"
	"syscall"
)

// notifyScreen sends to c when the terminal has another size, or the process goes on after a stop.
func notifyScreen(c chan os.Signal) (stop func()) {
	signal.Notify(c, syscall.SIGWINCH, syscall.SIGCONT)
	return func() { signal.Stop(c) }
}

// resumes reports whether the process was stopped before s.
func resumes(s os.Signal) bool { return s == syscall.SIGCONT }
