package eval

import (
	"math"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type keyTypedID uint64

// TestTreeKeys: tree writes a key as the map itself is shown, and a key above the ints can be typed,
// so that Tab proposes it.
func TestTreeKeys(t *testing.T) {
	reg := registry.New()
	w := struct {
		mixed map[any]int
		ids   map[keyTypedID]string
		text  map[string]int
	}{
		map[any]int{int32(7): 1, 7: 2, "7": 3, keyTypedID(7): 4},
		map[keyTypedID]string{math.MaxUint64: "max"},
		map[string]int{"caf\xe9": 1},
	}
	reg.Expose("w", &w, registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tt := range [][2]string{
		{"tree(w.mixed)", "w.mixed                  map[any]int  4 keys\n├─ [eval.keyTypedID(7)]  int          4\n├─ [7]                   int          2\n├─ [int32(7)]            int          1\n└─ [\"7\"]                 int          3"},
		{"tree(w.text)", "w.text           map[string]int  1 key\n└─ [b\"caf\\xe9\"]  int             1"},
		{"w.ids[18446744073709551615]", `"max"`},
	} {
		if got := strip(shown(t, s, tt[0])); got != tt[1] {
			t.Errorf("%s:\n%s\nwant\n%s", tt[0], got, tt[1])
		}
	}
	found := ""
	for _, c := range s.Complete("w.ids[", len("w.ids[")) {
		if c.Kind == KindKey {
			found += c.Text
		}
	}
	if found != "18446744073709551615]" {
		t.Errorf("w.ids[ completes to %q", found)
	}
}
