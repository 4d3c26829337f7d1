package eval

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// TestFoldsAllocate: what a fold of a few groups allocates does not grow with the entries, so none of them was done step by
// step.
func TestFoldsAllocate(t *testing.T) {
	small, large := foldsSession(1000), foldsSession(20_000)
	for _, line := range []string{
		"sum(o.list, .Hits)", "sum(o.ints)", "min(o.byName, .Name)", "max(o.byName, .Name)", "mean(o.ints)", "freq(o.byName, .City)", "freq(o.list, .City, .Hits)", "freq(o.list, .Hits % 7)",
		"freq(map(o.list, .City))", "sum(map(filter(o.byName, .Hits > 3), .Hits))", "len(filter(o.list, .City != \"\"))", "top(o.byName, 3, .Up)", "hist(o.byName, .Up)", "freq(filter(o.list, .Hits > 2), .City)",
		"sortBy(o.list, .Hits)[:3]", "sort(o.ints)[0]", "take(sortBy(o.byName, .Up, \"desc\"), 3)",
		"reduce(o.ints, #acc + #, 0)", "reduce(o.list, #acc > .Hits ? #acc : .Hits, 0)", "reduce(filter(o.byName, .Hits > 3), max(#acc, .Up), 0)", "reduce(o.list, #acc - .Up, 0.5)", "reduce(o.list, #acc + (.City == \"city 3\" ? 1 : 0), 0)", "reduce(o.byName, .Hits == 7 ? #acc + .Up : #acc, 0)", "sum(o.list, .Hits > 5 ? .Hits : .Up)",
	} {
		few, many := allocations(t, small, line), allocations(t, large, line)
		if many > few+few/2+500 && !attack.RaceDetector {
			t.Errorf("%s allocates %d times for 1,000 entries, and %d times for 20,000", line, few, many)
		}
	}
}

// TestFoldsInBatches: what keeps elements goes in batches, too, and with a guard.
func TestFoldsInBatches(t *testing.T) {
	s := foldsSession(2000)
	for _, line := range []string{
		"groupBy(o.list, .City)", "map(groupBy(o.byName, .Hits % 7), len(#))", "groupBy(filter(o.list, .Hits > 2), .City)", "sortBy(o.list, .Hits)", "sortBy(o.byName, .City, \"desc\")[3:]", "sort(o.ints)",
		"sortBy(o.list, .Hits, \"desc\")[:3]", "sortBy(o.list, .At)[:3]", "map(top(o.list, 2, .At), .by)", "min(o.list, .At)", "reduce(o.list, .Up == 1 ? #acc + .Hits : #acc, 0)", "groupBy(held.list, .City)", "sortBy(held.list, .Hits)[:5]",
	} {
		r, err := s.Run(t.Context(), Query{Source: line, Mode: Aside, Explain: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Ways) == 0 || r.Ways[0].Batched < 1500 {
			t.Errorf("%s: %+v", line, r.Ways)
		}
	}
}

// TestFoldsAreWhole: groups have each element once, and each sort has all.
func TestFoldsAreWhole(t *testing.T) {
	s := foldsSession(2000)
	for line, want := range map[string]string{
		"sum(map(groupBy(o.list, .City), len(#)))": "2000", "len(groupBy(o.byName, .Hits)[700])": "1", "sum(map(groupBy(o.byName, .City), sum(#, .Hits)))": "1999000", "sum(sortBy(o.list, -.Hits), .Hits)": "1999000",
		"sum(sortBy(o.byName, .City)[:300], .Up)": "300", "all(groupBy(o.list, .City), len(uniq(#, .City)) == 1)": "true",
	} {
		if got, err := answer(t, s, line); fmt.Sprint(got) != want || err != nil {
			t.Errorf("%s: %v, %v, want %s", line, got, err, want)
		}
	}
}

// TestFoldsThroughLenses: an element is kept as what its lens shows, which no guard is held for.
func TestFoldsThroughLenses(t *testing.T) {
	type opaque struct{ hits int }
	o := &struct {
		mu     sync.Mutex
		byName map[string]*opaque
	}{byName: map[string]*opaque{}}
	for i := range 100 {
		o.byName[fmt.Sprint("entry ", i)] = &opaque{i}
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Guard(&o.mu))
	reg.Lens(func(x *opaque) any { return x.hits })
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, line := range []string{"type(sortBy(o.byName, #key)[0])", `type(groupBy(o.byName, #key == "entry 5")[true][0])`} {
		if got, err := answer(t, s, line); got != "int" || err != nil {
			t.Errorf("%s: %v, %v", line, got, err)
		}
	}
}

// allocations returns how many allocations an evaluation makes, the least of some.
func allocations(t *testing.T, s *Session, line string) uint64 {
	least := uint64(math.MaxUint64)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := s.Eval(t.Context(), line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	return least
}

type foldsEntry struct {
	Name, City string
	Hits, Up   int
	At         time.Time
}

func foldsSession(n int) *Session {
	o := &struct {
		list   []foldsEntry
		byName map[string]*foldsEntry
		ints   []int
	}{byName: map[string]*foldsEntry{}}
	for i := range n {
		e := foldsEntry{Name: fmt.Sprint("entry ", i), City: fmt.Sprint("city ", i%9), Hits: i, Up: 1, At: time.Unix(int64(i*7919%1009), 0)}
		o.list, o.ints = append(o.list, e), append(o.ints, i)
		o.byName[e.Name] = &e
	}
	reg := registry.New()
	reg.Expose("o", o)
	reg.Expose("held", o, registry.Guard(new(sync.Mutex)))
	return NewSession(reg, Limits{Time: time.Hour})
}
