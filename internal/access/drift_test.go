//go:build sightglass_drift

package access

import (
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestDrift simulates a Go version that lays out maps in an unknown way (see inspect). The runtime
// walks maps that are declared to hold still; a guard that was only found is not trusted with that.
func TestDrift(t *testing.T) {
	if attack.Drift(t, "headDir", "headDirLen", "tableGroups", "mapGroup", "mapHasher", "descKind") == "" {
		return
	}
	type owned struct {
		mu sync.RWMutex
		m  map[string]int
	}
	o := &owned{m: map[string]int{}}
	for i := range 2000 {
		o.m[strings.Repeat("k", i%7)+string(rune('a'+i%26))+strings.Repeat("x", i/26)] = i
	}
	walk := func(v *View) (n, sum int, err error) {
		err = v.Each(func(_, e *View) (bool, error) {
			x, _, err := e.Plain()
			if i, ok := x.(int); ok {
				n, sum = n+1, sum+i
			}
			return true, err
		})
		return n, sum, err
	}
	want := 0
	for _, i := range o.m {
		want += i
	}
	for _, tc := range []struct {
		name  string
		opts  []Option
		walks bool
	}{
		{"no guard", []Option{Guard(nil)}, false},
		{"a found guard", nil, false},
		{"a declared guard", []Option{Guard(&o.mu)}, true},
		{"another declared guard", []Option{Guard(new(sync.Mutex))}, true},
		{"frozen", []Option{Frozen()}, true},
		{"an owner", []Option{Owner(func(f func()) { f() })}, true},
	} {
		_, v := lookAt(t, o, tc.opts...)
		m := must(t, v, ".m")
		if n, err := m.Len(); n != len(o.m) || err != nil {
			t.Errorf("%s: length %d, %v", tc.name, n, err)
		}
		n, sum, err := walk(m)
		switch {
		case tc.walks && (err != nil || n != len(o.m) || sum != want):
			t.Errorf("%s: %d entries, sum %d, %v", tc.name, n, sum, err)
		case !tc.walks && (err == nil || !strings.Contains(err.Error(), "unknown way") || n > 0):
			t.Errorf("%s: %d entries, %v; want the reason for not reading", tc.name, n, err)
		}
		_, err = m.At("a")
		if (err == nil) != tc.walks {
			t.Errorf("%s: looked up: %v", tc.name, err)
		}
	}
	// The runtime walks in chunks, and the application has its turn between two of them.
	_, v := lookAt(t, o, Guard(&o.mu))
	taken := 0
	m := must(t, v, ".m")
	err := m.EachUnlocked(func(_, _ *View) (bool, error) {
		if o.mu.TryLock() {
			o.m["new"+strings.Repeat("x", taken%100)] = taken
			taken++
			o.mu.Unlock()
		}
		return true, nil
	})
	if err != nil || taken == 0 {
		t.Errorf("the guard was had %d times during a walk: %v", taken, err)
	}
}
