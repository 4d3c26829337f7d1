package number

import (
	"math"
	"math/big"
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// kinds has numbers at the edges of every kind, and next to them.
func kinds() []any {
	var all []any
	for _, u := range []uint64{0, 1, 2, 1<<53 - 1, 1 << 53, 1<<53 + 1, 1<<62 + 1, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 1} {
		all = append(all, u)
		if u <= math.MaxInt64 {
			all = append(all, int64(u), -int64(u))
		}
		for _, f := range []float64{float64(u), math.Nextafter(float64(u), 0), math.Nextafter(float64(u), math.Inf(1))} {
			all = append(all, f, -f)
		}
	}
	return append(all, int64(math.MinInt64), 0.5, -0.5, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1))
}

// exact returns x as a big.Float, whose mantissa of 64 bits holds every kind exactly.
func exact(x any) *big.Float {
	f := new(big.Float).SetPrec(64)
	switch x := x.(type) {
	case int64:
		return f.SetInt64(x)
	case uint64:
		return f.SetUint64(x)
	}
	return f.SetFloat64(x.(float64))
}

// TestAgainstBig compares comparison and arithmetic with math/big, for all pairs of numbers at the
// edges.
func TestAgainstBig(t *testing.T) {
	whole := func(x any) *big.Int { i, _ := exact(x).Int(nil); return i }
	for _, x := range kinds() {
		a, ok := Of(x)
		if !ok {
			t.Fatalf("%T is no number", x)
		}
		for _, y := range kinds() {
			b, _ := Of(y)
			if order, ordered := Compare(a, b); !ordered || order != exact(x).Cmp(exact(y)) {
				t.Errorf("%v is compared with %v: %d, %v", x, y, order, ordered)
			}
			if a.IsFloat || b.IsFloat {
				continue
			}
			for _, op := range []struct {
				name string
				ours func(a, b Number) (Number, bool)
				big  func(z, x, y *big.Int) *big.Int
			}{{"+", Add, (*big.Int).Add}, {"-", Sub, (*big.Int).Sub}, {"*", Mul, (*big.Int).Mul}} {
				want := op.big(new(big.Int), whole(x), whole(y))
				n, ok := op.ours(a, b)
				if !ok && want.BitLen() <= 64 || ok && (new(big.Int).SetUint64(n.Mag).CmpAbs(want) != 0 || n.Mag != 0 && n.Neg != (want.Sign() < 0)) {
					t.Errorf("%v %s %v = %v, %v, want %v", x, op.name, y, n, ok, want)
				}
			}
		}
		if order, ordered := Compare(a, Number{IsFloat: true, F: math.NaN()}); ordered {
			t.Errorf("%v is compared with NaN: %d", x, order)
		}
	}
}

func TestPow(t *testing.T) {
	for _, base := range []int64{0, 1, -1, 2, -2, 3, 10, math.MaxInt64, math.MinInt64} {
		for n := range uint64(70) {
			want := new(big.Int).Exp(big.NewInt(base), new(big.Int).SetUint64(n), nil)
			got, ok := Pow(OfInt(base), n)
			if ok != (want.BitLen() <= 64) || ok && new(big.Int).SetUint64(got.Mag).CmpAbs(want) != 0 {
				t.Errorf("%d ** %d = %v, %v, want %v", base, n, got, ok, want)
			}
		}
	}
}

// TestTally: integers are added up exactly, in 128 bits.
func TestTally(t *testing.T) {
	var tally Tally
	want := new(big.Int)
	for range 3 {
		for _, x := range kinds() {
			if n, _ := Of(x); !n.IsFloat {
				tally.Add(n)
				i, _ := exact(x).Int(nil)
				want.Add(want, i)
			}
		}
	}
	if n, ok := tally.Sum(); ok != (want.BitLen() <= 64) || ok {
		t.Errorf("the sum is %v, %v, and in truth %v", n, ok, want)
	}
	if f, _ := new(big.Float).SetInt(want).Float64(); math.Abs(tally.Float64()-f) > math.Abs(f)*1e-15 {
		t.Errorf("the sum is about %v, and in truth %v", tally.Float64(), want)
	}
}

// TestTallyOfFloats: a sum of floats is rounded once.
func TestTallyOfFloats(t *testing.T) {
	for _, c := range []struct {
		xs   []float64
		want float64
	}{
		{[]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 1},
		{[]float64{1e100, 1, -1e100}, 1},
		{[]float64{1, 1e100, 1, -1e100}, 2},
		{[]float64{math.MaxFloat64, math.MaxFloat64, 1}, math.Inf(1)},
		{[]float64{math.Inf(1), 1, 2}, math.Inf(1)},
		{nil, 0},
	} {
		var tally Tally
		for _, x := range c.xs {
			tally.Add(Number{IsFloat: true, F: x})
		}
		if got := tally.Float64(); got != c.want {
			t.Errorf("%v: %v, want %v", c.xs, got, c.want)
		}
	}
	var tally Tally
	for range 100_000 {
		tally.Add(Number{IsFloat: true, F: 50.3})
	}
	if got := tally.Float64(); got != 5_030_000 {
		t.Errorf("100,000 times 50.3 is %v", got)
	}
}
