package eval

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	lockedPart struct {
		mu     sync.Mutex
		one    *cogwheel
		byName map[string]*cogwheel
	}
	lockedParts struct {
		mu    sync.Mutex
		wheel *cogwheel
		few   [4]lockedPart
		many  [40]lockedPart
		in    struct {
			mu   sync.Mutex
			deep struct{ to *cogwheel }
		}
	}
)

// TestRefsInLockedParts: what lies in the object itself under a lock of its own is searched too, and only
// locks that were not taken are named.
func TestRefsInLockedParts(t *testing.T) {
	wheel := &cogwheel{id: 7}
	all := &lockedParts{wheel: wheel}
	all.few[1].one, all.many[3].one, all.in.deep.to = wheel, wheel, wheel
	all.few[2].byName = map[string]*cogwheel{"x": wheel}
	reg := registry.New()
	reg.Expose("all", all)
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "refs(all.wheel)")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, row := range refsOf(t, r) {
		paths = append(paths, row.Path)
	}
	slices.Sort(paths)
	want := []string{"all.few[1].one", `all.few[2].byName["x"]`, "all.in.deep.to", "all.many[3].one", "all.wheel"}
	if !slices.Equal(paths, want) {
		t.Errorf("%q, want %q", paths, want)
	}
	if notes := strings.Join(r.Notes, "\n"); strings.Contains(notes, "eval.lockedParts") {
		t.Errorf("%q, but the lock of the object itself was taken", r.Notes)
	}
}

// TestRefsOfSeveralMoments: nearest first, a walk comes back to an object after others. It says that the
// object is not of one moment if its guard was given back meanwhile.
func TestRefsOfSeveralMoments(t *testing.T) {
	type part struct {
		to   *cogwheel
		next *part
	}
	wheel := &cogwheel{id: 7}
	reg := registry.New()
	var mu sync.Mutex
	for _, name := range []string{"a", "b"} {
		reg.Expose(name, &part{wheel, &part{next: &part{to: wheel}}}, registry.Guard(&mu))
	}
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "refs(a.to)")
	if err != nil {
		t.Fatal(err)
	}
	if rows := refsOf(t, r); len(rows) != 4 {
		t.Errorf("%v", rows)
	}
	if !slices.Contains(r.Notes, "a and b are not of one moment: they were read in parts, and their guards were released in between") {
		t.Errorf("%q", r.Notes)
	}
}

// TestRefsFarAway: what is too far away for a path, and is left to be walked step by step, is no place that
// leads there.
func TestRefsFarAway(t *testing.T) {
	type part struct {
		next *part
		work chan *cogwheel
	}
	all := &struct {
		mu    sync.Mutex
		wheel *cogwheel
		parts *part
	}{wheel: &cogwheel{id: 7}}
	for i := range 600 {
		all.parts = &part{next: all.parts}
		if i < 50 {
			all.parts.work = make(chan *cogwheel, 1)
			all.parts.work <- &cogwheel{id: 8, owner: &machineOf{}}
		}
	}
	reg := registry.New()
	reg.Expose("all", all)
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "refs(all.wheel)")
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(r.Notes, "\n")
	if rows := refsOf(t, r); len(rows) != 1 || strings.Contains(notes, "too far away") {
		t.Errorf("%v, %q", rows, notes)
	}
	// It is read under the guard of what it lies below, which does not cover what waits.
	const note = "a part of all was read racily: its guard does not cover what waits in a channel, nor what a function has captured"
	if !strings.Contains(notes, note) || strings.Contains(notes, "nothing guards it") {
		t.Errorf("%q", notes)
	}
}

// TestReachOfHeldGuards: what a lock keeps from being read is counted, and the lock is named. Of an object only
// parts of which have a lock it is not said that nothing guards it.
func TestReachOfHeldGuards(t *testing.T) {
	all := &struct {
		free *cogwheel
		in   struct {
			mu    sync.Mutex
			items map[int]*cogwheel
		}
	}{free: &cogwheel{id: 1}}
	all.in.items = map[int]*cogwheel{}
	for i := range 50_000 {
		all.in.items[i] = &cogwheel{id: int64(i)}
	}
	reg := registry.New()
	reg.GuardWait = time.Millisecond
	reg.Expose("all", all)
	s := NewSession(reg, Limits{Time: time.Hour})
	all.in.mu.Lock()
	for source, want := range map[string]string{
		"size(all)":      "size leaves out 1 value that could not be read: all.in.mu was held for all of ",
		"census(all)":    "census leaves out 1 value that could not be read: all.in.mu was held for all of ",
		"refs(all.free)": "1 value that could not be read may lead to it: all.in.mu was held for all of ",
	} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(r.Notes, "\n"), want) || !slices.Contains(r.Notes, "all was read racily: nothing guards it") {
			t.Errorf("%s: %q, want %q", source, r.Notes, want)
		}
	}
	all.in.mu.Unlock()
	reg.GuardWait = time.Hour
	for _, source := range []string{"size(all)", "census(all)", "refs(all.free)"} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			"a part of all was read racily: nothing guards it",
			"all is not of one moment: it was read in parts, and its guard was released in between",
		} {
			if !slices.Contains(r.Notes, want) || strings.Contains(strings.Join(r.Notes, "\n"), "could not") {
				t.Errorf("%s: %q, want %q", source, r.Notes, want)
			}
		}
	}
}
