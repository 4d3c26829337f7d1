package eval

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// A stubborn lock is had so many more times.
type stubborn struct {
	sync.Mutex
	left int
}

func (l *stubborn) TryLock() bool {
	l.left--
	return l.left >= 0 && l.Mutex.TryLock()
}

// What could not be read is neither empty nor absent in what was kept of it.
func TestUnreadSnapshot(t *testing.T) {
	guard := new(stubborn)
	reg := registry.New()
	reg.Expose("m", map[string]map[string]int{"a": {"x": 1}}, registry.Guard(guard))
	s := NewSession(reg, Limits{Time: time.Hour})
	// The map is found, and its entries are not read; or the key of an entry is not.
	for _, had := range []int{1, 2} {
		for _, source := range []string{`m["a"]`, `snap(m["a"])`} {
			guard.left = had
			if _, err := s.Eval(t.Context(), source); err != nil {
				t.Fatal(err)
			}
			for _, line := range []string{`count(_, true)`, `len(_)`, `keys(_)`, `"x" in _`, `get(_, "x")`, `_.x ?? 7`, `_["x"]`} {
				if got, _ := recallOf(t, s, line); !strings.Contains(got, "could not be read when the snapshot was taken") {
					t.Errorf("%s with a guard that was had %d times, then %s: %s", source, had, line, got)
				}
			}
		}
	}
}
