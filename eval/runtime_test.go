package eval

import (
	"context"
	"os"
	"runtime"
	"runtime/trace"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// looks are lines about the process.
var looks = []string{
	"go", "dir(go)", "go.metrics", "go.mem", "go.gc", "go.build", "go.env", "go.args", "go.flags", "go.limits", "go.uptime",
	"go.profiles", "go.cpu", "go.recorder", `filter(go.metrics, .unit == "seconds")`, "json(go.env)", "top(go.profiles.heap, 3, .bytes)",
}

// TestRuntime: what registry.Runtime exposes can be read, tells no secret, and no look stops the
// world.
func TestRuntime(t *testing.T) {
	t.Setenv("SIGHTGLASS_API_TOKEN", "hunter2")
	t.Setenv("SIGHTGLASS_DSN", "postgres://ann:hunter2@db/shop")
	was := os.Args
	os.Args = append(os.Args[:1:1], "-password", "hunter2", "--dsn=postgres://ann:hunter2@db/shop")
	defer func() { os.Args = was }()
	reg := registry.New()
	registry.Runtime(reg)
	looks := looks
	if runtime.GOOS == "linux" {
		looks = append(looks[:len(looks):len(looks)], "go.fds", "go.sockets")
	}
	before := attack.Stops()
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range looks {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		for _, text := range []string{r.Node.Line(0), string(r.Node.JSON()), r.Page.String()} {
			if strings.Contains(text, "hunter2") {
				t.Errorf("%s tells a secret: %s", source, text)
			}
		}
	}
	if after := attack.Stops(); after != before {
		t.Errorf("the world was stopped %d times", after-before)
	}
	for source, want := range map[string]string{
		`go.env["SIGHTGLASS_API_TOKEN"]`: "<redacted>",
		`go.env["SIGHTGLASS_DSN"]`:       "<redacted>",
		"go.args[2]":                     `"<redacted>"`,
		"go.args[3]":                     "<redacted>",
		"go.uptime > duration(\"0s\")":   "true",
		"go.limits.maxProcs >= 1":        "true",
	} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || r.Node.Line(0) != want {
			t.Errorf("%s: %v, %v; want %s", source, r.Node, err, want)
		}
	}
	for _, source := range []string{`go.cpu.Profile("1s")`, "go.recorder.Start()"} {
		if _, err := s.Eval(t.Context(), source); err == nil || !strings.Contains(err.Error(), "is an action") {
			t.Errorf("%s: %v", source, err)
		}
	}
	// A profile that is being taken has the labels of goroutines.
	for _, source := range []string{"go.cpu.out", "go.cpu.timer"} {
		if _, err := s.Eval(t.Context(), source); err == nil || !strings.Contains(err.Error(), "no field") {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestWithdrawnRecorder: a recorder that is withdrawn or replaced while it is on is turned off, so that
// the next one can be turned on.
func TestWithdrawnRecorder(t *testing.T) {
	reg := registry.New()
	s := NewSession(reg, Limits{Time: time.Hour})
	s.Oversee(Overseer{Approve: func(context.Context, *access.Call) error { return nil }})
	for range 2 {
		registry.Runtime(reg) // from the second time on in place of one that is on
		if got := shown(t, s, "go.recorder.Start()"); strings.HasPrefix(got, "error:") {
			t.Fatal(got)
		}
	}
	reg.Withdraw("go.recorder")
	if recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{}); recorder.Start() != nil {
		t.Error("it is on when it was withdrawn")
	} else {
		recorder.Stop()
	}
}

// TestWithdrawnProfile: a profile that is being taken when its object is withdrawn ends when its time is
// up, and the processors can be profiled again.
func TestWithdrawnProfile(t *testing.T) {
	reg := registry.New()
	registry.Runtime(reg)
	s := NewSession(reg, Limits{Time: time.Hour})
	s.Oversee(Overseer{Approve: func(context.Context, *access.Call) error { return nil }})
	if got := shown(t, s, `go.cpu.Profile("100ms")`); !strings.Contains(got, "for 100ms") {
		t.Fatal(got)
	}
	reg.Withdraw("go.cpu")
	if got := shown(t, s, "go.cpu"); strings.Contains(got, "running") {
		t.Error(got)
	}
	registry.Runtime(reg)
	for begin := time.Now(); ; runtime.Gosched() {
		got := shown(t, s, `go.cpu.Profile("1ms")`)
		if strings.Contains(got, "for 1ms") {
			break
		}
		if time.Since(begin) > time.Minute {
			t.Fatal(got)
		}
	}
	until(t, s, "!go.cpu.running")
}
