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
