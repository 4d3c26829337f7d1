package inspect_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// pick picks n entries of m, some at a time, and returns how often each key came.
func pick(t *testing.T, m any, n, atATime int, trust bool, random *rand.Rand) map[any]int {
	t.Helper()
	c := inspect.Of(m).Cursor()
	c.Trust(trust)
	if !c.Pick(n, random.Uint64) {
		t.Fatalf("%T cannot be picked from", m)
	}
	seen := map[any]int{}
	for !c.Done() {
		c.Trust(trust)
		if err := c.Load(); err != nil {
			t.Fatal(err)
		}
		for range atATime {
			k, e, ok := c.Next()
			if !ok {
				break
			}
			key, err := k.Scalar(0)
			elem, err2 := e.Scalar(0)
			if err != nil || err2 != nil || fmt.Sprint(elem) != fmt.Sprint(key) && fmt.Sprint("k", elem) != fmt.Sprint(key) {
				t.Fatalf("%v: %v, %v, %v", key, elem, err, err2)
			}
			seen[key]++
		}
	}
	return seen
}

// TestPick: entries are picked once each, so many as asked for, and each as often as any other.
func TestPick(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	small, texts := map[int]int{}, map[string]int{}
	for i := range 3000 {
		small[i], texts[fmt.Sprint("k", i)] = i, i
	}
	for _, trust := range []bool{false, true} {
		for _, m := range []any{small, texts} {
			counts, rounds := map[any]int{}, 120
			for range rounds {
				seen := pick(t, m, 100, 1+random.IntN(20), trust, random)
				if len(seen) != 100 {
					t.Fatalf("%d of 100 were picked", len(seen))
				}
				for k, n := range seen {
					if counts[k]++; n != 1 {
						t.Fatalf("%v was picked %d times", k, n)
					}
				}
			}
			// Each count is about normal, with a mean of 4 and a deviation of 2.
			chi, mean := 0.0, float64(100*rounds)/3000
			for i := range 3000 {
				n := counts[i] + counts[fmt.Sprint("k", i)]
				chi += math.Pow(float64(n)-mean, 2) / mean
			}
			if dev := math.Sqrt(2 * 3000); math.Abs(chi-3000*(1-100./3000)) > 8*dev {
				t.Errorf("chi squared is %.0f of 3000", chi)
			}
		}
	}
	emptied := map[int]int{}
	for i := range 10_000 {
		emptied[i] = i
	}
	for i := range 9_900 {
		delete(emptied, i)
	}
	type place struct{ at [2]float32 }
	nan := map[float64]int{1: 1, math.NaN(): 2, math.NaN(): 3}
	for _, m := range []any{map[int]int{}, map[int]int(nil), emptied, nan, map[place]int{{}: 1}} {
		if inspect.Of(m).Cursor().Pick(5, random.Uint64) {
			t.Errorf("%d of 10,000 entries are picked from", inspect.Of(m).Shape())
		}
	}
	if seen := pick(t, map[int]int{1: 1, 2: 2}, 2, 1, false, random); len(seen) != 2 {
		t.Error(seen)
	}
	if inspect.Of([]int{1}).Cursor().Pick(1, random.Uint64) {
		t.Error("a list is picked from")
	}
}

// TestPickDoesNotDependOnTime: the same random numbers pick the same entries, for however many there is
// time under one hold of a guard.
func TestPickDoesNotDependOnTime(t *testing.T) {
	m := map[int]int{}
	for i := range 3000 {
		m[i] = i
	}
	want := pick(t, m, 100, 1000, false, rand.New(rand.NewPCG(5, 6)))
	for _, atATime := range []int{1, 3, 15, 16, 17} {
		if got := pick(t, m, 100, atATime, false, rand.New(rand.NewPCG(5, 6))); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d at a time: %v, want %v", atATime, got, want)
		}
	}
}

// TestPickUnderWriters: nothing is picked twice or with the element of another, and nothing ends the process, while a map
// grows, shrinks and is cleared.
func TestPickUnderWriters(t *testing.T) {
	m, stop := map[string]int{}, atomic.Bool{}
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := 0; !stop.Load(); i++ {
			m[fmt.Sprint("k", i%20_000)] = i % 20_000
			if i%7 == 0 {
				delete(m, fmt.Sprint("k", i/2%20_000))
			}
			if i%60_000 == 0 {
				clear(m)
			}
		}
	})
	defer writing.Wait()
	defer stop.Store(true)
	random, found := rand.New(rand.NewPCG(5, 6)), 0
	for round := 0; round < 200 || found < 1000; round++ {
		c := inspect.Of(m).Cursor()
		if !c.Pick(50, random.Uint64) {
			runtime.Gosched() // it was just cleared, or the writer has not begun
			continue
		}
		seen := map[string]bool{}
		for !c.Done() {
			if c.Load() != nil {
				break
			}
			for {
				k, e, ok := c.Next()
				if !ok {
					break
				}
				key, err := k.Scalar(0)
				elem, err2 := e.Scalar(0)
				if e.Mark()&inspect.Torn != 0 || err != nil || err2 != nil {
					continue
				}
				// The runtime writes a key and then its element, which is 0 in between.
				if found++; seen[key.(string)] || elem != 0 && fmt.Sprint("k", elem) != key {
					t.Fatalf("%v is %v, met before: %v", key, elem, seen[key.(string)])
				}
				seen[key.(string)] = true
			}
		}
	}
}

// TestPickLongKeys: what tells long keys from each other is not kept, and few of them are read at a time.
func TestPickLongKeys(t *testing.T) {
	text, m := strings.Repeat("k", 64<<10), map[string]int{}
	for i := range 200 {
		m[text[i:]] = i
	}
	c, random := inspect.Of(m).Cursor(), rand.New(rand.NewPCG(7, 8))
	if !c.Pick(90, random.Uint64) {
		t.Fatal("a map with long keys cannot be picked from")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found := 0
	for !c.Done() {
		if err := c.Load(); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, _, ok := c.Next(); ok; _, _, ok = c.Next() {
			n++
		}
		if found += n; n > 1 {
			t.Errorf("%d keys of 64 KiB were read in one chunk", n)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; found != 90 || n > 1<<20 && !attack.RaceDetector {
		t.Errorf("picking %d entries allocated %d bytes", found, n)
	}
}
