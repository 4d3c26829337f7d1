//go:build unix

package client

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/peterh/liner"
)

// shareTerminal sets the terminal's mode back to before while the process is stopped, as by Ctrl-Z,
// so that the shell gets it as it was. When the process goes on, shareTerminal restores liner's
// mode, which neither the shell nor liner does.
func shareTerminal(before liner.ModeApplier) (stop func()) {
	editing, err := liner.TerminalMode()
	if err != nil {
		return func() {} // no terminal
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	over := make(chan struct{})
	go func() {
		defer close(over)
		mode := editing
		for s := range signals {
			if s == syscall.SIGCONT {
				mode.ApplyMode()
				mode = editing
				continue
			}
			if now, err := liner.TerminalMode(); err == nil {
				mode = now // while a line is edited, the mode without signals
			}
			before.ApplyMode()
			syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
		<-over
	}
}
