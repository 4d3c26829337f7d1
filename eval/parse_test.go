package eval

import (
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/syntax"
)

// TestOneParse: an evaluation parses its line once, whatever becomes of the answer. The path of a live object that
// is reached by another expression is parsed beside it, for the variable that keeps it.
func TestOneParse(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for _, line := range []struct {
		source string
		parses int64
	}{
		{"1 + 1", 1}, {"cache", 1}, {"cache.items", 1}, {"nums", 1}, {"_", 2}, {"hot = filter(cache.items, .hits > 1)", 1},
		{"hot", 1}, {"cache.items[\"ax\"]", 1}, {"map(cache.items, .hits)", 1}, {"top(cache.items, 1, .hits)", 1},
		{"c = cache", 1}, {"c.items", 2}, {"18446744073709551615", 1}, {"cache.nope", 1}, {"cache.", 1}, {"cache..items", 1}, {"f(", 1},
		{"x = = 1", 0}, {"", 0},
	} {
		before := syntax.ParseCount()
		_, _ = s.Eval(t.Context(), line.source)
		if n := syntax.ParseCount() - before; n != line.parses {
			t.Errorf("%q was parsed %d times, not %d", line.source, n, line.parses)
		}
	}
}
