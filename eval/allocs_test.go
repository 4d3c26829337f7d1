package eval

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// TestAllocationsOfCount: what a count allocates does not depend on how much is counted.
func TestAllocationsOfCount(t *testing.T) {
	type held struct {
		mu    sync.Mutex
		items map[string]*item
	}
	const few = 1000
	many := 1_000_000 / attack.Stride(20)
	of := func(n int) *held {
		h := &held{items: make(map[string]*item, n)}
		var digits strings.Builder
		for i := range n {
			digits.WriteString(strconv.Itoa(10_000_000 + i))
		}
		keys, some := digits.String(), make([]item, few)
		for i := range n {
			some[i%few].hits = i % few
			h.items[keys[8*i:8*i+8]] = &some[i%few]
		}
		return h
	}
	reg := registry.New()
	reg.GuardWait = time.Hour
	for name, n := range map[string]int{"few": few, "many": many} {
		h := of(n)
		reg.Expose(name, h)
		reg.Expose(name+".racy", &h.items)
		reg.Expose(name+".frozen", &h.items, registry.Frozen())
	}
	s := NewSession(reg, Limits{Time: time.Hour})
	// What else the process does allocates too, and how long batches are depends on time: of several
	// counts it returns the least and the most.
	count := func(source string) (least, most uint64) {
		for i := range 10 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := s.Eval(t.Context(), source)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			n := after.Mallocs - before.Mallocs
			if most = max(most, n); i == 0 || n < least {
				least = n
			}
		}
		return least, most
	}
	for _, source := range []string{"count(%.items, .hits > 100)", "count(%.racy, .hits > 100)", "count(%.frozen, .hits > 100)"} {
		count(strings.ReplaceAll(source, "%", "few"))
		_, a := count(strings.ReplaceAll(source, "%", "few"))
		b, _ := count(strings.ReplaceAll(source, "%", "many"))
		t.Logf("%s: %d for %d, %d for %d", source, a, few, b, many)
		// What batches are loaded into is made twice: for short ones, and for those of any length.
		if b > a+4 {
			t.Errorf("%s allocates %d times for %d entries, and %d times for %d", source, a, few, b, many)
		}
	}
}
