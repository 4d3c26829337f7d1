package eval

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// TestReadOnce: what does not depend on the element is read once for all that go in batches, each of which pays for it.
func TestReadOnce(t *testing.T) {
	object := &struct{ List []int }{}
	for i := range 3000 {
		object.List = append(object.List, i)
	}
	config := newConfig()
	config.limit = 2000
	reg := registry.New()
	reg.GuardWait = time.Hour
	reg.Expose("o", object, registry.Frozen())
	reg.Expose("config", config)
	reg.Expose("deep.limit", &config.limit)
	many, single := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	single.single = true
	for _, s := range []*Session{many, single} {
		if _, err := s.Eval(t.Context(), "cfg = config"); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{
		"count(o.List, # > config.limit)":                            "config.limit",
		"count(o.List, # > 10 and config.limit < #)":                 "config.limit",
		"count(o.List, # > deep.limit)":                              "deep.limit",
		"count(o.List, # > cfg.limit + 1)":                           "cfg.limit",
		"let c = config; count(o.List, # > c.limit)":                 "c.limit",
		"count(o.List, # > config[\"limit\"])":                       "config.limit",
		"len(filter(filter(o.List, # > config.limit), # < 2500))":    "config.limit",
		"sum(o.List, # + config.limit)":                              "config.limit",
		"count(o.List, config.limit < # < config.list[1] + 4000)":    "config.limit config.list[1]",
		"count([7], let limit = # + 1; any(o.List, # == limit))":     "",
		"count(o.List, # > config.limit and # > config.deep.hidden)": "config.limit config.deep.hidden",
	} {
		r, err := many.Run(t.Context(), Query{Source: line, Mode: Aside, Explain: true})
		if err != nil {
			t.Fatal(line, err)
		}
		w := r.Ways[len(r.Ways)-1]
		if got := strings.Join(w.Once, " "); got != want || w.Batched < 2500 && w.Function != "any" {
			t.Errorf("%s: %+v, want %q read once", line, w, want)
		}
		if got, want := both(t, many, single, line); got != want {
			t.Errorf("%s: %s\nwant, one by one,\n%s", line, got, want)
		}
	}
}

// TestReadOnceSpends: the budget of entries ends an evaluation at the same place of its source.
func TestReadOnceSpends(t *testing.T) {
	object := &struct{ List []int }{List: make([]int, 20)}
	reg := registry.New()
	reg.GuardWait = time.Hour
	reg.Expose("o", object)
	reg.Expose("config", newConfig())
	for _, line := range []string{"count(o.List, # >= config.limit or # < config.deep.limit)", "sum(o.List, # + config.limit)"} {
		for budget := 1; ; budget++ {
			many, single := NewSession(reg, Limits{Entries: budget, Time: time.Hour}), NewSession(reg, Limits{Entries: budget, Time: time.Hour})
			single.single = true
			got, want := both(t, many, single, line)
			if got, want = cameTo.ReplaceAllString(got, ""), cameTo.ReplaceAllString(want, ""); got != want {
				t.Fatalf("%s with %d entries:\n%s\nwant, one by one,\n%s", line, budget, got, want)
			}
			if !strings.HasPrefix(want, "budget:") {
				break
			}
		}
	}
}

// TestReadOnceWhileWritten: all elements of a walk in batches are compared with the same value, whoever changes it.
func TestReadOnceWhileWritten(t *testing.T) {
	object := &struct{ List []int }{List: make([]int, 5000)}
	for i := range object.List {
		object.List[i] = 1 + i%2
	}
	var limit atomic.Int64
	reg := registry.New()
	reg.Expose("o", object, registry.Frozen())
	reg.Expose("limit", &limit)
	s := NewSession(reg, Limits{Time: time.Hour})
	defer attack.Again(func() { limit.Store(1 - limit.Load()) })()
	for range 200 {
		r, err := s.Eval(t.Context(), "count(o.List, # > limit)")
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Node.Line(0); got != fmt.Sprint(5000) && got != fmt.Sprint(2500) {
			t.Fatalf("%s, want all or the half", got)
		}
	}
}
