//go:build unix

package main

import (
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestStopped has ten processes, of which one is stopped: it holds up none of the others, and costs no
// more than its own time.
func TestStopped(t *testing.T) {
	t.Parallel()
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

	// The others have answered while it is stopped, whether it goes on then or never does.
	for _, tc := range []struct {
		args []string
		then syscall.Signal
		want string
		code int
	}{
		{[]string{"asked.Yes()"}, syscall.SIGCONT, strings.ReplaceAll(addrs(all), ",", " true\n") + " true\n", exitOK},
		{[]string{"--diff", "asked.Yes() && settings.limits.max > 9"}, syscall.SIGKILL, "8 of 9 agree\n" + all[9].addr + "\n  value: true; the majority has false\n", exitNoConnect},
	} {
		if err := stuck.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(rig.Program(t), append([]string{"eval", "--targets=" + addrs(all), "--parallel=2", patience}, tc.args...)...)
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
		stuck.Signal(tc.then)
		c.Wait()
		code := c.ProcessState.ExitCode()
		if !slices.Equal(strings.Fields(out.String()), strings.Fields(tc.want)) || code != tc.code { // columns align
			t.Errorf("%s: exit code %d\n got %s\nwant %s\n%s", tc.args, code, out.String(), tc.want, err.String())
		}
	}
}
