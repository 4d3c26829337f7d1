package eval

import (
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestBits compares the functions on bits with math/big, for all pairs of integers at the edges.
// They are exact, or an error.
func TestBits(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	var ints []*big.Int
	for _, u := range []uint64{0, 1, 2, 5, 1<<53 + 1, 1<<62 + 1, 1<<63 - 1, 1 << 63, 1<<63 + 1, 1<<64 - 1} {
		ints = append(ints, new(big.Int).SetUint64(u))
		if n := new(big.Int).Neg(new(big.Int).SetUint64(u)); n.IsInt64() {
			ints = append(ints, n)
		}
	}
	check := func(source string, want *big.Int) {
		t.Helper()
		got, err := answer(t, s, source)
		if fits := want.IsInt64() || want.IsUint64(); fits && (err != nil || fmt.Sprint(got) != want.String()) || !fits && (err == nil || codeOfError(err) != "overflow") {
			t.Errorf("%s = %v, %v, want %v", source, got, err, want)
		}
	}
	for _, a := range ints {
		check(fmt.Sprintf("bitnot(%v)", a), new(big.Int).Not(a))
		for _, b := range ints {
			for name, f := range map[string]func(z, x, y *big.Int) *big.Int{"bitand": (*big.Int).And, "bitor": (*big.Int).Or, "bitxor": (*big.Int).Xor, "bitnand": (*big.Int).AndNot} {
				check(fmt.Sprintf("%s(%v, %v)", name, a, b), f(new(big.Int), a, b))
			}
		}
		for _, n := range []uint{0, 1, 5, 62, 63, 64, 65, 200} {
			check(fmt.Sprintf("bitshl(%v, %d)", a, n), new(big.Int).Lsh(a, n))
			check(fmt.Sprintf("bitshr(%v, %d)", a, n), new(big.Int).Rsh(a, n))
			low := new(big.Int).And(a, new(big.Int).SetUint64(math.MaxUint64))
			if n == 0 {
				low = a
			}
			check(fmt.Sprintf("bitushr(%v, %d)", a, n), new(big.Int).Rsh(low, n))
		}
	}
	testShown(t, s, []shownRow{
		{"bitand(18446744073709551615, 0xFF)", "255"},
		{"bitxor(18446744073709551615, 1)", "18446744073709551614"},
		{"bitor(18446744073709551615, 0)", "18446744073709551615"},
		{"bitshl(3, 63)", "overflow: bitshl(3, 63) does not fit in an integer at 1:1; bitand(a, …) keeps the bits that fit"},
		{"bitshr(1, -1)", "range: bitshr cannot shift by -1 at 1:1; bitshl shifts to the left"},
		{"bitnot(18446744073709551615)", "overflow: bitnot of 18446744073709551615 is a negative number that does not fit in 64 bits at 1:1; bitxor(a, 0xFFFFFFFFFFFFFFFF) turns over the bits of a uint64"},
		{"bitxor(-1, 18446744073709551615)", "overflow: bitxor of -1 and 18446744073709551615 is a negative number that does not fit in 64 bits at 1:1; bitxor(a, 0xFFFFFFFFFFFFFFFF) turns over the bits of a uint64"},
		{"bitand(1.5, 1)", "type: bitand needs an integer of 64 bits, not 1.5 at 1:1; round it with int(…)"},
		{"bitand(1e30, 1)", "type: bitand needs an integer of 64 bits, not 1e+30 at 1:1; round it with int(…)"},
		{`bitand("1", 1)`, "type: bitand needs an integer, not a string at 1:1"},
	})
}

// TestRounded: what is rounded shows it, and what is not is exact.
func TestRounded(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", &struct {
		max, big uint64
		sum      float64
	}{math.MaxUint64, 1<<53 + 1, 1e18}, registry.Frozen())
	testShown(t, NewSession(reg, Limits{}), []shownRow{
		{"w.max / 3", "6148914691236517205"}, {"w.max / 3 * 3 == w.max", "true"}, {"-9223372036854775807 / 7", "-1317624576693539401"},
		{"w.max / 2", "9.223372036854776e+18"}, {"w.max / 4", "4.611686018427388e+18"}, {"w.max / 1", "18446744073709551615"}, {"float(w.max)", "1.8446744073709552e+19"}, {"w.sum", "1e+18"}, {"9007199254740992.0", "9007199254740992"}, {"6 / 3", "2"}, {"7 / 2", "3.5"},
		{"median([9007199254740993, 9007199254740993])", "9007199254740993"}, {"median([9007199254740993, 9007199254740995])", "9.007199254740994e+15"}, {"median([w.max, w.max])", "18446744073709551615"}, {"median([9007199254740993, 9007199254740994])", "9.007199254740994e+15"}, {"median([w.big])", "9007199254740993"},
		{"mean([9007199254740993, 9007199254740993])", "9007199254740993"}, {"mean([w.max, w.max])", "18446744073709551615"}, {"mean([w.max, 0])", "9.223372036854776e+18"}, {"mean([-9223372036854775807, -9223372036854775807])", "-9223372036854775807"},
		{`median([3, float("NaN"), 1])`, "NaN"}, {`median([float("NaN")])`, "NaN"}, {`median([1, 2, 3, float("NaN")])`, "NaN"}, {`mean([1, float("NaN")])`, "NaN"},
		{"mean([])", "nil"}, {"median([])", "nil"}, {"mean([]) ?? 0", "0"}, {"mean([]) > 5", "type: nil > an integer makes no sense at 1:10; give a default with ??, as in x ?? 0"}, {"sum([])", "0"}, {"median([1, 2, 3, 4])", "2.5"}, {"median([-1e308, 1.7e308])", "3.4999999999999996e+307"},
	})
}
