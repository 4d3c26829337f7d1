package scan

import (
	"cmp"
	"math"
	"math/rand"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// TestFolds: sums, extremes and what lies above are the same as one lane after the other has them.
func TestFolds(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	words := []uint64{0, 1, 5, 1 << 63, math.MaxInt64, math.MaxUint64, 1 << 32, math.MaxUint32}
	floats := []float64{0, math.Copysign(0, -1), 1.5, -2.25, 1e300, -1e300, math.Inf(1), math.Inf(-1), math.NaN(), 0.1}
	kinds := []inspect.DatumKind{inspect.IntDatum, inspect.UintDatum, inspect.DurationDatum, inspect.FloatDatum, inspect.Float32Datum}
	for range 400 {
		v := &Vector{Kind: kinds[random.Intn(len(kinds))], Bits: make([]uint64, random.Intn(200)+1)}
		isFloat := v.Kind == inspect.FloatDatum || v.Kind == inspect.Float32Datum
		small, summed := random.Intn(3) == 0, random.Intn(5) == 0
		for i := range v.Bits {
			switch {
			case isFloat && random.Intn(3) == 0:
				v.Bits[i] = math.Float64bits(floats[random.Intn(len(floats))])
			case isFloat:
				v.Bits[i] = math.Float64bits(float64(float32(random.NormFloat64())))
			case summed:
				v.Bits[i] = uint64(random.Int63n(1 << 52))
			case small && random.Intn(8) > 0:
				v.Bits[i] = uint64(random.Int63n(1<<53) - 1<<52)
			case small && random.Intn(50) > 0: // at the edge of what is small
				v.Bits[i] = uint64((1<<52 - random.Int63n(2)) * (random.Int63n(2)*2 - 1))
			case random.Intn(2) == 0:
				v.Bits[i] = words[random.Intn(len(words))]
			default:
				v.Bits[i] = random.Uint64()
			}
		}
		lo := random.Intn(len(v.Bits))
		hi := lo + random.Intn(len(v.Bits)-lo) + 1
		in := new(inspect.Mask)
		for i := range in {
			in[i] = random.Uint64() | random.Uint64()
		}
		if random.Intn(2) == 0 {
			in = nil
		}
		var got, want number.Tally
		if v.Summed = summed && !isFloat; v.Summed {
			for _, x := range v.Bits {
				v.Sum += x
			}
		}
		Sum(&got, v, in, lo, hi)
		least, most := -1, -1
		c := v.Bits[random.Intn(len(v.Bits))]
		beyond := map[int]*inspect.Mask{-1: {}, 1: {}}
		order := func(x, y uint64) int {
			a, b := (&Vector{Kind: v.Kind, Bits: []uint64{x}}).Number(0), (&Vector{Kind: v.Kind, Bits: []uint64{y}}).Number(0)
			if isFloat {
				return cmp.Compare(a.F, b.F)
			}
			o, _ := number.Compare(a, b)
			return o
		}
		nan := func(lane int) bool { return isFloat && math.IsNaN(math.Float64frombits(v.Bits[lane])) }
		for i := lo; i < hi; i++ {
			if in != nil && !in.Has(i) {
				continue
			}
			want.Add(v.Number(i))
			if least < 0 || nan(i) || !nan(least) && order(v.Bits[i], v.Bits[least]) < 0 {
				least = i
			}
			if most < 0 || nan(i) || !nan(most) && order(v.Bits[i], v.Bits[most]) > 0 {
				most = i
			}
			if o := order(v.Bits[i], c); o != 0 {
				beyond[o].Set(i)
			}
		}
		same := func(a, b number.Tally) bool {
			x, xok := a.Sum()
			y, yok := b.Sum()
			return xok == yok && (x == y || x.F != x.F && y.F != y.F) && a.Finite() == b.Finite() && a.HasFloat() == b.HasFloat()
		}
		if !same(got, want) {
			t.Fatalf("the sum of %#x from %d to %d of kind %d is %v, want %v", v.Bits, lo, hi, v.Kind, got, want)
		}
		if i, k := Extreme(v, -1, in, lo, hi), Extreme(v, 1, in, lo, hi); i != least || k != most {
			t.Fatalf("the extremes of %#x from %d to %d of kind %d are in lanes %d and %d, want %d and %d", v.Bits, lo, hi, v.Kind, i, k, least, most)
		}
		for sign, want := range beyond {
			if got := Beyond(v, inspect.Datum{Kind: v.Kind, Bits: c}, sign, in, lo, hi); got != *want {
				t.Fatalf("beyond %#x of %#x by %d from %d to %d of kind %d is %x, want %x", c, v.Bits, sign, lo, hi, v.Kind, got, *want)
			}
		}
	}
}

// TestSumOfFew: a sum is exact where its parts are at the edges of what is added in one word.
func TestSumOfFew(t *testing.T) {
	const half = 1 << 52
	edges := []int64{0, 1, -1, half - 1, half, -half, -half - 1, math.MaxInt64, math.MinInt64}
	for i := range len(edges) * len(edges) * len(edges) * len(edges) {
		var got, want number.Tally
		v := &Vector{Kind: inspect.IntDatum}
		for range 4 {
			x := edges[i%len(edges)]
			i /= len(edges)
			v.Bits = append(v.Bits, uint64(x))
			want.AddWide(uint64(x>>63), uint64(x))
		}
		if Sum(&got, v, nil, 0, len(v.Bits)); got != want {
			t.Fatalf("the sum of %d is %+v, want %+v", v.Bits, got, want)
		}
	}
}
