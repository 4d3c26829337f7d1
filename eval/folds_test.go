package eval

import (
	"fmt"
	"math"
	"runtime"
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
}

func foldsSession(n int) *Session {
	o := &struct {
		list   []foldsEntry
		byName map[string]*foldsEntry
		ints   []int
	}{byName: map[string]*foldsEntry{}}
	for i := range n {
		e := foldsEntry{Name: fmt.Sprint("entry ", i), City: fmt.Sprint("city ", i%9), Hits: i, Up: 1}
		o.list, o.ints = append(o.list, e), append(o.ints, i)
		o.byName[e.Name] = &e
	}
	reg := registry.New()
	reg.Expose("o", o)
	return NewSession(reg, Limits{Time: time.Hour})
}
