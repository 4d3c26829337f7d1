package eval

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

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
		{"bitshl(1, 63)", "-9223372036854775808"}, {"bitand(" + maxInt + " + 1, 1)", "type"},
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
