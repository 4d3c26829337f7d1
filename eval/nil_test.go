package eval

import (
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	// base is embedded by pointer.
	base struct {
		ID     int
		Tags   []string
		Next   *base
		Secret string
	}
	lost struct {
		ID   int
		Gone int `inspect:"-"`
	}
	// holder has nils of every kind.
	holder struct {
		*base
		s      []*base
		z      []int
		none   *base
		ptr    **base
		any    any
		typed  any
		m      map[string]*base
		mm     map[string]map[string]int
		ch     chan int
		arrays *[3]int
		gone   *lost
	}
)

func (*base) Len() int { return 1 }

// TestPastNil: ?? and ?. read past nil, wherever it lies on the way. What can never be there stays a
// mistake.
func TestPastNil(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", &holder{s: []*base{nil, {ID: 1, Tags: []string{"a"}}}, ptr: new(*base), typed: (*base)(nil), gone: (*lost)(nil), m: map[string]*base{"nil": nil}, mm: map[string]map[string]int{"nil": nil}}, registry.Frozen(), registry.Methods("s.*.Len"))
	s := NewSession(reg, Limits{})
	testShown(t, s, []shownRow{
		// On the left of ??, as far as the chain goes.
		{"w.s[0].ID ?? 0", "0"}, {"w.s[1].ID ?? 0", "1"}, {"w.s[7].ID ?? 0", "0"}, {"w.s[-1].ID ?? 0", "1"}, {"w.s[0].Next.Next.ID ?? 9", "9"}, {"w.s[1].Next.ID ?? 9", "9"}, {"w.s[0].Tags[0] ?? \"x\"", `"x"`}, {"w.s[0].Tags[0:1] ?? 5", "5"}, {"w.s[0]?.Tags[0].x ?? 5", "5"},
		{"w.none.ID ?? 3", "3"}, {"w.none[\"ID\"] ?? 3", "3"}, {"w.none[0] ?? 3", "3"}, {"w.ptr.ID ?? 3", "3"}, {"w.any.ID ?? 3", "3"}, {"w.typed.ID ?? 3", "3"}, {"w.m.nil.ID ?? 3", "3"}, {"w.m.none.ID ?? 3", "3"}, {"w.mm.nil.x ?? 3", "3"}, {"w.mm.none.x ?? 3", "3"}, {"w.arrays[0] ?? 3", "3"}, {"w.none.Len() ?? 3", "3"}, {"w.s[1].Len() ?? 3", "1"},
		// Embedded nil pointers.
		{"w.ID ?? 3", "3"}, {"w.Tags[0] ?? 3", "3"}, {"w.base.ID ?? 3", "3"}, {"w.Next.ID ?? 3", "3"}, {"w?.ID", "nil"}, {"w?.Next.Next.ID", "nil"},
		// In predicates.
		{"map(w.s, .ID ?? 0)", "[0, 1]"}, {"count(w.s, (.ID ?? 0) > 0)", "1"}, {"sum(w.s, .ID ?? 0)", "1"}, {"map(w.s, #?.ID)", "[nil, 1]"}, {"map(w.s, .Next.ID ?? -1)", "[-1, -1]"}, {"map(w.m, .ID ?? 7)", "[7]"}, {"map(w.s, .Tags[0] ?? \"none\")", `["none", "a"]`}, {"sortBy(w.s, .ID ?? 5)[1] == nil", "true"},
		// Behind ?., to the end of the chain.
		{"w.s[0]?.ID", "nil"}, {"w.none?.Next.Next.ID", "nil"}, {"w.none?.Tags[0]", "nil"}, {"w.none?.Tags[0:1]", "nil"}, {"w.none?.Tags?.[0:1]", "nil"}, {"w.none?.Tags[0].x[1:2].y", "nil"}, {"w.none?.[0]", "nil"}, {"w.none?.Len()", "nil"}, {"w.none?.Next.Len()", "nil"}, {"len(w.none?.Tags[0:1] ?? [])", "0"}, {"w.none?.ID == nil", "true"}, {"[w.none?.Tags[0]]", "[nil]"},
		{"w.z?.[0:1]", "nil"}, {"w.z[0:1]", "nil"}, {"w.any?.[0:1]", "nil"}, {"w.any[0:1]", "nil"}, {"(nil)?.[0:1]", "nil"}, {"w.s?.[0:1]", "[]*eval.base{nil}"},
		// What is no chain is not read past.
		{"len(w.none.Tags) ?? 0", "nil: w.none is nil: it has no .Tags at 1:12; ?. and ?? read past nil"}, {"w.m[w.none.ID] ?? 0", "nil: w.none is nil: it has no .ID at 1:12; ?. and ?? read past nil"}, {"w.s[0].ID", "nil: w.s[0] is nil: it has no .ID at 1:8; ?. and ?? read past nil"}, {"w.ID", "nil: w.base is nil: it has no .ID at 1:3; ?. and ?? read past nil"}, {"w.any.ID", "nil: w.any is nil: it has no .ID at 1:7; ?. and ?? read past nil"},
		// A name that no base has is a mistake, also while there is none.
		{"w.none.Id ?? 3", "no_field: w.none (*eval.base) has no field Id at 1:8; did you mean ID?"}, {"w.none?.hits", "no_field: w.none (*eval.base) has no field hits at 1:9; dir(w.none) lists what it has"}, {"map(w.s, .Id ?? 0)", "no_field: w.s[0] (*eval.base) has no field Id at 1:11; did you mean ID?"}, {"w.s[1].Id ?? 3", `no_field: w.s[1] (eval.base) has no field Id at 1:8; did you mean ID?`}, {"w.typed?.hits", "nil"}, {"w.any?.hits", "nil"},
		{"w.gone.ID ?? 3", "3"}, {"w.gone.Gone ?? 3", "no_field: w.gone (*eval.lost) has no field Gone at 1:8; dir(w.gone) lists what it has"}, {"w.gone.None ?? 3", "no_field: w.gone (*eval.lost) has no field None at 1:8; dir(w.gone) lists what it has"},
	})
}

// TestNilOfNoLane: a batch in which no lane compares with nil costs no such comparison.
func TestNilOfNoLane(t *testing.T) {
	o := &struct{ List []shelf }{List: make([]shelf, 300)}
	for i := range o.List {
		if o.List[i].Hits = i; i%3 == 0 {
			o.List[i].next = new(shelf)
		}
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen())
	many, slow := NewSession(reg, Limits{}), NewSession(reg, Limits{})
	many.lanes, slow.single = 64, true
	for _, line := range []string{"count(o.List, .Hits > 150 ? true : .next == nil)", "count(o.List, .Hits < 150 ? .next != nil : .Hits > 200)"} {
		if got, want := both(t, many, slow, line); got != want {
			t.Errorf("%s:\n%s\nwant, one by one,\n%s", line, got, want)
		}
	}
}
