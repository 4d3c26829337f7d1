package eval

import (
	"container/list"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// lot is an object with many elements in each kind of collection: the numbers up to lotSize.
type lot struct {
	mu    sync.Mutex
	slice []int
	array [lotSize]int
	items map[int]*struct{ n int }
	texts map[string]int
	set   map[int]struct{}
	sync  sync.Map
	chain *list.List
}

const lotSize = 2000

func newLot() *lot {
	l := &lot{items: map[int]*struct{ n int }{}, texts: map[string]int{}, set: map[int]struct{}{}, chain: list.New()}
	for i := range lotSize {
		l.slice, l.array[i] = append(l.slice, i), i
		l.items[i] = &struct{ n int }{i}
		l.texts[fmt.Sprint("k", i)] = i
		l.set[i] = struct{}{}
		l.sync.Store(i, i)
		l.chain.PushBack(i)
	}
	return l
}

// lotSamples are samples of n of all numbers, as lists of numbers.
var lotSamples = map[string]int{
	"map(sample(lot.slice, 50), #)":                         50,
	"map(sample(lot.array, 50), #)":                         50,
	"map(sample(lot.items, 50), .n)":                        50,
	"values(sample(lot.texts, 50))":                         50,
	"keys(sample(lot.items, 50))":                           50,
	"map(sample(lot.set, 50), #)":                           50,
	"map(sample(lot.sync, 50), #)":                          50,
	"map(sample(lot.chain, 50), #)":                         50,
	"sample(0..1999, 50)":                                   50,
	"sample(filter(lot.slice, # >= 0), 50)":                 50,
	"sample(map(lot.items, .n), 50)":                        50,
	"values(sample(filter(lot.texts, # >= 0), 50))":         50,
	"map(sample(lot.slice[1000:], 50), # - 1000)":           50,
	"values(sample(lot.texts, 1500))":                       1500,
	"sample(lot.slice, 5000)":                               2000,
	"values(sample(lot.texts, 2000))":                       2000,
	"sample(lot.slice, 0)":                                  0,
	"values(sample(lot.texts, 0))":                          0,
	"map(sample(sample(lot.items, 100), 50), .n)":           50,
	"let s = sample(lot.texts, 50); values(s)":              50,
	"let s = sample(lot.slice, 50); map(s, #) | sort()":     50,
	"sample(json(lot.slice) == '' ? [] : lot.slice, 50)":    50,
	"map(top(sample(lot.items, 400), 50, .n), .value.n)":    50,
	"map(freq(sample(lot.items, 50), .n), .value)":          50,
	"values(sample(groupBy(lot.slice, #), 50)) | map(#[0])": 50,
}

// TestSample: a sample has so many different elements, all of them from the collection.
func TestSample(t *testing.T) {
	reg := registry.New()
	reg.Expose("lot", newLot())
	s := NewSession(reg, Limits{Time: time.Hour})
	s.random = rand.New(rand.NewPCG(1, 2)).Uint64
	for source, n := range lotSamples {
		got := numbers(t, s, source)
		slices.Sort(got)
		if len(got) != n || len(slices.Compact(got)) != n || n > 0 && (got[0] < 0 || got[n-1] >= lotSize) {
			t.Errorf("%s: %d elements, %v", source, len(got), got)
		}
	}
	for source, want := range map[string]string{
		"sample(lot.slice, 7)":                "a sample: 7 of 2,000 entries of lot.slice, chosen at random",
		"count(sample(lot.items, 7), .n > 0)": "a sample: 7 of 2,000 entries of lot.items, chosen at random",
		"sample(1..10, 20)":                   "a sample: 10 of 10 entries, chosen at random",
		"sample(keys(lot.items), 3)":          "a sample: 3 of 2,000 entries, chosen at random",
	} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || !slices.Contains(r.Notes, want) {
			t.Errorf("%s: %q, %v", source, r.Notes, err)
		}
	}
	for source, want := range map[string]string{
		"sample(lot.slice, -1)":      "sample chooses up to 100,000 elements, not -1 at 1:1; xs[:n] is the first n of xs",
		"sample(lot.slice, 1000000)": "sample chooses up to 100,000 elements",
		"sample(5, 3)":               "an integer is not a list or a map at 1:1",
		"sample(lot.slice, 1.5)":     "sample needs an integer, not 1.5",
		"sample(lot.slice)":          "sample has 1 argument",
		"sample(lot, 3)":             "name one of its fields",
	} {
		if _, err := s.Eval(t.Context(), source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// numbers is the answer of source, a list of numbers.
func numbers(t *testing.T, s *Session, source string) (all []int) {
	t.Helper()
	r, err := s.Run(t.Context(), Query{Source: "(" + source + ")!"})
	if err != nil {
		r, err = s.Eval(t.Context(), "json("+source+")")
	}
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	if err := json.Unmarshal(r.Value().JSON(), &all); err != nil {
		t.Fatalf("%s: %v in %s", source, err, r.Value().Line(200))
	}
	return all
}

// TestSampleIsEven: each element is as likely as any other.
func TestSampleIsEven(t *testing.T) {
	reg := registry.New()
	reg.Expose("lot", newLot(), registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	s.random = rand.New(rand.NewPCG(3, 4)).Uint64
	for _, source := range []string{"sample(lot.slice, 200)", "map(sample(lot.items, 200), .n)", "sample(map(lot.chain, #), 200)"} {
		var counts [lotSize]int
		const rounds = 20
		for range rounds {
			for _, n := range numbers(t, s, source) {
				counts[n]++
			}
		}
		// The mean of each count is 2, and its variance nine tenths of that.
		chi := 0.0
		for _, n := range counts {
			chi += math.Pow(float64(n)-rounds*200/lotSize, 2) / (rounds * 200 / lotSize)
		}
		if dev := math.Sqrt(2 * lotSize); math.Abs(chi-.9*lotSize) > 8*dev {
			t.Errorf("%s: chi squared is %.0f, want about %.0f", source, chi, .9*lotSize)
		}
	}
}

// TestSampleReadsLittle: what a sample costs does not depend on how much there is.
func TestSampleReadsLittle(t *testing.T) {
	large := map[int]int{}
	for i := range 50_000 {
		large[i] = i
	}
	long := make([]int, 1<<20)
	reg := registry.New()
	reg.Expose("large", large)
	reg.Expose("long", &long)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{"count(sample(large, 500), # >= 0)", "count(sample(long, 500), # == 0)"} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || r.Node.Text != "500" || r.Cost.Entries > 5000 || r.Cost.Bytes > 100_000 {
			t.Errorf("%s: %v, %v, %+v", source, r.Node, err, r.Cost)
		}
	}
}

// TestSampleUnderWriters: while a guarded map and a list grow and shrink, samples have different
// elements with their own values, and no guard is held meanwhile by predicates that read on.
func TestSampleUnderWriters(t *testing.T) {
	type entry struct{ id, twice int }
	o := &struct {
		mu    sync.Mutex
		items map[int]entry
		list  []entry
	}{items: map[int]entry{}}
	fill := func(i int) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.items[i%5000] = entry{i % 5000, i % 5000 * 2}
		if delete(o.items, i/3%5000); i%20_000 == 0 {
			clear(o.items)
		}
		if o.list = append(o.list, entry{i, 2 * i}); len(o.list) > 3000 {
			o.list = slices.Clone(o.list[1500:])
		}
	}
	for i := range 4000 {
		fill(i + 1)
	}
	var stop atomic.Bool
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := 0; !stop.Load(); i++ {
			fill(i)
		}
	})
	defer writing.Wait()
	defer stop.Store(true)
	for _, options := range [][]registry.Option{nil, {registry.Guard(&o.mu)}} {
		reg := registry.New()
		reg.GuardWait = time.Hour
		reg.Expose("o", o, options...)
		s := NewSession(reg, Limits{Time: time.Hour})
		for _, source := range []string{"map(sample(o.items, 20), [.id, .twice])", "map(sample(o.list, 6), [.id, .twice])", "map(sample(o.items, 30), [.id, .twice + 0 * len(o.list)])"} {
			r, err := s.Eval(t.Context(), "json("+source+")")
			if err != nil {
				t.Fatalf("%s: %v", source, err)
			}
			var pairs [][2]int
			if err := json.Unmarshal(r.Value().JSON(), &pairs); err != nil {
				t.Fatal(err)
			}
			// A map that was small when the sample began is walked: an entry that leaves it meanwhile and
			// comes back may be met twice.
			picked := r.Cost.Walked <= len(pairs)
			seen := map[int]bool{}
			for _, p := range pairs {
				if p[1] != 2*p[0] || picked && seen[p[0]] {
					t.Fatalf("%s: %v, met before: %v", source, p, seen[p[0]])
				}
				seen[p[0]] = true
			}
		}
	}
}

// TestSampleTellsNoSecret: hidden keys and values stay so.
func TestSampleTellsNoSecret(t *testing.T) {
	m := map[string]string{}
	for i := range 3000 {
		m[fmt.Sprint("password-", i)] = "hunter2"
	}
	reg := registry.New()
	reg.Expose("m", m)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{"sample(m, 20)", "json(sample(m, 20))", "values(sample(m, 20))"} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		if all := r.Node.Line(10_000) + string(r.Value().JSON()); strings.Contains(all, "hunter2") || !strings.Contains(all, "redacted") {
			t.Errorf("%s tells %s", source, all)
		}
	}
}
