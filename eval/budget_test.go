package eval

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// endless are loops of every kind that would not end by themselves in the life of this test.
var endless = []string{
	`let xs = 1..1000; count(xs, count(xs, any(xs, # < 0)) > 0)`,
	`count(1..1000000000000, # < 0)`,
	`all(1..1000000000000, # > 0)`,
	`len(filter(1..1000000000000, # < 0))`,
	`sum(1..1000000000000)`, `sum(map(1..1000000000000, # % 2))`,
	`reduce(1..1000000000000, #acc > # ? #acc : #)`,
	`find(1..1000000000000, # < 0)`, `findLast(1..1000000000000, # < 0)`, `findLastIndex(1..1000000000000, # < 0)`,
	`max(1..1000000000000)`, `mean(1..1000000000000)`, `last(filter(1..1000000000000, # > 0))`,
	`-1 in 1..1000000000000`, `(1..1000000000000) == (1..1000000000000)`, `(0..1000000000000)[:999999999999] == 0..999999999998`,
	`uniq(map(1..1000000000000, # % 2))`, `len(uniq(map(1..100000, [#])))`,
	`take(filter(1..1000000000000, # < 0), 1)`, `first(filter(1..1000000000000, # < 0))`,
	`groupBy(filter(1..1000000000000, # < 0), #)`, `sortBy(filter(1..1000000000000, # < 0), #)`, `toJSON(filter(1..1000000000000, # < 0))`,
	`flatten(filter(1..1000000000000, # < 0))`, `concat(filter(1..1000000000000, # < 0))`, `join(map(1..1000000000000, ""))`, `reverse(filter(1..1000000000000, # < 0))`,
	`any(1..1000000000, count(sort(map(1..10000, -#)), # > 0) < 0)`,
	`any(1..1000000000, len(split(repeat("a,", 100000), ",")) < 0)`,
	`any(1..1000000000, len(replace(repeat("a", 100000), "a", "b")) < 0)`,
	`any(1..1000000000, len(upper(repeat("é", 100000))) < 0)`,
	`any(1..1000000000, len(toJSON(map(1..1000, "x"))) < 0)`,
	`any(1..1000000000, repeat("a", 1000000) matches "(a|b|c|d)*e")`,
	`repeat("ab", 2000000) matches "(a?b?){100}c"`,
	`any(1..1000000000, len(fromJSON("[" + repeat("1,", 100000) + "1]")) < 0)`,
	`any(1..1000000000, len(toBase64(repeat("a", 1000000))) < 0)`,
	`any(1..1000000000, len(trim(repeat(" ", 1000000))) > 0)`,
	`any(1..1000000000, (1 < 2) == (2 < 1))`,
	`any(1..1000000000, median(1..10000) < 0)`,
	`any(1..1000000000, len(freq(1..100)) < 0)`,
	`any(1..1000000000, len(fromPairs(map(1..1000, [#, #]))) < 0)`,
	`any(1..1000000000, len(string(map(1..1000, #))) < 0)`,
}

// TestCancel: every loop that an expression can build sees the end of its context the next time that
// its meter looks. How long that may take is what BenchmarkLooks measures.
func TestCancel(t *testing.T) {
	s := NewSession(registry.New(), Limits{Bytes: 1 << 30, Time: time.Hour})
	for _, source := range endless {
		ctx, cancel := context.WithCancel(t.Context())
		f := s.begin(ctx, s.limits)
		const at = 20
		looks := 0
		f.Looked = func() {
			// The evaluation is under way: end it from its own meter.
			if looks++; looks == at {
				cancel()
			}
		}
		_, err := f.eval(source)
		cancel()
		if codeOfError(err) != "cancelled" || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", source, err)
		}
		if looks > at+1 { // the decoder of JSON may come back for what it had in hand
			t.Errorf("%s looked %d times, and was cancelled in look %d", source, looks, at)
		}
	}
}

