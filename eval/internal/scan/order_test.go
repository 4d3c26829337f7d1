package scan

import (
	"math"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/number"
)

// edges are words at the edges of integers, and next to them.
func edges() (words []uint64) {
	for _, u := range []uint64{0, 1, 7, 1 << 31, 1 << 32, 1 << 53, 1<<53 + 1, 1 << 62, math.MaxInt64, 1 << 63, math.MaxUint64} {
		words = append(words, u-1, u, u+1, -u)
	}
	return words
}

// TestSpans: a comparison of integers with a constant is whether they lie in a span.
func TestSpans(t *testing.T) {
	var constants []number.Number
	for _, w := range edges() {
		f := float64(w)
		constants = append(constants, number.OfInt(int64(w)), number.Number{Mag: w})
		for _, f := range []float64{f, -f, math.Nextafter(f, 0), -math.Nextafter(f, 0), math.Nextafter(f, math.Inf(1)), f + 0.5, -f - 0.5} {
			constants = append(constants, number.Number{IsFloat: true, F: f})
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		constants = append(constants, number.Number{IsFloat: true, F: f})
	}
	// More than a word of lanes, and not a whole one.
	col := append(append(edges(), edges()...), 3, 5)
	for _, kind := range []inspect.DatumKind{inspect.IntDatum, inspect.UintDatum} {
		for _, c := range constants {
			for op := Less; op <= NotEqual; op++ {
				s := spanOf(kind, op, c)
				var yes inspect.Mask
				inSpan(col, &s, &yes)
				for i, w := range col {
					x, _ := numberOf(kind, w, false)
					if want := op.holds(number.Compare(x, c)); yes.Has(i) != want {
						t.Fatalf("%+v %d %+v is %v, want %v (%+v)", x, op, c, yes.Has(i), want, s)
					}
				}
				if n := len(col); yes.Next(n) < inspect.BatchSize {
					t.Fatal("a lane is set that there is not")
				}
			}
		}
	}
}

// TestWords: vectors of words are compared as their numbers are.
func TestWords(t *testing.T) {
	var x, y []uint64
	for _, a := range edges() {
		for _, b := range edges()[:20] {
			x, y = append(x, a), append(y, b)
		}
	}
	x, y = x[:len(x)-3], y[:len(y)-3]
	for kind, flip := range map[inspect.DatumKind]uint64{inspect.IntDatum: 1 << 63, inspect.UintDatum: 0} {
		for op := Less; op <= NotEqual; op++ {
			var yes inspect.Mask
			compareWords(x, y, op, flip, &yes)
			for i := range x {
				a, _ := numberOf(kind, x[i], false)
				b, _ := numberOf(kind, y[i], false)
				if want := op.holds(number.Compare(a, b)); yes.Has(i) != want {
					t.Fatalf("%+v %d %+v is %v, want %v", a, op, b, yes.Has(i), want)
				}
			}
		}
	}
}
