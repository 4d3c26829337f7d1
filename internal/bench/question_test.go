package bench

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/expr-lang/expr"

	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/registry"
)

// question is a line, and the same in Go.
type question struct {
	name, line string
	native     func() any // its answer, which JSON makes the value of ours
	expr       string     // the same for expr.Eval, "" where it cannot
	env        any
}

// ask measures q against its yardsticks, turn by turn, and reports the medians of the rounds'
// ratios.
func (q question) ask(b *testing.B, s *rig.Script) {
	var ours, native, other []time.Duration
	var timesNative, timesOther, otherTimesNative []float64
	for b.Loop() {
		var want any
		n := took(func() { want = q.native() })
		var r rig.Reply
		var err error
		o := took(func() { r, err = s.Ask(q.line) })
		if err != nil {
			b.Fatal(err)
		}
		if said, err := json.Marshal(want); err != nil || string(said) != string(r.Value) {
			b.Fatalf("%s is %.300s, and in Go %.300s", q.line, r.Value, said)
		}
		ours, native = append(ours, o), append(native, n)
		timesNative = append(timesNative, float64(o)/float64(n))
		if q.expr == "" {
			continue
		}
		e := took(func() { _, err = expr.Eval(q.expr, q.env) })
		if err != nil {
			b.Fatal(err)
		}
		other = append(other, e)
		timesOther = append(timesOther, float64(o)/float64(e))
		otherTimesNative = append(otherTimesNative, float64(e)/float64(n))
	}
	b.ReportMetric(middle(timesNative), "×native")
	b.ReportMetric(ms(at(ours, 0.5)), "ms")
	b.ReportMetric(ms(at(native, 0.5)), "ms-native")
	if len(other) > 0 {
		b.ReportMetric(middle(timesOther), "×expr")
		b.ReportMetric(middle(otherTimesNative), "expr×native")
	}
	b.ReportMetric(0, "ns/op")
}

// above counts what lies above half of what hits can be.
func above(cache map[string]*entry) any {
	n := 0
	for _, e := range cache {
		if e.Hits > most/2 {
			n++
		}
	}
	return n
}

const half = ".Hits > 500000"

// BenchmarkQuestions asks questions about a million entries, a million integers and ten thousand
// nested structs, over telnet.
func BenchmarkQuestions(b *testing.B) {
	cache, queue, users := newCache(1_000_000), newQueue(1_000_000), newUsers(10_000)
	guarded := &store{items: cache}
	reg := registry.New()
	reg.Expose("cache", &cache)
	reg.Expose("store", guarded)
	reg.Expose("queue", &queue)
	reg.Expose("users", &users)
	s := rig.NewScript(b, "tcp", serve(b, reg, patient))
	work(b)
	for _, q := range []question{
		{"count", "count(cache, " + half + ")", func() any { return above(cache) }, "count(values(cache), " + half + ")", map[string]any{"cache": cache}},
		{"guarded", "count(store.items, " + half + ")", func() any {
			guarded.mu.RLock()
			defer guarded.mu.RUnlock()
			return above(guarded.items)
		}, "", nil},
		{"sum", "sum(queue)", func() any {
			sum := 0
			for _, x := range queue {
				sum += x
			}
			return sum
		}, "sum(queue)", map[string]any{"queue": queue}},
		{"top", "map(top(cache, 10, .Hits), .by)", func() any {
			var best []int
			for _, e := range cache {
				if len(best) == 10 && e.Hits <= best[9] {
					continue
				}
				at, _ := slices.BinarySearchFunc(best, e.Hits, func(x, hits int) int { return hits - x })
				best = slices.Insert(best, at, e.Hits)
				best = best[:min(len(best), 10)]
			}
			return best
		}, "", nil},
		{"freq", "map(freq(users, .Address.City), .count)", func() any {
			cities := map[string]int{}
			for i := range users {
				cities[users[i].Address.City]++
			}
			counts := slices.Collect(maps.Values(cities))
			slices.SortFunc(counts, func(x, y int) int { return y - x })
			return counts
		}, "groupBy(users, .Address.City)", map[string]any{"users": users}},
	} {
		b.Run(q.name, func(b *testing.B) { q.ask(b, s) })
	}
}

// BenchmarkGrowth counts maps from ten thousand to ten million entries.
func BenchmarkGrowth(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"10k", 10_000}, {"100k", 100_000}, {"1M", 1_000_000}, {"10M", 10_000_000}} {
		b.Run(size.name, func(b *testing.B) {
			cache := newCache(size.n)
			reg := registry.New()
			reg.Expose("cache", &cache)
			s := rig.NewScript(b, "tcp", serve(b, reg, patient))
			work(b)
			question{"", "count(cache, " + half + ")", func() any { return above(cache) }, "", nil}.ask(b, s)
		})
	}
}
