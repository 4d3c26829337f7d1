package access

import (
	"math"
	"math/bits"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type (
	wheel struct{ teeth uint16 }
	gear  struct {
		wheel
		*axle
		turns  int
		ratio  float32
		on     bool
		since  time.Duration
		total  atomic.Int64
		pin    int
		name   string
		any    any
		next   *gear
		behind **gear
		count  *int
	}
	axle struct{ length int64 }
)

func newGear(n int) *gear {
	g := &gear{wheel: wheel{uint16(n)}, axle: &axle{-int64(n)}, turns: n, ratio: 1.5, on: true, since: time.Second, pin: n, name: "g", any: n, count: &n}
	g.total.Store(math.MaxInt64)
	return g
}

// TestFieldCache reads with a FieldCache what Member has reached once: it is the same.
func TestFieldCache(t *testing.T) {
	one, two := newGear(1), newGear(2)
	one.next, two.next = two, one
	one.behind, two.behind = &one.next, &two.next
	for _, policy := range policies() {
		_, v := lookAt(t, &struct{ one, two *gear }{one, two}, policy...)
		for name, steps := range map[string][]any{
			"int": {".turns"}, "uint16": {".teeth"}, "float32": {".ratio"}, "bool": {".on"}, "duration": {".since"}, "atomic": {".total"}, "text": {".name"},
			"through an embedded pointer": {".length"}, "further on": {".next", ".next", ".turns"}, "through two pointers": {".behind", ".wheel", ".teeth"},
		} {
			switch name {
			case "duration", "atomic", "through an embedded pointer":
				if bits.UintSize == 32 {
					continue // not read in one piece there
				}
			}
			from, other := must(t, v, ".one"), must(t, v, ".two")
			to, want := must(t, from, steps...), must(t, other, steps...)
			var s FieldCache
			if _, ok, _ := s.Read(from); ok {
				t.Errorf("%s: the zero FieldCache knows it", name)
			}
			s.Learn(from, to)
			err := v.consistent(func(func(*View) bool) {
				d, ok, err := s.Read(other)
				x, failed := want.Scalar()
				if !ok || err != nil || failed != nil || d.Plain() != x {
					t.Errorf("%s: %v, %v, %v; want %v, %v", name, d.Plain(), ok, err, x, failed)
				}
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// TestFieldCacheGivesUp has a FieldCache meet Views for which anything may differ: it leaves them
// to Member.
func TestFieldCacheGivesUp(t *testing.T) {
	type other struct{ turns, pad int }
	one, two := newGear(1), newGear(2)
	one.next, one.any = two, two
	three, telling, long := newGear(3), newGear(4), newGear(5)
	telling.name, long.name = "see https://u:hunter2@host/", strings.Repeat("g", maxChecked+1)
	object := &struct {
		one, two, three, telling, long *gear
		locked                         struct {
			mu   sync.Mutex
			name string
		}
		other *other
	}{one: one, two: two, three: three, telling: telling, long: long, other: &other{turns: 3}}
	look, v := lookAt(t, object, Hide("one.on", "two.turns"))
	other2, _ := lookAt(t, object, Hide("one.turns", "two.name"))
	elsewhere, err := other2.Get("c")
	if err != nil {
		t.Fatal(err)
	}
	from := must(t, v, ".one")
	for name, c := range map[string]struct {
		steps []any // from one, of a text from three
		at    *View
	}{
		"another type":                    {[]any{".turns"}, must(t, v, ".other")},
		"hidden by a pattern":             {[]any{".turns"}, must(t, v, ".two")},
		"hidden elsewhere":                {[]any{".turns"}, must(t, elsewhere, ".one")},
		"hidden by its name":              {[]any{".pin"}, from},
		"a text that looks like a secret": {[]any{".name"}, must(t, v, ".telling")},
		"a text with a lock of its own":   {[]any{".name"}, must(t, v, ".locked")},
		"a long text":                     {[]any{".name"}, must(t, v, ".long")},
		"an interface":                    {[]any{".any"}, from},
		"behind an interface":             {[]any{".any", ".turns"}, from},
		"a pointer":                       {[]any{".count"}, from},
		"a struct":                        {[]any{".wheel"}, from},
		"nil on the way":                  {[]any{".next", ".turns"}, must(t, v, ".two")},
		"what does not lie below":         {nil, must(t, v, ".two", ".teeth")},
		"an atomic whose guard is not":    {[]any{".total"}, nil},
	} {
		start, to, at := from, c.at, c.at
		switch name {
		case "a text that looks like a secret", "a long text":
			start = must(t, v, ".three")
		case "a text with a lock of its own":
			start, at = c.at, c.at
		}
		if c.steps != nil {
			to = must(t, start, c.steps...)
		}
		if at == nil {
			var mu sync.Mutex
			_, guarded := lookAt(t, object, Guard(&mu))
			start = must(t, guarded, ".one")
			to, at = must(t, start, c.steps...), start
		}
		var s FieldCache
		s.Learn(start, to)
		if d, ok, _ := s.Read(at); ok {
			t.Errorf("%s: %v", name, d.Plain())
		}
	}
	if look.meter.reads != 0 {
		t.Error(look.meter.reads)
	}
}
