package eval

import (
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestRefsIsBounded: of many places that lead to an object the first are told, and how many others there are; and
// what is remembered of those without a path is charged.
func TestRefsIsBounded(t *testing.T) {
	wheel := &cogwheel{id: 7}
	list, byRef := make([]*cogwheel, 1500), map[*int]*cogwheel{}
	for i := range list {
		list[i] = wheel
	}
	for range 5000 {
		byRef[new(int)] = wheel
	}
	reg := registry.New()
	reg.Expose("wheel", wheel)
	reg.Expose("list", &list)
	s := NewSession(reg, Limits{Time: time.Hour, Bytes: 2 << 20})
	ask := func() (rows []refOf, notes string) {
		t.Helper()
		r, err := s.Eval(t.Context(), "refs(wheel)!")
		if err != nil {
			t.Fatal(err)
		}
		return refsOf(t, r), strings.Join(r.Notes, "\n")
	}
	rows, notes := ask()
	if len(rows) != 1000 || !strings.Contains(notes, "500 more places lead to it") || strings.Contains(notes, "stopped") {
		t.Errorf("%d rows, %q", len(rows), notes)
	}
	reg.Withdraw("list")
	reg.Expose("byRef", &byRef)
	if _, notes := ask(); !strings.Contains(notes, "refs stopped before the end: more than 2 MiB would be kept") {
		t.Errorf("%q", notes)
	}
	s = NewSession(reg, Limits{Time: time.Hour})
	if _, notes := ask(); !strings.Contains(notes, "places without a path, in keys of maps or below hidden keys, that lead to it: 5,000") {
		t.Errorf("%q", notes)
	}
}
