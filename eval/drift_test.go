//go:build sightglass_drift

package eval

import (
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// TestDrift plays a Go version whose maps are laid out in an unknown way (see inspect).
func TestDrift(t *testing.T) {
	if attack.Drift(t, "headDir", "tableGroups", "mapGroup") == "" {
		return
	}
	o := &struct {
		mu sync.Mutex
		m  map[string]int
	}{m: map[string]int{"a": 1, "b": 2, "c": 3}}
	reg := registry.New()
	reg.Expose("found", o)
	reg.Expose("free", o, registry.Guard(nil))
	reg.Expose("declared", o, registry.Guard(&o.mu))
	reg.Expose("frozen", o, registry.Frozen())
	s := NewSession(reg, Limits{})
	for _, name := range []string{"found", "free"} {
		if x, err := answer(t, s, "len("+name+".m)"); x != 3 || err != nil {
			t.Errorf("the length of %s.m is %v, %v", name, x, err)
		}
		if _, err := answer(t, s, "sum("+name+".m)"); err == nil || !strings.Contains(err.Error(), "unknown way") {
			t.Errorf("%s.m is walked: %v", name, err)
		}
		r, err := s.Eval(t.Context(), name+".m")
		if err != nil || !strings.Contains(r.Node.Line(0), "unknown way") {
			t.Errorf("%s.m is shown as %v, %v; want the reason for not reading", name, r.Node, err)
		}
	}
	for _, name := range []string{"declared", "frozen"} {
		if x, err := answer(t, s, "sum("+name+".m) + "+name+".m.c"); x != 9 || err != nil {
			t.Errorf("%s.m is not read: %v, %v", name, x, err)
		}
	}
}
