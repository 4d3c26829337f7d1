package eval

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// lockedDoor looks after itself. No lock but one in the exposed object is taken unasked.
type lockedDoor struct {
	mu   sync.Mutex
	Name string
	When time.Time
	Sub  *struct{ Label string }
}

// ledDoor has its lock behind a pointer.
type ledDoor struct {
	mu   *sync.Mutex
	Name string
}

// TestBatchesOfLocked: texts and times of structs with a lock that is not taken go by batches, those under a lock that
// is, or may be, do not; and the answer, the notes and the cost are the same either way.
func TestBatchesOfLocked(t *testing.T) {
	type doors struct {
		mu    sync.Mutex
		Led   []*ledDoor
		List  []*lockedDoor
		Whole []lockedDoor
		Box   map[string]lockedDoor
	}
	type hall struct {
		Held [200]lockedDoor
		Into []*lockedDoor
	}
	o, h := &doors{Whole: make([]lockedDoor, 200), Box: map[string]lockedDoor{}}, new(hall)
	for i := range o.Whole {
		d := &lockedDoor{Name: fmt.Sprint("door ", i%7), When: time.Unix(int64(i), 0), Sub: &struct{ Label string }{fmt.Sprint("label ", i%3)}}
		o.List = append(o.List, d)
		o.Led = append(o.Led, &ledDoor{&o.mu, d.Name})
		for _, to := range []*lockedDoor{&o.Whole[i], &h.Held[i]} {
			to.Name, to.When, to.Sub = d.Name, d.When, d.Sub
		}
		h.Into = append(h.Into, &h.Held[i])
		o.Box[fmt.Sprint(i)] = lockedDoor{Name: d.Name, When: d.When, Sub: d.Sub}
	}
	reg := registry.New()
	reg.GuardWait = time.Hour
	reg.Expose("found", o)
	reg.Expose("frozen", o, registry.Frozen())
	reg.Expose("guarded", o, registry.Guard(new(sync.Mutex)))
	reg.Expose("by", o, registry.GuardBy("mu"))
	reg.Expose("hall", h)
	reg.Func("made", func(context.Context) any { return &doors{List: o.List, Whole: o.Whole, Box: o.Box} })
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	for _, row := range []struct {
		list    string
		batched bool
	}{
		{"found.List", true},
		{"found.Whole", true},
		{"found.Led", false}, // the lock lies in the object
		{"found.Box", false}, // copies, under the lock of the object
		{"frozen.List", true},
		{"guarded.List", true},
		{"guarded.Whole", true},
		{"by.List", false}, // each is locked
		{"by.Whole", false},
		{"hall.Held", false},
		{"hall.Into", false}, // they lie in the object
		{"made.List", true},
		{"made.Whole", true},
	} {
		for _, condition := range []string{`.Name == "door 3"`, `.When < now()`, `.Sub.Label endsWith "2"`} {
			if row.list == "found.Led" && condition != `.Name == "door 3"` {
				continue
			}
			line := fmt.Sprintf("count(%s, %s)", row.list, condition)
			if got, want := both(t, many, slow, line); got != want {
				t.Errorf("%s:\n%s\nwant, one by one,\n%s", line, got, want)
			}
			r, err := many.Run(t.Context(), Query{Source: line, Explain: true})
			if err != nil || len(r.Ways) != 1 {
				t.Fatalf("%s: %v, %v", line, r.Ways, err)
			}
			if w := r.Ways[0]; (w.Batched > w.Single) != row.batched {
				t.Errorf("%s: %d in batches, %d one by one %q", line, w.Batched, w.Single, w.Why)
			}
		}
	}
}
