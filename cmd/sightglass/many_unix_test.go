//go:build unix

package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestStopped has ten processes, of which one is stopped: it holds up none of the others, and costs no
// more than its own time.
func TestStopped(t *testing.T) {
	all := windows(t, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	stuck := all[0].cmd.Process
	if err := stuck.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stuck.Signal(syscall.SIGCONT) })

	_, said, code := command(t, "eval", "--targets="+all[0].addr, "--timeout=50ms", "asked.Yes()")
	if code != exitTimedOut || !strings.Contains(said, "sightglass: "+all[0].addr+": ") || !strings.Contains(said, "0 of 1 target answered") {
		t.Errorf("a process that is stopped: exit code %d\n%s", code, said)
	}

	c := exec.Command(rig.Program(t), "eval", "--targets="+addrs(all), "--parallel=2", patience, "asked.Yes()")
	var out, err strings.Builder
	c.Stdout, c.Stderr = &out, &err
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for _, w := range all[1:] {
		if got := w.line(t); got != "asked" {
			t.Errorf("%s says %q", w.addr, got)
		}
	}
	stuck.Signal(syscall.SIGCONT)
	if e := c.Wait(); e != nil || strings.Count(out.String(), "  true\n") != len(all) {
		t.Errorf("%v\n%s%s", e, out.String(), err.String())
	}
}
