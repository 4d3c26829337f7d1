//go:build unix

package client

import (
	"os"
	"os/signal"
	"syscall"
)

// notifyScreen sends to c when the terminal has another size.
func notifyScreen(c chan os.Signal) (stop func()) {
	signal.Notify(c, syscall.SIGWINCH)
	return func() { signal.Stop(c) }
}
