package eval

import (
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestProgress: an evaluation tells how far it has come, from its first look at the clock on.
func TestProgress(t *testing.T) {
	reg := registry.New()
	reg.Expose("cache", &struct{ items []int }{make([]int, 10_000)}, registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tc := range []struct {
		source, path string
		of           int
	}{
		{"count(cache.items, # > 5)", "cache.items", 10_000},
		{"count(cache.items[10:9000], # > 5)", "cache.items[10:9000]", 8_990},
		{"sum(map(cache.items, # + 1))", "cache.items", 10_000},
		{"count(cache.items, any(cache.items[:2], # > 5))", "cache.items", 10_000}, // the outermost
		{"count(1..10000, # > 5)", "", 10_000},
	} {
		var all []Progress
		if _, err := s.Run(t.Context(), Query{Source: tc.source, Progress: func(p Progress) { all = append(all, p) }}); err != nil || len(all) == 0 {
			t.Fatalf("%s: %v, told %d times", tc.source, err, len(all))
		}
		for i, p := range all {
			if p.Path != tc.path || p.Of != tc.of || p.At > p.Of || p.At < all[max(i-1, 0)].At || p.Path != "" && (p.At == 0 || p.Read < p.At) || p.Time <= 0 {
				t.Errorf("%s: %+v", tc.source, p)
			}
		}
	}
}
