package scan

import (
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// TestGroups: each value has the number that it got first, whatever it is, however many there are, and
// however they collide.
func TestGroups(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	var collide []uint64 // values with one place in the table
	for x := uint64(0); len(collide) < 3*maxProbes; x++ {
		if s := (short{x, 0, uint32(inspect.IntDatum)}); s.hash()%mostRecent == 5 {
			collide = append(collide, x)
		}
	}
	word := func(v *Vector, lane int) string { return fmt.Sprint(v.Kind, v.Bits[lane]) }
	text := func(v *Vector, lane int) string { return string(v.Text.At(int(v.Text.Ref[lane]))) }
	words := func(of func() uint64) func() (*Vector, func(*Vector, int) string) {
		return func() (*Vector, func(*Vector, int) string) {
			v := &Vector{Kind: inspect.IntDatum, Bits: make([]uint64, 1+random.Intn(inspect.BatchSize))}
			if random.Intn(4) == 0 {
				v.Kind = inspect.UintDatum
			}
			for i := range v.Bits {
				v.Bits[i] = of()
			}
			return v, word
		}
	}
	for name, next := range map[string]func() (*Vector, func(*Vector, int) string){
		"few":     words(func() uint64 { return uint64(random.Intn(3)) }),
		"many":    words(func() uint64 { return uint64(random.Intn(3 * mostRecent)) }),
		"collide": words(func() uint64 { return collide[random.Intn(len(collide))] }),
		"texts": func() (*Vector, func(*Vector, int) string) {
			all := make([]string, 1+random.Intn(200))
			for i := range all {
				// Some have one address, and some are no more than their size.
				if i > 0 && random.Intn(3) == 0 {
					all[i] = all[random.Intn(i)]
				} else {
					all[i] = strings.Repeat("ab"[random.Intn(2):][:1], random.Intn(20))
				}
			}
			return &texts(t, all).vector, text
		},
	} {
		var g Groups
		want := map[string]int{}
		for range 60 {
			v, of := next()
			n := len(v.Bits)
			if v.Text != nil {
				n = len(v.Text.Ref)
			}
			lo := random.Intn(n)
			hi := lo + random.Intn(n-lo) + 1
			in := inspect.FirstLanes(n)
			for i := range in {
				if random.Intn(2) == 0 {
					in[i] &= random.Uint64()
				}
			}
			stop, failed := random.Intn(4*n), errors.New("stop")
			numbers, end, err := g.Number(v, &in, lo, hi, func(lane int) (int, error) {
				if !in.Has(lane) || lane < lo || lane >= hi {
					t.Errorf("%s: it asked for lane %d", name, lane)
				}
				if lane == stop {
					return 0, failed
				}
				if _, ok := want[of(v, lane)]; !ok {
					want[of(v, lane)] = len(want)
				}
				return want[of(v, lane)], nil
			})
			if err == nil && end != hi || err != nil && (err != failed || end != stop) {
				t.Fatalf("%s: it ended at lane %d of %d with %v", name, end, hi, err)
			}
			for lane := in.Next(lo); lane < end; lane = in.Next(lane + 1) {
				if got, ok := want[of(v, lane)]; !ok || int(numbers[lane]) != got {
					t.Fatalf("%s: lane %d, %s, has number %d, and should have %d", name, lane, of(v, lane), numbers[lane], got)
				}
			}
		}
	}
}
