package client

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// echoes reports whether a terminal shows what is typed: not while a password is.
func echoes(terminal *os.File) bool {
	mode, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	return err != nil || mode.Lflag&unix.ECHO != 0
}

// opensTerminal reports whether a process has opened its terminal by the name for it, which ssh does for
// each question, as whether it knows the host.
func opensTerminal(pid int) bool {
	folder := fmt.Sprintf("/proc/%d/fd/", pid)
	opened, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, f := range opened {
		if name, err := os.Readlink(folder + f.Name()); err == nil && name == "/dev/tty" {
			return true
		}
	}
	return false
}
