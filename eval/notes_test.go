package eval

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

// depot is an object with a lock, whose method hands out what the lock guards.
type depot struct {
	mu    sync.RWMutex
	items map[string]*crate
	spare crate
}

type crate struct {
	name string
	tags []string
}

func (d *depot) Get(name string) *crate {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.items[name]
}

func (d *depot) Copy(name string) crate { return *d.Get(name) }

func (d *depot) Names() []string { return []string{d.spare.name} }

func newDepot() *depot {
	return &depot{items: map[string]*crate{"a": {"a", []string{"x"}}}, spare: crate{name: "s"}}
}

// What is noted is true: what a method returned is read under the guard of its object, and what a function
// made for this look is not noted at all; what is read without a guard is.
func TestNotesAreTrue(t *testing.T) {
	found, declared, bare, owned := newDepot(), newDepot(), newDepot(), newDepot()
	var mu sync.Mutex
	reg := registry.New()
	get := registry.Methods("*")
	reg.Expose("found", found, get)
	reg.Expose("declared", declared, get, registry.Guard(&declared.mu))
	reg.Expose("bare", bare, get, registry.Guard(nil))
	reg.Expose("owned", owned, get, registry.Owner(func(f func()) {
		mu.Lock()
		defer mu.Unlock()
		f()
	}))
	reg.Func("fresh", func(context.Context) any { return &crate{"f", nil} })
	reg.Func("leads", func(context.Context) any { return &struct{ b *crate }{bare.items["a"]} })
	shared := &crate{"shared", nil}
	type locked struct {
		mu   sync.Mutex
		name string
	}
	holder := &struct {
		first *locked
		at    atomic.Pointer[crate]
	}{first: &locked{name: "l"}}
	holder.at.Store(&crate{"at", nil})
	reg.Expose("holder", holder)
	shards := &[2]locked{{name: "s0"}, {name: "s1"}}
	reg.Expose("shards", shards)
	reg.Expose("outer", holder, registry.Guard(&mu))
	waiting := &struct {
		mu   sync.Mutex
		work chan *crate
	}{work: make(chan *crate, 1)}
	waiting.work <- &crate{"w", nil}
	reg.Expose("waiting", waiting)
	reg.Expose("declaring", waiting, registry.Guard(&waiting.mu))
	reg.Expose("loose", waiting, registry.Guard(nil))
	partly := &struct {
		free *crate
		in   struct {
			mu   sync.Mutex
			work chan *crate
		}
	}{free: &crate{"free", nil}}
	partly.in.work = waiting.work
	reg.Expose("partly", partly)
	reg.Func("shared", func(context.Context) any { return shared })
	reg.GuardWait = time.Millisecond
	s := NewSession(reg, Limits{})
	const returned = "what a method of bare returned was read racily: nothing is known to guard it"
	for _, c := range []struct {
		source string
		note   string
	}{
		{`found.Get("a")`, ""},
		{`found.Get("a").name`, ""},
		{`found.Get("a").tags[0]`, ""},
		{`found.Copy("a")`, ""},
		{`found.Names()`, ""},
		{`map([1], found.Get("a").name)`, ""},
		{`declared.Get("a")`, ""},
		{`declared.Get("a").name`, ""},
		{`owned.Get("a")`, ""},
		{`owned.Get("a").tags[0]`, ""},
		{`bare.Get("a")`, returned},
		{`bare.Get("a").name`, returned},
		{`bare.Copy("a").name`, ""},
		{`bare.items["a"].name`, "bare was read racily: nothing guards it"},
		{`fresh`, ""},
		{`fresh.name`, ""},
		{`leads.b.name`, "leads was read racily: nothing guards it"},
		{`shards[1].name`, ""},
		{`map(shards, .name)`, ""},
		{`filter(shards, .name == "s1")`, ""},
		{`shards`, ""},
		{`holder.first.name`, `a eval.locked was read racily: its lock mu is not taken, as its owner may reset it; registry.GuardBy("mu") on holder has it taken`},
		{`outer.first.name`, `a eval.locked was read racily: its lock mu is not taken, as its owner may reset it; registry.GuardBy("mu") on outer has it taken`},
		{`holder.at.name`, "holder was read racily: nothing guards it"},
		{`outer.at.name`, "a part of outer was read racily: its guard does not cover what has a lock of its own, nor what sync, sync/atomic and context hold"},
		{`items(waiting.work)[0].name`, "a part of waiting was read racily: its guard does not cover what waits in a channel, nor what a function has captured"},
		{`items(declaring.work)[0].name`, "a part of declaring was read racily: its guard does not cover what waits in a channel, nor what a function has captured"},
		{`items(loose.work)[0].name`, "loose was read racily: nothing guards it"},
		{`[items(partly.in.work)[0].name, partly.free.name]`, "partly was read racily: nothing guards it\n" +
			"a part of partly was read racily: its guard does not cover what waits in a channel, nor what a function has captured"},
		{`[bare.items["a"].name, leads.b.name]`, "bare and leads were read racily: nothing guards them"},
	} {
		for range 3 {
			r, err := s.Eval(t.Context(), c.source)
			if err != nil {
				t.Fatalf("%s: %v", c.source, err)
			}
			// Whether a struct was read in one go depends on the machine.
			racily := slices.DeleteFunc(r.Notes, func(note string) bool { return !strings.Contains(note, "racily") })
			if got := strings.Join(racily, "\n"); got != c.note {
				t.Errorf("%s notes %q, want %q", c.source, got, c.note)
			}
			if racy := slices.Contains(r.Codes, RacyNote); racy != (c.note != "") {
				t.Errorf("%s has the codes %q", c.source, r.Codes)
			}
		}
	}
	// That an object is not made for each look is known when it is returned again and again.
	for i := range 4 {
		r, err := s.Eval(t.Context(), "shared.name")
		if err != nil {
			t.Fatal(err)
		}
		if noted := slices.Contains(r.Codes, RacyNote); noted != (i > 1) {
			t.Errorf("look %d: %q", i, r.Notes)
		}
	}
}

