package eval

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type gauge struct {
	mu         sync.Mutex
	open, idle int
	token      string
	looks      atomic.Int32
}

type gaugeView struct {
	Busy  int
	Token string
	Names []string
}

type thermometer struct{ degrees int }

type register struct{ cells []int }

type brittle struct{ n int }

type sleepy struct {
	n    int
	wake chan struct{}
}

type shy struct{ n int }

type mirror struct{ n int }

// lensed exposes objects of which each has a lens.
func lensed() (*registry.Registry, *gauge, *sleepy) {
	reg := registry.New()
	reg.CallTime = 20 * time.Millisecond
	g := &gauge{open: 5, idle: 2, token: "abc"}
	s := &sleepy{n: 1, wake: make(chan struct{})}
	reg.Lens(func(g *gauge) any {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.looks.Add(1)
		return gaugeView{g.open - g.idle, g.token, []string{"a", "b"}}
	})
	reg.Lens(func(t *thermometer) any { return t.degrees })
	reg.Lens(func(r *register) []int { return r.cells })
	reg.Lens(func(b *brittle) any { panic("cannot dial postgres://u:hunter2@db/x") })
	reg.Lens(func(s *sleepy) any { <-s.wake; return 1 })
	reg.Lens(func(*shy) any { return nil })
	reg.Lens(func(m *mirror) any { return &mirror{m.n + 1} })
	reg.Expose("gauge", g)
	box := &struct {
		mu     sync.Mutex
		gauges map[string]*gauge
		inline gauge
		therm  thermometer
		copies map[string]brittle
	}{gauges: map[string]*gauge{"x": g}, copies: map[string]brittle{"a": {3}}}
	reg.Expose("box", box, registry.Guard(&box.mu))
	reg.Expose("found", box)
	reg.Expose("therm", &thermometer{21})
	reg.Expose("cells", &register{[]int{3, 1, 2}})
	reg.Expose("brittle", &brittle{4})
	reg.Expose("sleepy", s)
	reg.Expose("shy", &shy{6})
	reg.Expose("mirror", &mirror{1})
	return reg, g, s
}

