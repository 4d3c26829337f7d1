package eval

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// fill is unit as often as a pattern has room for it.
func fill(unit string) string { return strings.Repeat(unit, (maxPattern-8)/len(unit)) }

// hostilePatterns take package regexp far longer, or far more memory, than their length says.
var hostilePatterns = []string{
	fill(`\pL`), fill(`\pL|`), "[" + fill(`\pL`) + "]", "(?i)" + fill(`\pL`), fill(`\PL`),
	`\pL{1000}`, `^(?:\pL{0,1000})$`, `(?:\pL{10}){100}`,
	"(?i)" + fill("[Ā-𞥂]"), "(?i)" + fill(`[\x{80}-\x{1e943}]`), "a(?-s:b)(?si-m:" + fill("[À-\U0010FFFF]") + ")",
	`(?i)[a-\x{10ffff}][b-\x{10ffff}]`, `(?i)[a-\x{zz}][b-\x{10ffff}]`,
	strings.Repeat("a", maxPattern+1), strings.Repeat("a{1000}", 30),
}

// worstPatterns are as much as is allowed.
var worstPatterns = []string{
	strings.Repeat(`\pL`, maxNamed), strings.Repeat(`\pL|`, maxNamed), "(?i)" + strings.Repeat(`\pL`, maxNamed),
	"^" + strings.Repeat(`\pL`, maxNamed) + "$", `^\pL{38}$`, `^\pL{0,38}$`, "(?i)[Ā-𞥂]", `(?i)[\x{80}-\x{1e943}]`,
	fill("ab"), fill("a*"), fill("a|bc|"), fill("[a-c]"), "(?i)" + fill("[!-~]"), fill("[^a]"), fill(`[[:^word:]]`),
	"(?i)" + fill(`\W`), strings.Repeat("a{0,900}b", 4), "^" + strings.Repeat("(?:a{0,500}b)", 5), strings.Repeat("(", 900) + strings.Repeat(")", 900),
}

// TestPatternBounds: what is hostile is refused before it costs anything, and what people write is not.
func TestPatternBounds(t *testing.T) {
	for _, source := range hostilePatterns {
		before := allocated()
		_, err := newPattern(idleMeter(), source)
		if codeOfError(err) != "range" && codeOfError(err) != "syntax" {
			t.Errorf("%.40q: %v", source, err)
		}
		if n := allocated() - before; n > 2<<20 {
			t.Errorf("%.40q: %d bytes to refuse it", source, n)
		}
	}
	for _, source := range append([]string{
		`^\pL[\pL\d_]*$`, `(?i)error|warn`, `[一-龥]{2,8}`, `(?i)[а-я]+`, `(?i)^[\x00-\x{17f}]+$`, `\d{1,3}(\.\d{1,3}){3}`, `(?i)[Α-Ωα-ω]+-[一-龥]`,
	}, worstPatterns...) {
		before := allocated()
		p, err := newPattern(idleMeter(), source)
		if err != nil {
			t.Errorf("%.40q: %v", source, err)
			continue
		}
		if n := allocated() - before; n > 8<<20 {
			t.Errorf("%.40q: %d bytes to compile it", source, n)
		}
		p.re.MatchString("a b c")
	}
}

// TestPatternsAreBounded: all patterns of an evaluation share its budgets.
func TestPatternsAreBounded(t *testing.T) {
	s := NewSession(registry.New(), Limits{Bytes: 8 << 20, Time: time.Hour})
	before := allocated()
	if _, err := value(t, s, `count(1..64, "a" matches repeat("\\pL", 1300 - #) + "x")`); codeOfError(err) != "range" {
		t.Error(err)
	}
	if n := allocated() - before; n > 4<<20 {
		t.Errorf("%d bytes to refuse it", n)
	}
	// Those that are written out live as long as the expression.
	many := `"a" matches "` + strings.Repeat(`\\pL`, maxNamed) + `"`
	if _, err := value(t, s, "["+many+strings.Repeat(", "+many, 200)+"]"); codeOfError(err) != "budget" {
		t.Error(err)
	}
	// Of those that are worked out a few are kept, however many there are.
	if x, err := value(t, s, `count(1..500, "xa7b" matches "[a-c]" + string(#))`); x != 1 || err != nil {
		t.Error(x, err)
	}
	if x, err := value(t, s, `count(1..40, "a" matches repeat("\\pL", 20) + string(#))`); x != 0 || err != nil {
		t.Error(x, err)
	}
	f := s.begin(context.Background(), s.limits)
	for i := range 100 {
		if _, err := f.texts.get(f.m, strings.Repeat("a", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.texts.known) > maxKnown || f.texts.weight > maxWeight || f.m.kept == 0 {
		t.Errorf("%d patterns of %d bytes are kept, and %d are charged", len(f.texts.known), f.texts.weight, f.m.kept)
	}
}

// TestPatternsLook: the clock is looked at before each pattern that takes long.
func TestPatternsLook(t *testing.T) {
	m := idleMeter()
	looks := 0
	m.ticked = func() { looks++ }
	for range 6 {
		looks = 0
		if _, err := newPattern(m, strings.Repeat(`\pL`, maxNamed)); err != nil || looks == 0 {
			t.Fatalf("%d looks, %v", looks, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.ctx, looks = ctx, 0
	m.ticked = func() { cancel() }
	if _, err := newPattern(m, strings.Repeat(`\pL`, maxNamed)); codeOfError(err) != "cancelled" {
		t.Error(err)
	}
}

// TestPatternsWithoutGuard: no guard is held while a pattern is compiled, or a large one is matched.
func TestPatternsWithoutGuard(t *testing.T) {
	reg := registry.New()
	c := &cache{items: map[string]*item{}}
	for i := range 50 {
		c.items[fmt.Sprint("sku-", i)] = &item{}
	}
	reg.Expose("cache", c, registry.Guard(&c.mu))
	s := NewSession(reg, Limits{Time: time.Hour})
	large := strings.Repeat("a?", maxGuarded)
	for _, source := range []string{`count(cache.items, #key matches "sku" + "-1")`, `count(cache.items, #key matches "` + large + `")`} {
		f := s.begin(context.Background(), s.limits)
		f.m.credit, f.m.batch = 0, 0 // it looks at each tick
		looks, held := 0, 0
		f.m.ticked = func() {
			if looks++; f.look.Holding() {
				held++
			}
			f.m.batch = 0
		}
		if _, err := f.eval(source); err != nil || held > 0 || looks < 50 {
			t.Errorf("%s: %d of %d looks under a guard, %v", source, held, looks, err)
		}
	}
}

// idleMeter is one that nothing ends.
func idleMeter() *meter {
	m := newMeter(context.Background(), Limits{Time: time.Hour}.Filled())
	m.yield = func() time.Duration { return time.Millisecond }
	return m
}

// FuzzPattern: whatever the source, compiling or refusing it takes a few megabytes.
func FuzzPattern(f *testing.F) {
	for _, source := range append(append([]string{}, hostilePatterns...), worstPatterns...) {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		before := allocated()
		start := time.Now()
		p, err := newPattern(idleMeter(), source)
		if n := allocated() - before; n > 12<<20 {
			t.Errorf("%d bytes for %q in %v", n, source, time.Since(start))
		}
		if err == nil {
			p.re.MatchString("abc")
		}
	})
}
