package value

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// thread is one of an evaluation that nothing ends.
var thread = &Thread{Meter: meter.New(context.Background(), meter.Budget{Time: time.Hour, Entries: math.MaxInt, Bytes: math.MaxInt})}

// goValue is x as Go's own.
func goValue(x Value) any {
	if s, ok := x.(Scalar); ok {
		return s.Go()
	}
	return x
}

// binary is op on Go's own values.
func binary(op Binary) func(a, b any) (any, error) {
	return func(a, b any) (any, error) {
		x, err := op(thread, Of(a), Of(b))
		return goValue(x), err
	}
}

// call is Call on Go's own values.
func call(x any, name string, args []any) (any, error) {
	values := make([]Value, len(args))
	for i, arg := range args {
		values[i] = Of(arg)
	}
	y, err := Call(Of(x), name, values)
	return goValue(y), err
}

func order(a, b any) (int, error) { return Compare(thread, "<", Of(a), Of(b)) }

// TestMoments compares what is computed with times with math/big, on times from the beginning of the clock to beyond what is computed with.
func TestMoments(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var times []time.Time
	for _, sec := range []int64{0, math.MaxInt64 / 1_000_000_000, math.MinInt64 / 1_000_000_000, math.MaxInt64 / 1_000_000, math.MinInt64 / 1_000_000, math.MaxInt64 / 1_000, math.MinInt64 / 1_000, farSeconds, -farSeconds, 1 << 62, -1 << 62, math.MaxInt64, math.MinInt64} {
		for _, nsec := range []int64{0, 1, 145_224_192, 145_224_193, 854_775_807, 854_775_808, 999_999_999} {
			for off := int64(-2); off <= 2; off++ {
				times = append(times, time.Unix(sec+off, nsec).UTC())
			}
		}
		times = append(times, time.Unix(sec/(1+r.Int64N(1000)), r.Int64N(1e9)))
	}
	nanos := func(t time.Time) *big.Int {
		n := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(1e9))
		return n.Add(n, big.NewInt(int64(t.Nanosecond())))
	}
	far := false // nothing is computed with such times, whatever the answer
	check := func(what string, got any, err error, want *big.Int) {
		t.Helper()
		switch {
		case err != nil && fault.Code(err) != "overflow":
			t.Fatalf("%s: %v", what, err)
		case err != nil:
			if !far && want.IsInt64() {
				t.Fatalf("%s is %v, and said to be none: %v", what, want, err)
			}
		case fmt.Sprintf("%d", got) != want.String():
			t.Fatalf("%s = %d, want %v", what, got, want)
		}
	}
	for _, x := range times {
		far = isFar(x)
		for name, unit := range map[string]int64{"UnixNano": 1, "UnixMicro": 1e3, "UnixMilli": 1e6} {
			got, err := call(x, name, nil)
			check(fmt.Sprint(x.Unix(), ".", name), got, err, new(big.Int).Div(nanos(x), big.NewInt(unit)))
		}
		for _, y := range times {
			far = isFar(x) || isFar(y)
			want := new(big.Int).Sub(nanos(x), nanos(y))
			got, err := call(x, "Sub", []any{y})
			check(fmt.Sprint(x.Unix(), ".Sub ", y.Unix()), got, err, want)
			got, err = binary(Subtract)(x, y)
			check(fmt.Sprint(x.Unix(), " - ", y.Unix()), got, err, want)
		}
		far = isFar(x)
		for _, d := range []time.Duration{0, 1, -1, math.MaxInt64, math.MinInt64, time.Hour} {
			for how, do := range map[string]func() (any, error){
				"t + d":    func() (any, error) { return binary(Add)(x, d) },
				"d + t":    func() (any, error) { return binary(Add)(d, x) },
				"t.Add(d)": func() (any, error) { return call(x, "Add", []any{d}) },
			} {
				got, err := do()
				if err != nil {
					check(how, nil, err, new(big.Int))
					continue
				}
				check(how, nanos(got.(time.Time)), nil, new(big.Int).Add(nanos(x), big.NewInt(int64(d))))
			}
		}
	}
	far = false
	for _, d := range []time.Duration{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1, 0, time.Hour, -7} {
		got, err := call(d, "Abs", nil)
		check("Abs", got, err, new(big.Int).Abs(big.NewInt(int64(d))))
		for _, to := range []time.Duration{1, 2, 3, 7, time.Hour, 1 << 40, math.MaxInt64} {
			got, err := call(d, "Round", []any{to})
			x, m := big.NewInt(int64(d)), big.NewInt(int64(to)) // half away from zero
			half := new(big.Int).Add(new(big.Int).Abs(x).Mul(new(big.Int).Abs(x), big.NewInt(2)), m)
			want := half.Quo(half, new(big.Int).Mul(m, big.NewInt(2)))
			want.Mul(want, m).Mul(want, big.NewInt(int64(x.Sign())))
			check(fmt.Sprintf("%d.Round(%d)", d, to), got, err, want)
		}
	}
}

