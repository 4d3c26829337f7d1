package eval

import (
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

// TestWalked: what an answer says that it looked at is what a person would count: each element once,
// and not what was read of it.
func TestWalked(t *testing.T) {
	type line struct{ price float64 }
	type order struct {
		lines []*line
		hits  int
	}
	orders := map[string]*order{}
	for _, name := range []string{"a", "b", "c"} {
		orders[name] = &order{hits: 5, lines: []*line{{1}, {2}}}
	}
	reg := registry.New()
	reg.Expose("orders", &orders)
	s := NewSession(reg, Limits{})
	for source, want := range map[string]int{
		"count(orders, .hits > 3)":                     3,
		"count(orders, .hits > 3 and len(.lines) > 0)": 3,
		"sum(orders, sum(.lines, .price))":             9,
		"count(orders.a.lines, .price > 1)":            2,
		`orders["a"].hits`:                             0,
		"count(1..1000, # > 3)":                        0,
	} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(source, err)
		}
		if r.Cost.Walked != want || r.Cost.Entries < want {
			t.Errorf("%s looked at %d entries with %d reads, want %d", source, r.Cost.Walked, r.Cost.Entries, want)
		}
	}
}
