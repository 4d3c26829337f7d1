package eval

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestExact: arithmetic is exact, or an error that says so.
func TestExact(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	const maxInt = "9223372036854775807"
	for _, c := range []struct{ source, want string }{
		{maxInt + " + 1", "9223372036854775808"},
		{"9223372036854775808", "9223372036854775808"}, {"18446744073709551615", "18446744073709551615"}, {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"}, {"-9223372036854775808", "-9223372036854775808"},
		{"-9223372036854775809", "overflow"}, {"[10802621764033171775, 0x8000000000000000][1]", "9223372036854775808"}, {"true ? 9223372036854775808 : 9223372036854775809", "9223372036854775808"},
		{`"9223372036854775808"`, "9223372036854775808"}, {"{9223372036854775808: 1}", "map[9223372036854775808:1]"}, {"let $9 = 1; $9", "syntax"}, {"$844674407370955161", "unknown_name"},
		{maxInt + " * 2 + 1", "18446744073709551615"},
		{maxInt + " * 2 + 2", "overflow"},
		{maxInt + " * 3", "overflow"},
		{"-" + maxInt + " - 1", "-9223372036854775808"},
		{"-" + maxInt + " - 2", "overflow"},
		{"-(-" + maxInt + " - 1)", "9223372036854775808"},
		{"-(" + maxInt + " + 2)", "overflow"},
		{"(" + maxInt + " + 1) - (" + maxInt + " + 2)", "-1"},
		{"(" + maxInt + " * 2) % 10", "4"},
		{"2 ** 63", "9223372036854775808"},
		{"2 ** 64", "overflow"},
		{"(-2) ** 63", "-9223372036854775808"},
		{"3 ** 40", "12157665459056928801"},
		{"2.0 ** 64", "1.8446744073709552e+19"},
		{"1 / 0", "divide"}, {"1 % 0", "divide"}, {"1.0 / 0", "divide"}, {"1 / 0.0", "divide"},
		{"5.5 % 2", "type"},
		{"sum([" + maxInt + ", " + maxInt + ", -" + maxInt + "])", maxInt},
		{"sum([" + maxInt + ", " + maxInt + ", " + maxInt + "])", "overflow"},
		{"sum([" + maxInt + ", 0.5])", "9.223372036854775807e+18"},
		{"reduce([" + maxInt + ", " + maxInt + "], #acc * #)", "overflow"},
		{maxInt + " + 1 > 0", "true"}, // a uint64 is never negative
		{maxInt + " + 1 > " + maxInt, "true"},
		{maxInt + " == 9223372036854775807.0", "false"}, // the float is 2⁶³
		{maxInt + " < 9223372036854775808.0", "true"},
		{"9007199254740993 == 9007199254740992.0", "false"},
		{"9007199254740993 > 9007199254740992.0", "true"},
		{maxInt + " * 2 + 1 < 1e20", "true"}, {maxInt + " * 2 + 1 < 18446744073709551616.0", "true"}, {"-1 > -1e300", "true"},
		{"0.1 + 0.2 == 0.3", "false"}, {"-0.0 == 0", "true"}, {"-1 < -0.5", "true"}, {"1 > 0.5", "true"}, {"-1 > -1.5", "true"},
		{`float("NaN") == float("NaN")`, "false"}, {`float("NaN") < 1`, "false"}, {`float("NaN") >= 1`, "false"}, {`float("NaN") != 1`, "true"},
		{`sort([2, float("NaN"), 1])`, "[NaN 1 2]"}, {`max([1, float("NaN"), 3])`, "NaN"}, {`min([float("NaN"), 3])`, "NaN"},
		{"int(1e18)", "1000000000000000000"}, {"int(1e19)", "10000000000000000000"}, {"int(1e20)", "overflow"}, {"int(-1e19)", "overflow"}, {`int(float("NaN"))`, "overflow"}, {`int("18446744073709551615")`, "18446744073709551615"},
		{"abs(-" + maxInt + " - 1)", "9223372036854775808"},
		{"round(" + maxInt + ")", maxInt},
		{`duration("2562047h") * 2`, "overflow"}, {`duration("2562047h") + duration("2562047h")`, "overflow"}, {`duration("1h") * 1e300`, "overflow"}, {`date("0001-01-01") - date("2023-01-01")`, "overflow"},
		{"bitshl(1, 62)", "4611686018427387904"}, {"bitshl(1, 63)", "overflow"}, {"bitshl(1, 64)", "overflow"}, {"bitshl(-1, 63)", "-9223372036854775808"}, {"bitshl(0, 1000)", "0"}, {"bitshl(1, -1)", "range"},
		{"0 ** -1", "divide"}, {"0.0 ** -1", "divide"}, {"0 ** -0.5", "divide"}, {"0 ** 0", "1"}, {"0 ** 2", "0"}, {"2 ** -1", "0.5"}, {"(-8.0) ** 0.5", "range"}, {"10.0 ** 400", "overflow"}, {"10 ** -400", "0"},
		{"1e308 * 10", "overflow"}, {"1e308 + 1e308", "overflow"}, {"-1e308 - 1e308", "overflow"}, {"1e308 / 1e-10", "overflow"}, {"1 / 5e-324", "overflow"}, {`float("Inf") * 2`, "+Inf"}, {`float("Inf") - float("Inf")`, "NaN"}, {`float("-Inf") ** 3`, "-Inf"},
		{"sum([1e308, 1e308])", "overflow"}, {"mean([1e308, 1e308])", "overflow"}, {`sum([float("Inf"), 1])`, "+Inf"}, {`mean([float("Inf"), 1])`, "+Inf"}, {"mean([1e308, -1e308])", "0"},
		{`mean([duration("2562047h47m16.854775807s")])`, "2562047h47m16.854775807s"}, {`mean([duration("2562047h47m16.854775807s"), duration("2562047h47m16.854775805s")])`, "2562047h47m16.854775806s"}, {`mean([-duration("1s"), -duration("2s")])`, "-1.5s"},
		{`median([-duration("2562047h"), duration("2562047h")])`, "0s"}, {`median([duration("2562047h47m16.854775807s"), duration("2562047h47m16.854775803s")])`, "2562047h47m16.854775805s"},
		{"int(-9223372036854775808.0)", "-9223372036854775808"}, {"int(-9223372036854777856.0)", "overflow"},
		{`date("9999-01-01").UnixNano()`, "overflow"}, {`date("9999-01-01").UnixMicro()`, "253370764800000000"}, {`date("9999-01-01").UnixMilli()`, "253370764800000"}, {`date("1500-01-01").UnixNano()`, "overflow"}, {`date("1970-01-02").UnixNano()`, "86400000000000"}, {`date("1969-12-31").UnixMilli()`, "-86400000"},
		{`date("2020-01-01").AddDate(9223372036854775807, 0, 0)`, "overflow"}, {`date("2020-01-01").AddDate(0, 0, -9223372036854775807).Year()`, "overflow"}, {`date("2020-01-01").AddDate(0, 9223372036854775807, 0)`, "overflow"}, {`date("2020-01-01").AddDate(1, 1, -1).Format("2006-01-02")`, "2021-01-31"},
		{`date("2020-01-01").AddDate(90000000, 0, 0).AddDate(90000000, 0, 0).Year()`, "180002020"}, {`date("2020-01-01").AddDate(90000000, 0, 0).UnixMicro()`, "overflow"},
		{`date("9999-01-01").Sub(date("0001-01-01"))`, "overflow"}, {`date("0001-01-01").Sub(date("9999-01-01"))`, "overflow"}, {`date("2020-01-02").Sub(date("2020-01-01"))`, "24h0m0s"},
		{`duration("-2562047h47m16.854775808s").Abs()`, "overflow"}, {`duration("-2s").Abs()`, "2s"}, {`duration("2562047h47m16s").Round(duration("1h"))`, "overflow"}, {`duration("-2562047h47m16s").Round(duration("1h"))`, "overflow"}, {`duration("2562047h16m").Round(duration("1h"))`, "2562047h0m0s"}, {`duration("1.5s").Round(duration("1s"))`, "2s"}, {`duration("1.5s").Truncate(duration("1s"))`, "1s"},
		{"bitand(" + maxInt + " + 1, 1)", "type"},
		{"median([" + maxInt + ", 1.0])", "4.611686018427388e+18"},
	} {
		x, err := value(t, s, c.source)
		got := fmt.Sprint(x)
		if err != nil {
			got = codeOfError(err)
		}
		if got != c.want && !(got == "9.223372036854776e+18" && c.want == "9.223372036854775807e+18") {
			t.Errorf("%s = %s, want %s (%v)", c.source, got, c.want, err)
		}
	}
}

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
		case err != nil && codeOfError(err) != "overflow":
			t.Fatalf("%s: %v", what, err)
		case err != nil:
			if !far && want.IsInt64() {
				t.Fatalf("%s is %v, and said to be none: %v", what, want, err)
			}
		case fmt.Sprintf("%d", got) != want.String():
			t.Fatalf("%s = %d, want %v", what, got, want)
		}
	}
	f := &frame{}
	for _, x := range times {
		far = isFar(x)
		for name, unit := range map[string]int64{"UnixNano": 1, "UnixMicro": 1e3, "UnixMilli": 1e6} {
			got, err := callPlain(x, name, nil)
			check(fmt.Sprint(x.Unix(), ".", name), got, err, new(big.Int).Div(nanos(x), big.NewInt(unit)))
		}
		for _, y := range times {
			far = isFar(x) || isFar(y)
			want := new(big.Int).Sub(nanos(x), nanos(y))
			got, err := callPlain(x, "Sub", []any{y})
			check(fmt.Sprint(x.Unix(), ".Sub ", y.Unix()), got, err, want)
			got, err = f.subtract(x, y)
			check(fmt.Sprint(x.Unix(), " - ", y.Unix()), got, err, want)
		}
		far = isFar(x)
		for _, d := range []time.Duration{0, 1, -1, math.MaxInt64, math.MinInt64, time.Hour} {
			for how, do := range map[string]func() (any, error){
				"t + d":    func() (any, error) { return f.add(x, d) },
				"d + t":    func() (any, error) { return f.add(d, x) },
				"t.Add(d)": func() (any, error) { return callPlain(x, "Add", []any{d}) },
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
		got, err := callPlain(d, "Abs", nil)
		check("Abs", got, err, new(big.Int).Abs(big.NewInt(int64(d))))
		for _, to := range []time.Duration{1, 2, 3, 7, time.Hour, 1 << 40, math.MaxInt64} {
			got, err := callPlain(d, "Round", []any{to})
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
	f := &frame{}
	for _, a := range edges {
		for _, b := range edges {
			if x, ok := a.(float64); ok && (x != x || math.IsInf(x, 0)) {
				continue
			}
			if x, ok := b.(float64); ok && (x != x || math.IsInf(x, 0)) {
				continue
			}
			if o, err := f.order("<", a, b); err != nil || o != exact(a).Cmp(exact(b)) {
				t.Fatalf("order(%v, %v) = %d, %v", a, b, o, err)
			}
			if !isInt(a) || !isInt(b) {
				continue
			}
			for _, op := range []struct {
				name string
				do   binary
				big  func(z, x, y *big.Float) *big.Float
			}{{"+", (*frame).add, (*big.Float).Add}, {"-", (*frame).subtract, (*big.Float).Sub}, {"*", (*frame).multiply, (*big.Float).Mul}} {
				want := op.big(new(big.Float).SetPrec(2200), exact(a), exact(b))
				fits := want.Cmp(exact(int64(math.MinInt64))) >= 0 && want.Cmp(exact(uint64(math.MaxUint64))) <= 0
				got, err := op.do(f, a, b)
				switch {
				case fits && (err != nil || exact(got).Cmp(want) != 0):
					t.Fatalf("%v %s %v = %v, %v, want %v", a, op.name, b, got, err, want)
				case !fits && codeOfError(err) != "overflow":
					t.Fatalf("%v %s %v = %v, %v, want an overflow", a, op.name, b, got, err)
				}
			}
		}
	}
}

// A power of integers is that of math/big, or an overflow, however far beyond 64 bits it lies: a square
// that has wrapped around to zero fits again.
func TestPowersAgainstBig(t *testing.T) {
	f := &frame{}
	bases := []any{0, 1, -1, 2, -2, 3, -3, 10, -10, 255, 256, -65536, int64(1 << 32), 6700417, int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64), uint64(1 << 63)}
	for exponent := range 600 {
		for _, base := range bases {
			x, _ := new(big.Int).SetString(fmt.Sprint(base), 10)
			want := x.Exp(x, big.NewInt(int64(exponent)), nil)
			got, err := f.power(base, exponent)
			switch fits := want.IsInt64() || want.IsUint64(); {
			case fits && (err != nil || fmt.Sprint(got) != want.String()):
				t.Fatalf("%v ** %d = %v, %v, want %v", base, exponent, got, err, want)
			case !fits && codeOfError(err) != "overflow":
				t.Fatalf("%v ** %d = %v, %v, want an overflow", base, exponent, got, err)
			}
		}
	}
	for _, exponent := range []any{int64(10_000_000_000), int64(math.MaxInt64), uint64(math.MaxUint64)} {
		if got, err := f.power(2, exponent); codeOfError(err) != "overflow" {
			t.Errorf("2 ** %v = %v, %v, want an overflow", exponent, got, err)
		}
	}
}
