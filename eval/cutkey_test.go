package eval

import (
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// A key that was cut from a snapshot is not taken for its beginning, and what may be that key is not
// taken for absent. A key that an answer shows in part is kept whole.
func TestCutKeyOfSnapshot(t *testing.T) {
	const cut = "the snapshot was cut here and is incomplete"
	for _, tc := range []struct {
		key        int // the length of the key
		line, want string
	}{
		{2000, `x[repeat("k", 2000)].X`, "1"},
		{2000, `x[repeat("k", 1024)].X`, "has no key"},
		{2000, `repeat("k", 2000) in x`, "true"},
		{2000, `repeat("k", 1024) in x`, "false"},
		{65537, `x[repeat("k", 65537)].X`, cut},
		{65537, `x[repeat("k", 65536)].X`, cut},
		{65537, `repeat("k", 65537) in x`, cut},
		{65537, `get(x, repeat("k", 65537))`, cut},
		{65537, `repeat("k", 1024) in x`, "false"},
		{65537, `"c" in x`, "false"},
		{65537, `x["b"].X`, "2"},
	} {
		type point struct{ X int }
		reg := registry.New()
		reg.Expose("m", map[string]point{strings.Repeat("k", tc.key): {1}, "b": {2}})
		s := NewSession(reg, Limits{Time: time.Hour})
		if got, _ := recallOf(t, s, `x = filter(m, true)`, tc.line); !strings.Contains(got, tc.want) {
			t.Errorf("of a key of %d bytes, %s: %s, want %s", tc.key, tc.line, got[:min(len(got), 200)], tc.want)
		}
		line := strings.ReplaceAll(tc.line, "x", "_")
		if got, _ := recallOf(t, s, `filter(m, true)`, line); tc.key == 2000 && !strings.Contains(got, tc.want) {
			t.Errorf("of a key of %d bytes, %s: %s, want %s", tc.key, line, got[:min(len(got), 200)], tc.want)
		}
	}
}
