package inspect_test

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestMapChangedUnderWalk changes a map between the chunks of a walk, so that tables grow, split,
// are replaced and cleared. What is there throughout must be seen exactly once.
func TestMapChangedUnderWalk(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	for round := range 60 / attack.Stride(12) {
		m := map[string]int{}
		n := 1 << random.Intn(13)
		for i := range n {
			m[fmt.Sprint("k", i)] = i
		}
		removed := map[string]bool{}
		seen := map[string]int{}
		added := 0
		cur := inspect.Of(m).Cursor()
		cur.Trust(round%2 == 0)
		for !cur.Done() {
			for _, l := range takeSome(t, cur, 1+random.Intn(100), random.Intn(2) == 0, random.Intn(3) == 0) {
				key, err := l.key.Scalar(0)
				if err != nil {
					t.Fatal(err)
				}
				seen[key.(string)]++
			}
			switch random.Intn(6) {
			case 0: // not for ever, or the walk would not end
				for range min(random.Intn(2*n)+10, 20*n-added) {
					m[fmt.Sprint("new", added)] = 0
					added++
				}
			case 1:
				for range random.Intn(n/4 + 2) {
					key := fmt.Sprint("k", random.Intn(n))
					delete(m, key)
					removed[key] = true
				}
			case 2:
				for key := range m { // written over
					m[key]++
				}
			}
		}
		for i := range n {
			key := fmt.Sprint("k", i)
			if got := seen[key]; got > 1 || got == 0 && !removed[key] {
				t.Fatalf("round %d: %s of %d was seen %d times", round, key, n, got)
			}
		}
	}
}

// loadChunk loads a chunk of a walk, and calls f for what is in it.
func loadChunk(t *testing.T, c *inspect.Cursor, f func(key, elem inspect.Value)) {
	t.Helper()
	if err := c.Load(); err != nil {
		t.Fatal(err)
	}
	for {
		k, e, ok := c.Next()
		if !ok {
			return
		}
		f(k, e)
	}
}

// TestListChangedUnderWalk lets a slice shrink and grow between chunks. The walk goes to where the
// slice ended at first.
func TestListChangedUnderWalk(t *testing.T) {
	for _, to := range []int{0, 1, 60, 64, 65, 3000, 10000} {
		list := make([]int, 3000)
		for i := range list {
			list[i] = i
		}
		cur := elemOf(t, &list).Cursor()
		n := 0
		for !cur.Done() {
			loadChunk(t, cur, func(_, e inspect.Value) {
				if x, err := e.Scalar(0); err != nil || x != n && n < min(3000, to) {
					t.Fatalf("element %d is %v, %v", n, x, err)
				}
				n++
			})
			cur.Pause()
			if len(list) == 3000 {
				list = append(make([]int, 0, to), list[:min(to, 3000)]...)[:to]
			}
		}
		if want := min(max(to, 64), 3000); n != want {
			t.Errorf("to %d: %d elements were seen, want %d", to, n, want)
		}
	}
}

// TestListMovesNearby moves a slice to an array that lies so close to its old one that the distance
// alone tells nothing. The walk goes on where it was, or says that it may not.
func TestListMovesNearby(t *testing.T) {
	const n = 3000
	for _, at := range []int{1, 100, 600, n} { // elements from the old array to the new one
		for _, old := range []int{0, n} {
			room := make([]int, 2*n)
			list := room[old : old+n : old+n]
			for i := range list {
				list[i] = i
			}
			cur := elemOf(t, &list).Cursor()
			met, ordered := 0, true
			for !cur.Done() {
				loadChunk(t, cur, func(_, e inspect.Value) {
					x, err := e.Scalar(0)
					if err != nil {
						t.Fatal(err)
					}
					met++
					ordered = ordered && x == met-1
				})
				if cur.Pause(); met < n && &list[0] == &room[old] {
					to := at
					if old > 0 {
						to = n - at
					}
					copy(room[to:to+n], list) // they may overlap
					list = room[to : to+n : to+n]
				}
			}
			// Further on in memory it looks as if all that was met had left at the front.
			ambiguous := old == 0 && at > 1
			if exact := met == n && ordered; exact == cur.Moved() || !exact && !ambiguous {
				t.Errorf("%d elements away from %d: %d elements were met of %d, in order: %v, moved: %v", at, old, met, n, ordered, cur.Moved())
			}
		}
	}
}

// TestKeepLasts holds that what is kept of a chunk stays when the next is loaded, and needs nothing
// that was lent.
func TestKeepLasts(t *testing.T) {
	m := map[int][3]int{}
	for i := range 5000 {
		m[i] = [3]int{i, 2 * i, 3 * i}
	}
	for _, trusted := range []bool{false, true} {
		var keys, elems []inspect.Value
		cur := inspect.Of(m).Cursor()
		cur.Trust(trusted)
		for !cur.Done() {
			loadChunk(t, cur, func(k, e inspect.Value) {
				k, _ = k.Keep(nil)
				e, n := e.Keep(nil)
				if n == 0 || e.Mark()&inspect.Copied == 0 {
					t.Fatal("what was lent is not copied")
				}
				keys, elems = append(keys, k), append(elems, e)
			})
		}
		clear(m)
		for i, k := range keys {
			x, _ := k.Scalar(0)
			e, err := elems[i].Index(2)
			if err != nil {
				t.Fatal(err)
			}
			if y, _ := e.Scalar(0); y != 3*x.(int) {
				t.Fatalf("trusted %v: %v: %v", trusted, x, y)
			}
		}
		for i := range 5000 {
			m[i] = [3]int{i, 2 * i, 3 * i}
		}
	}
}

type item struct {
	hits int
	name string
}

func items(n int) map[string]*item {
	m := make(map[string]*item)
	for i := range n {
		m[fmt.Sprint("sku-", i)] = &item{hits: i % 200}
	}
	return m
}

// BenchmarkWalk counts a million entries: in a native loop, with a Cursor, and with a Cursor and a
// field of each.
func BenchmarkWalk(b *testing.B) {
	m := items(1_000_000)
	b.Run("native", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for _, it := range m {
				if it.hits > 100 {
					n++
				}
			}
		}
	})
	walk := func(b *testing.B, f func(e inspect.Value)) {
		b.ReportAllocs()
		for b.Loop() {
			cur := inspect.Of(m).Cursor()
			for !cur.Done() {
				if err := cur.Load(); err != nil {
					b.Fatal(err)
				}
				for {
					_, e, ok := cur.Next()
					if !ok {
						break
					}
					f(e)
				}
			}
		}
	}
	b.Run("cursor", func(b *testing.B) { walk(b, func(inspect.Value) {}) })
	b.Run("field", func(b *testing.B) {
		walk(b, func(e inspect.Value) {
			e, _ = e.Elem()
			e.Field(0).Scalar(0)
		})
	})
}
