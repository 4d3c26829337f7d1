package eval

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// link is a chain of any length.
type link struct {
	N    int
	Next *link
	Face any
}

var loremText = strings.Repeat("lorem ipsum ", 5000)

// crowd is a registry of objects that are large in every way.
func crowd(n int) *registry.Registry {
	big := make(map[string]int, n)
	words := make([]string, n)
	var chain *link
	for i := range n {
		words[i] = fmt.Sprint("word ", i)
		big[words[i]] = i
		chain = &link{i, chain, chain}
	}
	reg := registry.New()
	reg.Expose("big", &big)
	reg.Expose("words", &words, registry.Frozen())
	reg.Expose("chain", chain)
	rows := make([]string, n/20)
	for i := range rows {
		rows[i] = loremText[i%len(loremText):]
	}
	reg.Expose("rows", &rows)
	reg.Expose("text", &[]string{strings.Repeat("a,", n)}[0])
	reg.Expose("bytes", &[][]byte{make([]byte, n)}[0])
	return reg
}

// hugeArguments are what to give to functions so that they have much to do.
var hugeArguments = []string{
	"1..1000000000000", `map(1..3000, string(#))`, `repeat("ab,", 100000)`, "big", "words", "chain", "text", "bytes",
	"[[1..100000, words], [words]]", "{a: words, b: {c: 1..100000}}", "map(1..3000, [string(#), #])", "1000000", `","`, "true", "nil",
}

// calls returns calls of every function of the language, each with several things to work on.
func calls() []string {
	var all []string
	for _, name := range library.Names() {
		for i, a := range hugeArguments {
			switch {
			case name == "top":
				all = append(all, fmt.Sprintf("top(%s, 5, #)", a), fmt.Sprintf("top(%s, 1000, string(#))", a))
			case slices.Contains(predicates, name):
				all = append(all, fmt.Sprintf("%s(%s, # == 1)", name, a), fmt.Sprintf("%s(%s, #)", name, a), fmt.Sprintf("%s(%s, len(filter(%[2]s, # == 1)) > 0)", name, a))
			default:
				b := hugeArguments[(i*7+3)%len(hugeArguments)]
				all = append(all, fmt.Sprintf("%s(%s)", name, a), fmt.Sprintf("%s(%s, %s)", name, a, b), fmt.Sprintf(`%s(%s, ",", %s)`, name, a, b))
			}
		}
	}
	for _, a := range hugeArguments {
		for _, b := range hugeArguments {
			for _, op := range []string{"==", "<", "+", "in", "contains", "matches", "??", "startsWith"} {
				all = append(all, fmt.Sprintf("(%s) %s (%s)", a, op, b))
			}
		}
	}
	return all
}

// TestAttackStopping has every function and operator do something large again and again: the
// evaluation ends the next time that its meter looks, once it is cancelled, or by itself. What
// never looked would never end, and this test with it.
func TestAttackStopping(t *testing.T) {
	s := NewSession(crowd(20_000), Limits{Bytes: 64 << 20, Time: time.Hour})
	const at = 4
	// A picture writes down for each of its parts why it could not be read, and is made to its end.
	const slack = 1000
	var longest time.Duration
	var slowest string
	begun, cancelled := 0, 0
	for i, call := range calls() {
		if i%7 != 0 && !attack.Long() {
			continue
		}
		begun++
		source := "any(1..1000000000000, {let z = " + call + "; false})"
		ctx, cancel := context.WithCancel(t.Context())
		f := s.begin(ctx, s.limits)
		looks, last := 0, time.Now()
		f.Looked = func() {
			now := time.Now()
			if gap := now.Sub(last); gap > longest {
				longest, slowest = gap, source
			}
			last = now
			if looks++; looks == at {
				cancel()
			}
		}
		_, err := f.eval(source)
		cancel()
		switch {
		case errors.Is(err, context.Canceled):
			if cancelled++; looks > at+slack {
				t.Errorf("%s: cancelled in look %d, ended in look %d", source, at, looks)
			}
		case err == nil:
			t.Errorf("%s has an answer", source)
		case len(err.Error()) > len(source)+4000:
			t.Errorf("%s: an error of %d bytes", source, len(err.Error()))
		case codeOfError(fault.From(err)) == "internal":
			t.Errorf("%s: %v", source, err)
		}
	}
	if cancelled < 100 {
		t.Errorf("only %d evaluations lasted until they were cancelled", cancelled)
	}
	t.Logf("%d of %d lasted until they were cancelled; the longest time between two looks was %v, in %s", cancelled, begun, longest, slowest)
}