func TestLens(t *testing.T) {
	reg, g, _ := lensed()
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]any{
		"gauge.Busy":                             3,
		"gauge.open":                             5,
		"gauge.open - gauge.idle == gauge.Busy":  true,
		"len(gauge.Names)":                       2,
		`box.gauges.x.Busy`:                      3,
		`map(values(box.gauges), .Busy)`:         []any{3},
		`count(box.gauges, .Busy > 2)`:           1,
		`top(box.gauges, 1, .Busy)[0].key`:       "x",
		"box.inline.Busy":                        0,
		"therm == 21":                            true,
		"therm + 1":                              22,
		"box.therm > -5":                         true,
		"len(cells)":                             3,
		"sort(cells)":                            []any{1, 2, 3},
		"cells[0]":                               3,
		"cells.cells[2]":                         2,
		"shy.n":                                  6,
		"mirror.n":                               1,
		"brittle.n":                              4,
		"type(gauge)":                            "*eval.gauge",
		"size(gauge).shallow":                    int(reflect.TypeFor[gauge]().Size()),
		"addr(gauge) == addr(box.gauges.x)":      true,
		`fromJSON(toJSON(gauge)).Busy`:           3,
		`fromJSON(toJSON([therm, cells]))`:       []any{21, []any{3, 1, 2}},
		`find(dir(gauge), .name == "Busy").note`: "by its lens",
	} {
		x, err := answer(t, s, source)
		if err != nil || !reflect.DeepEqual(x, want) {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
	for source, want := range map[string]string{
		"gauge":                `*eval.gauge{Busy: 3, Token: <redacted>, Names: []string{"a", "b"}}`,
		"therm":                "21",
		"cells":                "*eval.register{3, 1, 2}",
		"shy":                  "*eval.shy{n: 6}",
		"mirror":               "*eval.mirror{n: 2}",
		"gauge.Token":          "<redacted>",
		`gauge.Token == "abc"`: "error: gauge.Token is redacted at 1:13; it may be shown as redacted, and nothing else",
		"box.inline":           "eval.gauge{Busy: 0, Token: <redacted>",
		"gauge.Bussy":          "did you mean Busy?",
		"help(gauge)":          "a lens of the application",
	} {
		if got := shown(t, s, source); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	before := g.looks.Load()
	shown(t, s, "gauge.Busy + gauge.Busy + len(gauge.Names)")
	if n := g.looks.Load() - before; n != 1 {
		t.Errorf("one look ran the lens %d times", n)
	}
	before = g.looks.Load()
	for _, line := range []string{"gauge.", "box.gauges.x.", `box.gauges["`, "filter(box.gauges, ."} {
		s.Complete(line, len(line))
	}
	for _, source := range []string{"dir()", "gauge.open", "keys(box.gauges)"} {
		shown(t, s, source)
	}
	if n := g.looks.Load() - before; n != 0 {
		t.Errorf("the lens ran %d times for what does not need it", n)
	}
	g.mu.Lock() // the application's own: the lens waits for it, and is left behind
	if _, err := answer(t, s, "gauge.Busy"); codeOfError(err) != "method" || !strings.Contains(err.Error(), "did not return in time") {
		t.Errorf("a lens that cannot have its lock: %v", err)
	}
	if x, err := answer(t, s, "gauge.open"); x != 5 || err != nil {
		t.Errorf("a field beside it: %v, %v", x, err)
	}
	g.mu.Unlock()
	other := registry.New()
	other.Expose("gauge", g)
	if got := shown(t, NewSession(other, Limits{}), "gauge"); strings.Contains(got, "Busy") {
		t.Errorf("the lens of another registry: %s", got)
	}
}

// TestLensFails: the fields are shown all the same, and what was wrong is said and tells no secret.
func TestLensFails(t *testing.T) {
	reg, _, sleeper := lensed()
	defer close(sleeper.wake)
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string][]string{
		"brittle": {"n: 4", "lens", "panicked: <redacted>"},
		"sleepy":  {"n:", "lens", "did not return in time"},
	} {
		got := shown(t, s, source)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %s, want %s", source, got, part)
			}
		}
		if strings.Contains(got, "hunter2") {
			t.Errorf("%s: %s", source, got)
		}
	}
	if _, err := answer(t, s, "brittle.nope"); codeOfError(err) != "method" {
		t.Errorf("a field that only the lens could have: %v", err)
	}
}

// TestLensRacy: a lens is not given what was reached through memory that may be changing, nor a copy.
func TestLensRacy(t *testing.T) {
	reg, g, _ := lensed()
	s := NewSession(reg, Limits{Time: time.Hour})
	reg.Expose("free", &struct{ face any }{g}, registry.Guard(nil))
	reg.Expose("held", &struct{ face any }{g}, registry.Frozen())
	before := g.looks.Load()
	for source, field := range map[string]string{"free.face": "open: ", "box.copies": "n"} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || !strings.Contains(r.Node.Line(0), field) || !strings.Contains(fmt.Sprint(r.Notes), "lens") {
			t.Errorf("%s: %v, %v, %v", source, r.Node.Line(0), r.Notes, err)
		}
	}
	for _, source := range []string{"free.face.Busy", "found.gauges.x.Busy", "box.copies.a.Busy"} {
		if _, err := answer(t, s, source); codeOfError(err) != "not_allowed" || !strings.Contains(err.Error(), "registry.Guard") {
			t.Errorf("%s, a field that only the lens has: %v", source, err)
		}
	}
	if n := g.looks.Load() - before; n != 0 {
		t.Errorf("the lens was given racy memory %d times", n)
	}
	if x, err := answer(t, s, "held.face.Busy"); x != 3 || err != nil {
		t.Errorf("a frozen one: %v, %v", x, err)
	}
}

func TestLensPanics(t *testing.T) {
	for _, f := range []any{nil, 5, func() {}, func(int) any { return nil }, func(shy) any { return nil }, func(*gauge) {}, func(*int) any { return nil }, (func(*gauge) any)(nil), func(...*gauge) any { return nil }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Lens(%T) is no mistake", f)
				}
			}()
			registry.New().Lens(f)
		}()
	}
}
