package pattern

import (
	"context"
	"math"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	_ "github.com/sightglass-go/sightglass/internal/attack"
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
		_, err := New(idleMeter(), source)
		if fault.Code(err) != "range" && fault.Code(err) != "syntax" {
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
		p, err := New(idleMeter(), source)
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

// TestCacheIsBounded: of those that are worked out a few are kept, however many there are.
func TestCacheIsBounded(t *testing.T) {
	var c Cache
	m := idleMeter()
	for i := range 100 {
		if _, err := c.Get(m, strings.Repeat("a", i)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.known) > maxKnown || c.weight > maxWeight || m.Kept() == 0 {
		t.Errorf("%d patterns of %d bytes are kept, and %d are charged", len(c.known), c.weight, m.Kept())
	}
}

// TestPatternsLook: the clock is looked at before each pattern that takes long.
func TestPatternsLook(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	m := meterOf(ctx)
	looks := 0
	m.Looked = func() { looks++ }
	for range 6 {
		looks = 0
		if _, err := New(m, strings.Repeat(`\pL`, maxNamed)); err != nil || looks == 0 {
			t.Fatalf("%d looks, %v", looks, err)
		}
	}
	m.Looked = cancel
	if _, err := New(m, strings.Repeat(`\pL`, maxNamed)); fault.Code(err) != "cancelled" {
		t.Error(err)
	}
}

// idleMeter is one that nothing ends.
func idleMeter() *meter.Meter { return meterOf(context.Background()) }

func meterOf(ctx context.Context) *meter.Meter {
	m := meter.New(ctx, meter.Budget{Time: time.Hour, Entries: math.MaxInt, Bytes: 64 << 20})
	m.YieldTo(func() time.Duration { return time.Millisecond }, nil)
	return m
}

// allocated is how many bytes were allocated so far.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// FuzzPattern: whatever the source, compiling or refusing it takes a few megabytes.
func FuzzPattern(f *testing.F) {
	for _, source := range append(append([]string{}, hostilePatterns...), worstPatterns...) {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		before := allocated()
		start := time.Now()
		p, err := New(idleMeter(), source)
		if n := allocated() - before; n > 12<<20 {
			t.Errorf("%d bytes for %q in %v", n, source, time.Since(start))
		}
		if err == nil {
			p.re.MatchString("abc")
		}
	})
}
