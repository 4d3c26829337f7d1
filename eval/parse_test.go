package eval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/registry"
)

// TestOneParse: an evaluation parses its line once, whatever becomes of the answer, and not at all if it came before. The path of a live object that
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
		{"x = = 1", 0}, {"", 0}, {"1 + 1", 0}, {"nums", 0}, {"1+1", 1}, {"f(", 1},
	} {
		before := syntax.ParseCount()
		_, _ = s.Eval(t.Context(), line.source)
		if n := syntax.ParseCount() - before; n != line.parses {
			t.Errorf("%q was parsed %d times, not %d", line.source, n, line.parses)
		}
	}
}

// TestParsedIsBounded: a session keeps few lines parsed, and none that is long.
func TestParsedIsBounded(t *testing.T) {
	var p parsed
	limits := syntax.Limits{Line: 64 << 10, Nesting: 200}
	for n := range 3000 {
		source := fmt.Sprint(n, strings.Repeat(" + 1", n%200))
		if n%100 == 99 {
			source = strings.Repeat(" ", 2*maxParsedBytes) + source
		}
		st, err := p.parse(source, limits)
		if err != nil || st.Text != strings.TrimSpace(source) {
			t.Fatalf("%s: %v, %v", source, st.Text, err)
		}
		held := 0
		for _, l := range p.lines {
			held += len(l.source)
		}
		if len(p.lines) > maxParsed || held > maxParsedBytes || held != p.bytes {
			t.Fatalf("%d lines of %d bytes, counted as %d", len(p.lines), held, p.bytes)
		}
	}
}

// TestParsedAgain: a line that was parsed before means what it means now.
func TestParsedAgain(t *testing.T) {
	reg := registry.New()
	s := NewSession(reg, Limits{Time: time.Hour})
	ask := func(source, want string) {
		t.Helper()
		r, err := s.Eval(t.Context(), source)
		got := fmt.Sprint(err)
		if err == nil {
			got = r.Node.Line(0)
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	type object struct{ X, Y int }
	for range 2 {
		reg.Withdraw("a")
		ask("a.X", "unknown name a")
		reg.Expose("a", &object{X: 1}, registry.Frozen())
		ask("a.X", "1")
		reg.Expose("a", &object{X: 2}, registry.Hide("X"))
		ask("a.X", "<redacted>")
		reg.Withdraw("a")
		reg.Expose("a.X", &object{Y: 3})
		ask("a.X.Y", "3")
		reg.Withdraw("a.X")
		reg.Expose("b", &object{X: 5})
		ask("v = 4", "4")
		ask("v", "4")
		ask("v = b.X", "5")
		ask("v", "5")
		ask("_ + _1", "10")
		ask("1", "1")
		ask("_ + _1", "11")
	}
	for _, limits := range []Limits{{}, {Nesting: 1}, {Line: 3}} {
		_, err := s.Run(t.Context(), Query{Source: "((1))", Limits: limits})
		if wants := limits != (Limits{}); (err != nil) != wants {
			t.Errorf("%+v: %v", limits, err)
		}
	}
}
