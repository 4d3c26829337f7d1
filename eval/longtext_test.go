package eval

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// bulk is a registry of texts as long as a string may be that an expression builds, and longer ones.
func bulk() *registry.Registry {
	reg := registry.New()
	for name, text := range map[string]string{
		"long":   strings.Repeat("lorem ipsum, ", 11<<20/13),
		"huge":   strings.Repeat("lorem ipsum, ", 30<<20/13) + "end",
		"space":  strings.Repeat(" ", 12<<20),
		"coded":  strings.Repeat("YWJj", 12<<20/4),
		"digits": strings.Repeat("7", 12<<20),
		"quoted": `"` + strings.Repeat(`\u00e9bc`, 12<<20/8) + `"`,
		"part":   strings.Repeat("lorem ipsum, ", 100) + "x",
	} {
		reg.Expose(name, &text, registry.Frozen())
	}
	list := []byte(strings.Repeat("bytes ", 12<<20/6))
	reg.Expose("bytes", &list, registry.Frozen())
	return reg
}

// longTexts is everything that works on a text, on a long one.
var longTexts = []string{
	"long", "len(huge)", "long == long", "long < long", "huge[20000000:20000100]", "long[5:10000000]", `long + "x"`, "string(bytes)",
	"huge contains part", `huge contains "zz"`, "long startsWith long", "long endsWith long", `long matches "z.*z$"`, "long in [long]",
	"indexOf(long, part)", `indexOf(long, "zz")`, "lastIndexOf(long, part)", `lastIndexOf(long, "zz")`, "hasPrefix(long, part)", "hasSuffix(long, part)",
	"trim(space)", `trim(space, "é ")`, "trimPrefix(long, part)", "trimSuffix(long, part)", "upper(long)", "lower(long)",
	"split(long, part)", `split(long[0:1000000], "")`, `replace(long, ",", ";")`, "replace(long, part, part)", `repeat("ab", 8000000)`, `join([long], ",")`,
	"toBase64(long)", "fromBase64(coded)", "fromJSON(quoted)", "fromJSON(digits)", "fromJSON(space)", "toJSON(long)", "int(digits)", "float(digits)", "date(long)", "duration(digits)",
}

// allCredit is more steps than any of these texts takes.
const allCredit = 1 << 30

// TestLongTexts holds that what takes more than some milliseconds for a long text looks at the meter
// meanwhile: once it is cancelled, it goes no further than to the next look.
func TestLongTexts(t *testing.T) {
	s := NewSession(bulk(), Limits{Time: time.Hour})
	for _, tc := range []struct {
		source string
		steps  int // that the meter counts at least
	}{
		{"long", 11 << 20 / 1024}, {"string(bytes)", 12 << 20 / 1024}, {`trim(space, "é ")`, 12 << 20}, {"trim(space)", 12 << 20},
		{"upper(long)", 11 << 20 / 64}, {`fromJSON(space)`, 12 << 20 / 64}, {`long matches "z.*z$"`, 11 << 20},
	} {
		// With all credit given at once, what is left says how many steps were counted.
		f := s.begin(t.Context(), s.limits)
		f.m.credit = allCredit
		if _, err := f.eval(tc.source); err != nil && codeOfError(translate(err)) != "arguments" {
			t.Errorf("%s: %v", tc.source, err)
		}
		if counted := allCredit - f.m.credit; counted < tc.steps {
			t.Errorf("%s: %d steps were counted, want %d", tc.source, counted, tc.steps)
		}
		ctx, cancel := context.WithCancel(t.Context())
		f = s.begin(ctx, s.limits)
		looks := 0
		f.m.ticked = func() {
			if looks++; looks == 4 {
				cancel()
			}
		}
		if _, err := f.eval(tc.source); !errors.Is(err, context.Canceled) || looks > 5 {
			t.Errorf("%s, cancelled in look 4: %v in look %d", tc.source, err, looks)
		}
		cancel()
	}
}

// TestFindInPieces: what lies across two pieces of a text is found, as is what is at its ends.
func TestFindInPieces(t *testing.T) {
	f := NewSession(registry.New(), Limits{}).begin(t.Context(), Limits{}.Filled())
	for _, n := range []int{findStep, 3*findStep + 7, maxText + 5} {
		text := strings.Repeat("a", n)
		for _, at := range []int{0, findStep - 1, findStep, findStep + 1, 2*findStep - 2, n - 3} {
			if at+3 > n {
				continue
			}
			s := text[:at] + "xyz" + text[at+3:]
			if found, err := f.find(s, "xyz"); !found || err != nil {
				t.Errorf("at %d of %d: %v, %v", at, n, found, err)
			}
			f.m.credit = allCredit
			if found, err := f.find(s, "xyy"); found || err != nil {
				t.Errorf("what is not in a text of %d: %v, %v", n, found, err)
			}
			if counted := allCredit - f.m.credit; counted < (n-findStep)/64 {
				t.Errorf("%d steps were counted for %d bytes", counted, n)
			}
		}
	}
	if _, err := f.find(strings.Repeat("a", maxText+1), strings.Repeat("a", findStep+1)); err == nil {
		t.Error("a long text is looked for in a long one")
	}
}

func TestTrim(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	for source, want := range map[string]string{
		`trim("")`: "", `trim("  ")`: "", "trim(\"\u00a0 \\t x y\\n\")": "x y", `trim("éxé", "é")`: "x", `trim("abcba", "ab")`: "c", `trim("aaa", "a")`: "", `trim("x", "")`: "x", `trim("xyx", "y")`: "xyx",
	} {
		if x, err := value(t, s, source); err != nil || x != want {
			t.Errorf("%s: %v, %v", source, x, err)
		}
	}
}

// BenchmarkLongTexts measures the longest time that passes between two looks of the meter while something is
// done with a long text, beside the time that a plain copy of one takes.
func BenchmarkLongTexts(b *testing.B) {
	s := NewSession(bulk(), Limits{Time: time.Hour})
	text := strings.Repeat("x", 12<<20)
	b.Run("copy", func(b *testing.B) {
		for b.Loop() {
			text = strings.Clone(text)
		}
	})
	for _, source := range longTexts {
		b.Run(source, func(b *testing.B) {
			var longest time.Duration
			for b.Loop() {
				f := s.begin(b.Context(), s.limits)
				last := time.Now()
				f.m.ticked = func() {
					now := time.Now()
					longest, last = max(longest, now.Sub(last)), now
				}
				_, err := f.eval(source)
				longest = max(longest, time.Since(last))
				if err != nil && codeOfError(translate(err)) == "internal" {
					b.Error(err)
				}
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest")
		})
	}
}
