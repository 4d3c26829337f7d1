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
		wheel *cogwheel
		parts *part
	}{wheel: &cogwheel{id: 7}}
	for range 600 {
		all.parts = &part{next: all.parts, work: make(chan *cogwheel, 1)}
	}
	reg := registry.New()
	reg.Expose("all", all)
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "refs(all.wheel)")
	if err != nil {
		t.Fatal(err)
	}
	if rows := refsOf(t, r); len(rows) != 1 || strings.Contains(strings.Join(r.Notes, "\n"), "too far away") {
		t.Errorf("%v, %q", rows, r.Notes)
	}
}
