//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/peterh/liner"
)

// lend gives the terminal to the shell, in the mode that it had before, while the process is
// stopped, as by Ctrl-Z. When it goes on it has the terminal as it was: shells do not see to that,
// and liner takes what it finds for the mode to edit lines in. before is that from before liner;
// back is called when the process goes on.
func lend(before liner.ModeApplier, back func()) {
	editing, err := liner.TerminalMode()
	if err != nil {
		return // no terminal
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	go func() {
		mode := editing
		for s := range signals {
			if s == syscall.SIGCONT {
				mode.ApplyMode()
				mode = editing
				back()
				continue
			}
			if now, err := liner.TerminalMode(); err == nil {
				mode = now // without signals, where a line is being edited
			}
			before.ApplyMode()
			syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		}
	}()
}