// TestRowsAreSteps: the rows of freq are made in loops of their own, in which the meter looks too.
func TestRowsAreSteps(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	f := s.begin(t.Context(), s.limits)
	looks := 0
	f.Looked = func() {
		looks++
		f.LookAlways()
	}
	f.LookAlways()
	if _, err := f.eval("len(freq(1..1024))"); err != nil {
		t.Fatal(err)
	}
	// Each number is walked, sorted in ten rounds, shown, and made a row.
	if least := 1024 * (1 + 10 + 1 + 1); looks < least {
		t.Errorf("the meter looked %d times, want at least %d", looks, least)
	}
}

// BenchmarkLooks reports the longest time between two looks at the clock of each loop, which is how
// long a cancellation waits at most: 50 ms are promised, 50 µs are aimed at.
func BenchmarkLooks(b *testing.B) {
	s := NewSession(registry.New(), Limits{Bytes: 1 << 30, Time: time.Hour})
	for _, source := range endless {
		b.Run(source, func(b *testing.B) {
			var longest time.Duration
			for b.Loop() {
				ctx, cancel := context.WithCancel(b.Context())
				f := s.begin(ctx, s.limits)
				last, looks := time.Now(), 0
				f.Looked = func() {
					now := time.Now()
					longest, last = max(longest, now.Sub(last)), now
					if looks++; looks == 200 {
						cancel()
					}
				}
				f.eval(source)
				cancel()
			}
			b.ReportMetric(float64(longest.Microseconds()), "µs-longest")
		})
	}
}

// TestYields: on one processor, another goroutine has it whenever the meter looks, also while
// nothing of the application is read, and between two chunks that are read under its guard.
func TestYields(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	c := &struct {
		mu    sync.Mutex
		items map[int]int
	}{items: map[int]int{}}
	for i := range 100_000 {
		c.items[i] = i
	}
	reg := registry.New()
	reg.Expose("c", c)
	s := NewSession(reg, Limits{Time: time.Hour})
	var turns, taken atomic.Int64
	stop := attack.Again(func() {
		turns.Add(1)
		if c.mu.TryLock() {
			taken.Add(1)
			c.mu.Unlock()
		}
	})
	for _, source := range []string{"count(1..50000, # % 2 == 0)", "count(c.items, # > 5)", "len(map(1..20000, string(#)))"} {
		f := s.begin(t.Context(), s.limits)
		looks, before := int64(0), turns.Load()
		taken.Store(0)
		f.Looked = func() { looks++ }
		if _, err := f.eval(source); err != nil {
			t.Fatal(err)
		}
		if had := turns.Load() - before; looks < 10 || had < looks/2 {
			t.Errorf("%s: another goroutine ran %d times in %d looks", source, had, looks)
		}
		if free := taken.Load(); free < looks/4 {
			t.Errorf("%s: the guard was free in %d of %d looks", source, free, looks)
		}
	}
	stop()
}

