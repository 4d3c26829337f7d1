package eval

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/pattern"
	"github.com/sightglass-go/sightglass/registry"
)

// TestPatternsAreBounded: all patterns of an evaluation share its budgets.
func TestPatternsAreBounded(t *testing.T) {
	s := NewSession(registry.New(), Limits{Bytes: 8 << 20, Time: time.Hour})
	before := allocated()
	if _, err := answer(t, s, `count(1..64, "a" matches repeat("\\pL", 1300 - #) + "x")`); codeOfError(err) != "range" {
		t.Error(err)
	}
	if n := allocated() - before; n > 4<<20 {
		t.Errorf("%d bytes to refuse it", n)
	}
	// Those that are written out live as long as the expression.
	many := `"a" matches "` + strings.Repeat(`\\pL`, 32) + `"`
	if _, err := answer(t, s, "["+many+strings.Repeat(", "+many, 200)+"]"); codeOfError(err) != "budget" {
		t.Error(err)
	}
	// Of those that are worked out a few are kept, however many there are.
	if x, err := answer(t, s, `count(1..500, "xa7b" matches "[a-c]" + string(#))`); x != 1 || err != nil {
		t.Error(x, err)
	}
	if x, err := answer(t, s, `count(1..40, "a" matches repeat("\\pL", 20) + string(#))`); x != 0 || err != nil {
		t.Error(x, err)
	}
}

// TestPatternsWithoutGuard: no guard is held while a pattern is compiled, or a large one is matched.
func TestPatternsWithoutGuard(t *testing.T) {
	reg := registry.New()
	c := &cache{items: map[string]*item{}}
	for i := range 50 {
		c.items[fmt.Sprint("sku-", i)] = &item{}
	}
	reg.Expose("cache", c, registry.Guard(&c.mu))
	s := NewSession(reg, Limits{Time: time.Hour})
	large := strings.Repeat("a?", pattern.MaxGuarded)
	for _, source := range []string{`count(cache.items, #key matches "sku" + "-1")`, `count(cache.items, #key matches "` + large + `")`} {
		f := s.begin(context.Background(), s.limits)
		f.LookAlways()
		looks, held := 0, 0
		f.Looked = func() {
			if looks++; f.Visit.Holding() {
				held++
			}
			f.LookAlways()
		}
		if _, err := f.eval(source); err != nil || held > 0 || looks < 50 {
			t.Errorf("%s: %d of %d looks under a guard, %v", source, held, looks, err)
		}
	}
}
