//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestInterruptedInput: Ctrl-C ends a command that waits for its expression.
func TestInterruptedInput(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"eval", "."}, {"eval", "--targets=a,b"}, {"watch", "."}} {
		c := exec.Command(rig.Program(t), append(args, "@"+pipe)...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		in, err := os.OpenFile(pipe, os.O_WRONLY, 0) // once it is read
		if err != nil {
			t.Fatal(err)
		}
		c.Process.Signal(syscall.SIGINT)
		hung := time.AfterFunc(rig.Patience, func() { c.Process.Kill() })
		c.Wait()
		hung.Stop()
		in.Close()
		if s, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGINT {
			t.Errorf("%q: %v, want an end by SIGINT", args, c.ProcessState)
		}
	}
}
