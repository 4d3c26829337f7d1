//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package client

import (
	"os"

	"golang.org/x/sys/unix"
)

// echoes reports whether a terminal shows what is typed: not while a password is.
func echoes(terminal *os.File) bool {
	mode, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TIOCGETA)
	return err != nil || mode.Lflag&unix.ECHO != 0
}

// opensTerminal is not known here: what a program asks beside passwords counts.
func opensTerminal(int) bool { return false }