// TestNumbersAgainstBig compares with math/big on numbers around the edges.
func TestNumbersAgainstBig(t *testing.T) {
	edges := []any{0, 1, -1, 2, int64(math.MaxInt64), int64(math.MinInt64), int64(math.MaxInt64 - 1), uint64(1 << 63), uint64(math.MaxUint64), int64(1 << 53), int64(1<<53 + 1),
		0.5, -0.5, math.MaxFloat64, -math.MaxFloat64, 1 << 63 * 1.0, 1 << 64 * 1.0, float64(1 << 53), math.SmallestNonzeroFloat64}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		edges = append(edges, int(r.Uint64()), r.Uint64()|1<<63, math.Float64frombits(r.Uint64()))
	}
	exact := func(x any) *big.Float {
		f := new(big.Float).SetPrec(2200)
		switch x := x.(type) {
		case int:
			return f.SetInt64(int64(x))
		case int64:
			return f.SetInt64(x)
		case uint64:
			return f.SetUint64(x)
		}
		return f.SetFloat64(x.(float64))
	}
	isInt := func(x any) bool { _, float := x.(float64); return !float }
	for _, a := range edges {
		for _, b := range edges {
			if x, ok := a.(float64); ok && (x != x || math.IsInf(x, 0)) {
				continue
			}
			if x, ok := b.(float64); ok && (x != x || math.IsInf(x, 0)) {
				continue
			}
			if o, err := order(a, b); err != nil || o != exact(a).Cmp(exact(b)) {
				t.Fatalf("order(%v, %v) = %d, %v", a, b, o, err)
			}
			if !isInt(a) || !isInt(b) {
				continue
			}
			for _, op := range []struct {
				name string
				do   Binary
				big  func(z, x, y *big.Float) *big.Float
			}{{"+", Add, (*big.Float).Add}, {"-", Subtract, (*big.Float).Sub}, {"*", Multiply, (*big.Float).Mul}} {
				want := op.big(new(big.Float).SetPrec(2200), exact(a), exact(b))
				fits := want.Cmp(exact(int64(math.MinInt64))) >= 0 && want.Cmp(exact(uint64(math.MaxUint64))) <= 0
				got, err := binary(op.do)(a, b)
				switch {
				case fits && (err != nil || exact(got).Cmp(want) != 0):
					t.Fatalf("%v %s %v = %v, %v, want %v", a, op.name, b, got, err, want)
				case !fits && fault.Code(err) != "overflow":
					t.Fatalf("%v %s %v = %v, %v, want an overflow", a, op.name, b, got, err)
				}
			}
		}
	}
}

// A power of integers is that of math/big, or an overflow, however far beyond 64 bits it lies: a square
// that has wrapped around to zero fits again.
func TestPowersAgainstBig(t *testing.T) {
	bases := []any{0, 1, -1, 2, -2, 3, -3, 10, -10, 255, 256, -65536, int64(1 << 32), 6700417, int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64), uint64(1 << 63)}
	for exponent := range 600 {
		for _, base := range bases {
			x, _ := new(big.Int).SetString(fmt.Sprint(base), 10)
			want := x.Exp(x, big.NewInt(int64(exponent)), nil)
			got, err := binary(Power)(base, exponent)
			switch fits := want.IsInt64() || want.IsUint64(); {
			case fits && (err != nil || fmt.Sprint(got) != want.String()):
				t.Fatalf("%v ** %d = %v, %v, want %v", base, exponent, got, err, want)
			case !fits && fault.Code(err) != "overflow":
				t.Fatalf("%v ** %d = %v, %v, want an overflow", base, exponent, got, err)
			}
		}
	}
	for _, exponent := range []any{int64(10_000_000_000), int64(math.MaxInt64), uint64(math.MaxUint64)} {
		if got, err := binary(Power)(2, exponent); fault.Code(err) != "overflow" {
			t.Errorf("2 ** %v = %v, %v, want an overflow", exponent, got, err)
		}
	}
}
