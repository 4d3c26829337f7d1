package goroutine

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSort: what is sorted in parts is what the sort of package slices makes of it, however many there are
// and in whatever order, and the Worker is told of a part at a time.
func TestSort(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, sortedAtOnce - 1, sortedAtOnce, sortedAtOnce + 1, 3*sortedAtOnce + 7, 10_000} {
		for name, id := range map[string]func(i int) uint64{
			"as they are": func(i int) uint64 { return uint64(i) },
			"backwards":   func(i int) uint64 { return uint64(n - i) },
			"at random":   func(int) uint64 { return random.Uint64() },
			"a few twice": func(int) uint64 { return random.Uint64N(uint64(n)) },
		} {
			all := make([]Numbered, n)
			for i := range all {
				all[i] = Numbered{id(i), uintptr(i)}
			}
			want := slices.Clone(all)
			slices.SortStableFunc(want, byID)
			calls, steps := 0, 0
			if err := Sort(all, func(n int) error {
				if n > 8*sortedAtOnce {
					t.Errorf("%d, %s: %d steps at once", len(all), name, n)
				}
				calls, steps = calls+1, steps+n
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			ids := func(all []Numbered) (list []uint64) {
				for _, a := range all {
					list = append(list, a.ID)
				}
				return list
			}
			if !slices.Equal(ids(all), ids(want)) {
				t.Errorf("%d, %s: not in order", n, name)
			}
			slices.SortFunc(all, func(a, b Numbered) int { return int(a.At) - int(b.At) })
			for i := range all {
				if all[i].At != uintptr(i) {
					t.Fatalf("%d, %s: one is lost", n, name)
				}
			}
			merges := 0
			for width := sortedAtOnce; width < n; width *= 2 {
				merges++
			}
			if least := 8*n + merges*n - mergedAtOnce; steps < least || n > 0 && calls == 0 {
				t.Errorf("%d, %s: %d steps are told in %d calls, want %d", n, name, steps, calls, least)
			}
			// It ends wherever it is told to.
			enough := errors.New("enough")
			for at := range calls {
				left := at
				if err := Sort(slices.Clone(want), func(int) error {
					if left--; left < 0 {
						return enough
					}
					return nil
				}); err != enough {
					t.Fatalf("%d, %s: it goes on after call %d: %v", n, name, at, err)
				}
			}
		}
	}
}
