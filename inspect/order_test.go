package inspect

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// TestOrderOfBegun: where goroutines have begun in the middle of a reading, all are put in order in the
// end, each once, and found by their numbers; and the work for that can be ended.
func TestOrderOfBegun(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	enough := errors.New("enough")
	for _, n := range []int{0, 1, 2, 3, finishedAtOnce, 5 * finishedAtOnce} {
		for _, moved := range []int{0, 1, n} {
			calls := 0
			r := &goroutineReading{
				Goroutines: &Goroutines{}, keep: func(int) error { return nil },
				worked: func(int) error { calls++; return nil },
			}
			for i := range n {
				r.All = append(r.All, Goroutine{id: 3 * i, top: "of " + string(rune('a'+i%26))})
			}
			for range min(moved, n) {
				i, j := random.IntN(n), random.IntN(n)
				r.All[i], r.All[j] = r.All[j], r.All[i]
			}
			begun := append([]Goroutine(nil), r.All...)
			if err := r.finish(); err != nil {
				t.Fatal(err)
			}
			for i := range r.All {
				g := r.ByID(3 * i)
				if g != &r.All[i] || g.id != 3*i || g.top != "of "+string(rune('a'+i%26)) {
					t.Fatalf("of %d, %d moved: %d is %+v", n, moved, i, g)
				}
			}
			if r.ByID(-1) != nil || r.ByID(1) != nil || r.ByID(3*n) != nil {
				t.Error("one is found that is none")
			}
			if n >= finishedAtOnce && calls == 0 {
				t.Error("the work is not told")
			}
			for at := range calls {
				left := at
				r.All = append([]Goroutine(nil), begun...)
				r.worked = func(int) error {
					if left--; left < 0 {
						return enough
					}
					return nil
				}
				if err := r.finish(); err != enough {
					t.Fatalf("it goes on after call %d of %d: %v", at, calls, err)
				}
			}
		}
	}
}
