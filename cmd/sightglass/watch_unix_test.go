//go:build unix

package main

import (
	"bufio"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestWatchOfStopped: a process that is stopped leaves a gap of its own time, and its numbers go on when
// it does.
func TestWatchOfStopped(t *testing.T) {
	t.Parallel()
	d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	c := exec.Command(rig.Program(t), "watch", d.Addr, "stats.requests", "--csv", "--every=100ms", "--timeout=2s")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Cmd.Process.Signal(syscall.SIGCONT)
		c.Process.Kill()
		c.Wait()
	})
	lines := bufio.NewScanner(out)
	await := func(what string, is func(number string) bool) {
		t.Helper()
		for lines.Scan() {
			if _, number, ok := strings.Cut(lines.Text(), ","); ok && is(number) {
				return
			}
		}
		t.Fatalf("there is no %s: %v\n%s", what, lines.Err(), said.String())
	}
	await("header", func(s string) bool { return s == "stats.requests" })
	await("sample", func(s string) bool { return s != "" })
	d.Cmd.Process.Signal(syscall.SIGSTOP)
	await("gap", func(s string) bool { return s == "" })
	d.Cmd.Process.Signal(syscall.SIGCONT)
	await("sample after the gap", func(s string) bool { return s != "" })
	c.Process.Signal(syscall.SIGINT)
	for lines.Scan() {
	}
	if err := c.Wait(); err != nil || !strings.Contains(said.String(), "stats.requests did not answer within 2s") {
		t.Errorf("%v\n%s", err, said.String())
	}
}

// Ctrl-Z stops a watch, and fg has it go on.
func TestSuspendedWatch(t *testing.T) {
	rig.Need(t, "bash", "tmux")
	promptFolders(t)
	addr := meterAt(t, "127.0.0.1:0", new(meter))
	s := rig.NewScreen(t, 110, 60, "PS1='shell: ' bash --norc -i")
	s.Await(`^shell: *\z`)
	s.Enter(rig.Program(t) + " watch " + addr + ` "meter.Reads()" --every 100ms`)
	s.Await(`[2-9] samples\b.*; Ctrl-C ends it$`)
	s.Keys("C-z")
	s.Await(stopped)
	s.Keys("C-l") // so that what comes is drawn by what goes on
	s.Await(`\Ashell: *\z`)
	s.Enter("fg")
	s.Await(`samples\b.*; Ctrl-C ends it$`)
	s.Keys("C-c")
	s.Await(`samples\b.*\n(\^C)?shell: *\z`)
	s.Enter("exit")
	s.Await(`^THE END$`)
}