// TestAttackCompletion completes on objects that are large in every way, with little memory.
func TestAttackCompletion(t *testing.T) {
	s := NewSession(crowd(200_000), Limits{})
	for _, line := range []string{`big["`, `big["word 1`, "chain" + strings.Repeat(".Next", 500) + ".", "words[5].", `count(big, #key == "`, "filter(words, .", "map(chain.Face.Face, .", `words["`, `$env["`} {
		before := allocated()
		n := len(s.Complete(line, len(line)))
		if n > maxProposals {
			t.Errorf("%.40s: %d proposals", line, n)
		}
		if used := allocated() - before; used > 4*uint64(completeLimits.Bytes) {
			t.Errorf("%.40s: %d bytes were allocated", line, used)
		}
	}
}

func allocated() uint64 { return metric("/gc/heap/allocs:bytes") }

// metric reads one of the runtime's own counters.
func metric(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// TestAttackMemory looks at the heap while expressions of every kind run, and the answer is made: what is in it stays near the
// budget, that is within twice the budget, as what is counted is sizes and not what the allocator makes
// of them, and some for the evaluation itself. Garbage does not count: on a busy machine the collector
// can be late, so that it is waited for where there seems to be too much.
func TestAttackMemory(t *testing.T) {
	const budget, itself = 4 << 20, 6 << 20
	s := NewSession(crowd(5000), Limits{Bytes: budget, Time: time.Hour, Entries: 300_000})
	defer debug.SetGCPercent(debug.SetGCPercent(30))
	heap := func() uint64 { return metric("/memory/classes/heap/objects:bytes") }
	sources := []string{
		`reduce(1..100000, concat(#acc, [#]), [])`, `map(1..10000000, #)`, `groupBy(1..10000000, #)`, `sortBy(1..10000000, -#)`, `join(map(1..1000000, string(#)), ",")`,
		`map(1..1000000, repeat("a", 1000))`, `toJSON(chain)`, `string(chain)`, `toJSON(big)`, `keys(big)`, `toPairs(big)`, `sort(values(big))`, `map(words, split(#, ""))`, `reduce(words, #acc + #, "")`,
		`flatten(map(1..100000, 1..1000))`, `fromJSON("[" + repeat("[1],", 500000) + "1]")`, `split(text, ",")`, `map(1..100000, text)`, `[text, text, text, upper(text), bytes]`, `x = words`, `y = map(words, #)`, `[chain, chain.Next, big, words]`,
		`let a = map(words, #); let b = map(words, [#]); let c = map(words, {k: #}); [a, b, c]`, `repeat(text, 50)`, `map(1..40, repeat("a", 1000000)[0:1])`, `map(1..40, split("b," + repeat("a", 1000000), ",")[0])`, `map(1..40, trim("b" + repeat(" ", 1000000)))`,
		`map(1..1000, map(1..30000, #)[0:1])`, `map(1..64, "a" matches "(?:" + repeat("a", 3000 + #) + "){1000}")`, `map(1..1000, fromJSON("[" + repeat("1,", 100000) + "2]")[0:1])`, `map(1..1000, take(sort(1..10000), 1))`, `z = [rows]`, `{a: {b: rows}}`, `groupBy(1..10000000, string(#))`,
		`map(1..1000, (1..30000 | map(#) | reverse())[:2])`, `fromPairs(map(1..10000000, [string(#), #]))`, `uniq(map(1..10000000, string(#)))`, `map(1..100000, upper("a" + string(#))[0:1])`, `rows`, `map(rows, #)`, `replace(text, ",", ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;")`,
	}
	for i, source := range sources {
		if i%attack.Stride(6) != 0 {
			continue
		}
		runtime.GC()
		f := s.begin(t.Context(), s.limits)
		before := heap()
		most := before
		f.Looked = func() {
			used := heap()
			if used > before+2*budget+itself {
				runtime.GC()
				used = heap()
			}
			most = max(most, used)
		}
		_, err := f.eval(source)
		if err != nil && codeOfError(fault.From(err)) == "internal" {
			t.Errorf("%s: %v", source, err)
		}
		if most > before+2*budget+itself {
			t.Errorf("%s had %d bytes in the heap, with a budget of %d", source, most-before, budget)
		}
	}
}