// TestEntries: what would be read beyond the budget is an error that says how to go on.
func TestEntries(t *testing.T) {
	c := make([]int, 5000)
	reg := registry.New()
	reg.Expose("c", &c)
	s := NewSession(reg, Limits{Entries: 1000})
	for _, source := range []string{"count(c, # > 0)", "sum(c)", "map(c, #)", "5 in c", "c == c", "any(1..5000, c[#-1] > 0)", "toJSON(c)"} {
		if _, err := s.Eval(t.Context(), source); codeOfError(err) != "budget" || !strings.Contains(err.Error(), "Limits.Entries") {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestDeadline(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: 10 * time.Millisecond})
	_, err := s.Eval(t.Context(), endless[0])
	if codeOfError(err) != "budget" || !strings.Contains(err.Error(), "it took longer than 10ms") || !strings.Contains(err.Error(), "Limits.MaxTime") {
		t.Errorf("%v", err)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v does not wrap the cause", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Eval(ctx, "1"); codeOfError(err) != "cancelled" {
		t.Errorf("cancelled before it began: %v", err)
	}
	if r, err := s.Eval(t.Context(), "1 + 1"); err != nil || r.Node.Text != "2" {
		t.Errorf("the session does not go on: %v", err)
	}
}

// TestBytes: what would be kept beyond the budget is an error that says how to go on, and memory
// stays near the budget.
func TestBytes(t *testing.T) {
	s := NewSession(registry.New(), Limits{Bytes: 4 << 20, Time: time.Hour})
	for _, source := range []string{
		`map(1..10000000, #)`, `sort(1..10000000)`, `reverse(1..10000000)`, `groupBy(1..10000000, #)`, `sortBy(1..10000000, -#)`, `uniq(1..10000000)`,
		`repeat("a", 5000000)`, `repeat("abcdefgh", 1000000000000)`, `reduce(1..10000000, concat(#acc, [#]), [])`, `split(repeat("a", 3000000), "")`,
		`join(map(1..10000000, "x"), ",")`, `toJSON(1..10000000)`, `replace(repeat("a", 1000000), "a", "aaaaaaaaaa")`, `concat(1..10000000)`, `flatten(map(1..100000, 1..1000))`,
		`median(1..10000000)`, `map(1..1000000, repeat("a", 1000))`, `string(repeat("a", 3000000)) + repeat("a", 3000000)`, `map(1..100, map(1..100000, #))`, `keys(groupBy(1..10000000, #))`,
		`upper(repeat("a", 3000000))`, `reduce(1..100000000, [#acc], 0)`,
	} {
		runtime.GC()
		old := debug.SetGCPercent(-1)
		most := 8 * uint64(s.limits.Bytes)
		bytes := attack.Allocated(most, func() {
			if _, err := s.Eval(t.Context(), source); codeOfError(err) != "budget" || !strings.Contains(err.Error(), "; ") {
				t.Errorf("%s: %v", source, err)
			}
		})
		debug.SetGCPercent(old)
		if bytes > most {
			t.Errorf("%s allocated %d bytes", source, bytes)
		}
	}
}

// TestStreams: what consumes its argument one by one keeps nothing of it.
func TestStreams(t *testing.T) {
	s := NewSession(registry.New(), Limits{Bytes: 4 << 10, Time: time.Hour})
	for _, source := range []string{
		`count(1..200000, # % 2 == 0)`, `sum(map(1..200000, # * 2))`, `len(filter(1..200000, # > 5))`, `max(map(1..200000, -#))`, `take(filter(1..200000, # > 5), 3)`,
		`reduce(1..200000, #acc + #)`, `mean(1..200000)`, `count(map(filter(1..200000, # > 3), string(#)), # == "5")`, `any(1..20000, len(filter(1..10, # > 5)) == 0)`,
		`count(1..20000, len(map(1..10, #)) == 11)`, `last(map(1..20000, string(#)))`, `any(1..20000, {let x = [#]; x[0] < 0})`,
	} {
		if _, err := s.Eval(t.Context(), source); err != nil {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestLimitOfLine: the length of a line is looked at before anything else.
func TestLimitOfLine(t *testing.T) {
	s := NewSession(registry.New(), Limits{Line: 100})
	line := "[1" + strings.Repeat(", 1", 200) + "]"
	if _, err := s.Eval(t.Context(), line); codeOfError(err) != "budget" || !strings.Contains(err.Error(), "100 are allowed") {
		t.Errorf("%v", err)
	}
}

// TestNesting: a line that is nested without end is an error in bounded time and stack.
func TestNesting(t *testing.T) {
	t.Parallel()
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	mega := 1 << 20
	if !attack.Long() {
		mega /= 16
	}
	long := NewSession(registry.New(), Limits{Line: 4 * mega})
	normal := NewSession(registry.New(), Limits{})
	for i, part := range []string{"(", "[", "{", "{a:", "!", "-", "+", "not ", "1+", "1-", "1**", "1^", "1 ?", "1?1:", "true?:", "a.", "a?.", "a[", "a[0]", "a(", "f(1,", "let a=1;", "let a=", "if true {",
		"if true {1} else ", "if ", "1|", "1|len()|", "1;", "1,", "\"", "'", "`", "/*", "//", "1..", "1==", "1<", "(1<", "(1<1<", "((1?:", "#", ".", ".a", "..", "map([1],", "map([1],#", "any([1],{", "nil??", "1 in ", "not in ", "1 matches ", "[1,", "{a:1,", "?:", "??", "?", "|", "||", "&&", "not in", ": ", "\\", "=", "a=", "-(", "!(", "-[", "a?.[", "::", "len(", "}", ")", "]", "\n", " ", "\t1", "é", "0x", "1e", "_", "1_", "$env.", "#.a", "b'", "a:", "@"} {
		for k, tail := range []string{"", "."} {
			if (i+k)%attack.Stride(4) != 0 {
				continue
			}
			line := strings.Repeat(part, mega/len(part)) + tail
			for _, s := range []*Session{long, normal} {
				_, err := s.Eval(t.Context(), line)
				if err == nil && strings.TrimSpace(part) != "" && part != "+" && part != "`" && part != "_" && part != "1;" && part != "//" {
					t.Errorf("a megabyte of %q is no error", part)
				}
				if codeOfError(err) == "internal" {
					t.Errorf("a megabyte of %q: %v", part, err)
				}
				if len(s.Complete(line, len(line))) > maxProposals {
					t.Errorf("too many proposals for %q", part)
				}
			}
		}
	}
	// The limit of nesting is what refuses, and not the parser's own.
	for _, part := range []string{"(", "[", "{a:", "!", "-", "not ", "1**", "true?1:", "let a=1;", "if true {1} else ", "len(", "a[", "-("} {
		if _, err := normal.Eval(t.Context(), strings.Repeat(part, 300)); codeOfError(err) != "budget" || !strings.Contains(err.Error(), "nested more than 200 deep") {
			t.Errorf("300 times %q: %v", part, err)
		}
		if _, err := normal.Eval(t.Context(), strings.Repeat(part, 100)); codeOfError(err) == "budget" {
			t.Errorf("100 times %q: %v", part, err)
		}
	}
	// The parser uses these nodes twice: if compiling or running did so at each level, this would not end.
	for _, c := range []struct{ open, close string }{{"(1 < ", " < 5)"}, {"(", " ?: true)"}} {
		line := strings.Repeat(c.open, 150) + "2" + strings.Repeat(c.close, 150)
		if _, err := normal.Eval(t.Context(), line); codeOfError(err) == "budget" {
			t.Errorf("%s…: %v", c.open, err)
		}
	}
	// What is not nested deeply may be long.
	for _, line := range []string{strings.Repeat("1 + ", 3000) + "1", "[" + strings.Repeat("-1, ", 2000) + "1]", strings.Repeat("(1) + ", 1000) + "1", strings.Repeat("-1 * ", 1000) + "1", "-1" + strings.Repeat(" == -1 && -1", 500) + " == -1"} {
		if _, err := normal.Eval(t.Context(), line); err != nil {
			t.Errorf("%.30s…: %v", line, err)
		}
	}
}

// TestInFollowsPointersOnce: what in looks into is reached once, so that its hops are charged once.
func TestInFollowsPointersOnce(t *testing.T) {
	m := map[string]int{"a": 1}
	p := &m
	reg := registry.New()
	reg.Expose("m", &m, registry.Frozen())
	reg.Expose("pp", &p, registry.Frozen())
	s := NewSession(reg, Limits{})
	entries := func(source string) int {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(source, err)
		}
		return r.Cost.Entries
	}
	// One hop to load pp, and one to look into it.
	if more := entries(`"a" in pp`) - entries(`"a" in m`); more != 2 {
		t.Errorf("in charges %d entries for a further pointer", more)
	}
}
