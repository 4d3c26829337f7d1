//go:build !unix

package client

import (
	"os"
	"os/exec"
)

// bound returns the command for a program, which may outlive this process if that is ended from outside.
func bound(_ *os.File, path string, args []string, _ bool) *exec.Cmd {
	return exec.Command(path, args...)
}
