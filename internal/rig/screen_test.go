//go:build unix

package rig

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// TestScreenEnds: what runs in a terminal ends when nobody looks at that any more. A test that is killed
// tells the terminal nothing.
func TestScreenEnds(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	s := NewScreen(t, 80, 24, "exec 3>"+pipe+"; echo READY; cat")
	runs, err := os.Open(pipe) // once it is written to
	if err != nil {
		t.Fatal(err)
	}
	defer runs.Close()
	s.Await(`^READY$`)
	fmt.Fprintln(s.in, "detach-client")
	hung := time.AfterFunc(Patience, func() {
		t.Error("it goes on")
		runs.Close()
	})
	defer hung.Stop()
	io.Copy(io.Discard, runs)
}
