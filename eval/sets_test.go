package eval

import (
	"fmt"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestBatchesOfSetsAndLists: the same call walks a set, whose elements are its keys, and a list, one after the other.
func TestBatchesOfSetsAndLists(t *testing.T) {
	o := &struct {
		set   map[string]struct{}
		list  []string
		byKey map[string]string
	}{set: map[string]struct{}{}, byKey: map[string]string{}}
	for i := range 200 {
		name := fmt.Sprint(i)
		o.set[name], o.list, o.byKey["key "+name] = struct{}{}, append(o.list, name), name
	}
	reg := registry.New()
	reg.Expose("o", o)
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	for _, each := range []string{`count(#, # startsWith "1")`, `count(filter(#, # startsWith "1"), true)`, `len(filter(#, len(#) == 2))`, `count(map(#, len(#)), # > 1)`, `max(#)`, `sum(#, len(#))`, `count(#, # == nil)`} {
		source := fmt.Sprintf("map([o.set, o.list, o.byKey, o.list, o.set], %s)", each)
		if got, want := both(t, many, slow, source); got != want {
			t.Errorf("%s: %s\nwant, one by one, %s", source, got, want)
		}
	}
}
