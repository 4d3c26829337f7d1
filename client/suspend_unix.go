//go:build unix

package client

import (
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/peterh/liner"
	"golang.org/x/sys/unix"
)

// stops are those of the process by a shell, as by Ctrl-Z.
type stops struct {
	// drawing is held from before the process stops until it is known to go on: what it drew at once
	// would stand among what the shell has written.
	drawing sync.Mutex

	// guarded by drawing
	n     int              // how often it went on
	again chan<- os.Signal // told each time; nil for nobody
}

// ofProcess are the only ones: signals are sent to a process.
var ofProcess stops

// draw runs f while the process does not stop. f is told how often the process was stopped before.
func (s *stops) draw(f func(stops int)) {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	f(s.n)
}

// tell has again told when the process goes on, in place of who was told before. It returns how often
// the process was stopped until now.
func (s *stops) tell(again chan<- os.Signal) (stops int) {
	s.draw(func(n int) { s.again, stops = again, n })
	return stops
}

// goesOn counts that the process goes on. Its caller holds drawing.
func (s *stops) goesOn() {
	s.n++
	select {
	case s.again <- syscall.SIGCONT:
	default: // it draws soon anyway
	}
}

// followStops counts how often the process goes on. Ctrl-Z stops it as it stops programs that do not
// catch it: not at all where no shell could resume it.
func followStops() (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGCONT)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for range signals {
			ofProcess.drawing.Lock()
			ofProcess.goesOn()
			ofProcess.drawing.Unlock()
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
		<-over
	}
}

// resumable reports whether a shell could resume the process once it has stopped. None can where none
// put it into a group of its own, as behind docker exec, kubectl exec and ssh -t.
func resumable() bool {
	session, err := unix.Getsid(0)
	return err != nil || session != unix.Getpgrp()
}

// shareTerminal sets the terminal's mode back to before while the process is stopped, as by Ctrl-Z,
// so that the shell gets it as it was. When the process goes on, shareTerminal restores liner's
// mode, which neither the shell nor liner does. Where no shell could resume it, Ctrl-Z does nothing.
func shareTerminal(before liner.ModeApplier) (stop func()) {
	editing, err := liner.TerminalMode()
	if err != nil {
		return func() {} // no terminal
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	over := make(chan struct{})
	go func() {
		defer close(over)
		mode, held := editing, false
		for sig := range signals {
			if sig == syscall.SIGTSTP && !resumable() {
				continue
			}
			if !held {
				ofProcess.drawing.Lock()
			}
			if held = sig == syscall.SIGTSTP; held {
				if now, err := liner.TerminalMode(); err == nil {
					mode = now // while a line is edited, the mode without signals
				}
				before.ApplyMode()
				syscall.Kill(os.Getpid(), syscall.SIGSTOP)
				continue // and keep the lock until the process is known to go on
			}
			mode.ApplyMode()
			mode = editing
			ofProcess.goesOn()
			ofProcess.drawing.Unlock()
		}
		if held {
			ofProcess.drawing.Unlock()
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
		<-over
	}
}