// What a method returned is read under the guard of its object.
func TestGuardOfWhatIsReturned(t *testing.T) {
	for _, option := range []string{"none", "guard", "owner"} {
		d := newDepot()
		reg := registry.New()
		reg.GuardWait = time.Millisecond
		opts := []registry.Option{registry.Methods("Peek")}
		switch option {
		case "guard":
			opts = append(opts, registry.Guard(&d.mu))
		case "owner":
			opts = append(opts, registry.Owner(func(func()) {}))
		}
		reg.Expose("d", d, opts...)
		d.mu.Lock()
		_, err := NewSession(reg, Limits{}).Eval(t.Context(), `d.Peek("a").name`)
		d.mu.Unlock()
		if codeOfError(err) != "guard" {
			t.Errorf("%s: %v", option, err)
		}
	}
}

// Peek takes no lock.
func (d *depot) Peek(name string) *crate { return d.items[name] }

// TestAnswerIsFull: an answer that has as many values as it may says so, whatever its lists are
// allowed to show.
func TestAnswerIsFull(t *testing.T) {
	type row struct{ a, b, c int }
	reg := registry.New()
	reg.Expose("rows", new([300]row), registry.Frozen())
	m := map[int]row{}
	for i := range 300 {
		m[i] = row{i, i, i}
	}
	reg.Expose("m", &m, registry.Frozen())
	const full = "an answer shows at most 1,000 values in all: ask for the parts"
	s := NewSession(reg, Limits{Show: render.Limit{Nodes: 1000}})
	for _, tc := range []struct {
		source string
		items  int
		want   bool
	}{
		{"1..100000", 100_000, true},
		{"1..100000", 0, false}, // 64 are shown, and the cut says how to go on
		{"1..999", 100_000, false},
		{"rows", 100_000, true},
		{"rows[:200]", 100_000, false},
		{"m", 100_000, true},
		{"[1..600, 1..600]", 100_000, true},
		{"x = filter(rows, true)", 100_000, true},
		{"tree(rows)", 100_000, false}, // a page of its own
	} {
		r, err := s.Run(t.Context(), Query{Source: tc.source, Limits: Limits{Show: render.Limit{Items: tc.items}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(r.Notes, full); got != tc.want {
			t.Errorf("%s: the notes are %q, full %v", tc.source, r.Notes, tc.want)
		}
	}
}

// TestNotesOfManyNames: of many names, and of many types whose locks are not taken, the first are told, and how
// many others there are.
func TestNotesOfManyNames(t *testing.T) {
	type (
		t0 struct {
			mu sync.Mutex
			at *int
		}
		t1 struct {
			mu sync.Mutex
			at *t0
		}
		t2 struct {
			mu sync.Mutex
			at *t1
		}
		t3 struct {
			mu sync.Mutex
			at *t2
		}
		t4 struct {
			mu sync.Mutex
			at *t3
		}
		t5 struct {
			mu sync.Mutex
			at *t4
		}
		t6 struct {
			mu sync.Mutex
			at *t5
		}
		t7 struct {
			mu sync.Mutex
			at *t6
		}
	)
	reg := registry.New()
	reg.Expose("x", &struct{ at *t7 }{&t7{at: &t6{at: &t5{at: &t4{at: &t3{at: &t2{at: &t1{at: &t0{}}}}}}}}})
	for i := range 9 {
		reg.Expose(fmt.Sprint("y", i), &crate{"y", []string{"tag"}})
	}
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "census()")
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(r.Notes, "\n")
	for _, want := range []string{
		"\nx, y0, y1, y2 and 6 others were read racily: nothing guards them\n",
		"\na eval.t2 was read racily: its lock mu is not taken, as its owner may reset it; registry.GuardBy(\"mu\") on x has it taken\n",
		"\nvalues of 2 more types were read racily: their own locks are not taken",
	} {
		if !strings.Contains(notes, want) || len(r.Notes) != 9 {
			t.Errorf("%d notes: %s\nlack%s", len(r.Notes), notes, want)
		}
	}
	if n := strings.Count(strings.Join(r.Standing, "\n"), "racily"); n != 8 || !slices.Equal(r.Codes, []string{RacyNote}) {
		t.Errorf("%q, %q", r.Standing, r.Codes)
	}
}
