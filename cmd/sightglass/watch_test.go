package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// meter tells a number that grows by seven at each look.
type meter struct{ looks atomic.Int64 }

func (m *meter) Reads() int64 { return 7 * m.looks.Add(1) }

// meterAt serves a meter at addr.
func meterAt(t *testing.T, addr string, m *meter) string {
	t.Helper()
	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience
	reg.Expose("meter", m, registry.Frozen(), registry.Methods("Reads"))
	return rig.Start(t, "tcp", addr, &telnet.Server{Registry: reg, Name: "meter"}).String()
}

// The plot is drawn over itself, and stays when the watch ends.
func TestWatchScreen(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	t.Setenv("NO_COLOR", "1")
	addr := meterAt(t, "127.0.0.1:0", new(meter))
	s := rig.NewScreen(t, 60, 20, rig.Program(t)+" watch "+addr+" 'meter.Reads()' --every 100ms --until '_ >= 70'")
	s.Await(`^THE END$`)
	// The samples are a column apart, unless the machine was busy.
	want := `
 80 ┤
...╯...
  0 ┤
...└┬─...
...:...:...
                 min  mean  max  last
─ meter.Reads()    7  38.5   70    70
10 samples...

THE END`[1:]
	if got := s.All(); !rig.Matches(got, want) {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, want)
	}
	if regexp.MustCompile(`\\033\[[0-9;]*m`).MatchString(s.Raw()) {
		t.Errorf("it has colors: %q", s.Raw())
	}
}

// A histogram is drawn over itself too; Ctrl-C ends the watch with exit code 0, and another size of the
// terminal draws it again.
func TestWatchHistogram(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	addr := meterAt(t, "127.0.0.1:0", new(meter))
	picture := filepath.Join(t.TempDir(), "picture.svg")
	s := rig.NewScreen(t, 70, 20, rig.Program(t)+" watch "+addr+" 'map(1..3, # * 10)' --every 100ms --svg "+picture+" && echo DONE")
	s.Await(`^3 values +min 10 +mean 20 +max 30\n[^\0]*\n +30 +1 +█+\n\d+ samples\b.*; Ctrl-C ends it$`)
	s.Resize(50, 16)
	s.Await(`\d+ samples\b.*; Ctrl-C ends it$`)
	s.Keys("C-c")
	s.Await(`samples\n+DONE\n\nTHE END$`)
	svg, err := os.ReadFile(picture)
	if err != nil || !strings.Contains(string(svg), "3 values") {
		t.Errorf("the picture is %s, %v", svg, err)
	}
	if got := s.Text(); strings.Count(got, "3 values") != 1 {
		t.Errorf("the screen shows\n%s", got)
	}
}

// A process that restarts leaves a gap, and its counters begin anew.
func TestWatchOutlivesTheServer(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	d := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	s := rig.NewScreen(t, 110, 24, rig.Program(t)+" watch "+d.Addr+" stats.requests --rate --every 100ms")
	s.Await(`^per second$`)
	d.Stop(t)
	s.Await(`samples?\b.*; Ctrl-C ends it; connecting again: `)
	rig.RunDemo(t, "--listen", d.Addr)
	s.Await(`; Ctrl-C ends it; shop has restarted: pid \d+, up \d+s$`)
	s.Keys("C-c")
	s.Await(`^THE END$`)
	if got := s.Text(); strings.Contains(got, "-1") {
		t.Errorf("a counter that began anew is a negative rate:\n%s", got)
	}
}

// At the prompt, watch plots until Ctrl-C, and the prompt goes on.
func TestWatchAtThePrompt(t *testing.T) {
	rig.Need(t, "tmux")
	promptFolders(t)
	addr := meterAt(t, "127.0.0.1:0", new(meter))
	s := rig.NewScreen(t, 80, 24, rig.Program(t)+" "+addr)
	const sign = `^meter\S* > *\z`
	s.Await(sign)
	s.Enter("40 + 1")
	s.Await(`^41\n` + sign)
	s.Enter("watch 100ms meter.Reads()")
	s.Await(`^■ meter.Reads\(\) +7 [^\0]*\d samples\b.*; Ctrl-C ends it$`)
	s.Keys("C-c")
	s.Await(`\d samples\n` + sign)
	s.Enter("watch meter.Reads() changes")
	s.Await(`changes is for telnet[^\0]*` + sign)
	s.Enter(`watch 100ms meter.Reads(), len([1, 2, ","]) until _ == 3`)
	s.Await(`meter\.Reads\(\) +\d[^\0]*len\(\[1, 2, ","\]\) +3 +3 +3 +3\n1 sample\n` + sign)
	s.Enter("watch meter.Reads(),")
	s.Await(`^an expression is missing beside a comma: .*\n` + sign)
	s.Enter("help watch")
	s.Await(`plot numbers while they change[^\0]*` + sign)
	s.Enter("history")
	s.Await(`^history has the lines of a telnet session[^\0]*` + sign)
	s.Enter("watch meter.Red()")
	s.Await(`meter.Red\(\)\nnot_allowed: .* does not exist[^\0]*` + sign)
	s.Enter("_ + 1; _1") // the samples have changed neither
	s.Await(`^42\n41\n` + sign)
	s.Keys("C-d")
	s.Await(`^THE END$`)
}
