package eval

import (
	"fmt"
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
		{"bitshl(1, 62)", "4611686018427387904"}, {"bitshl(1, 63)", "9223372036854775808"}, {"bitshl(1, 64)", "overflow"}, {"bitshl(-1, 63)", "-9223372036854775808"}, {"bitshl(0, 1000)", "0"}, {"bitshl(1, -1)", "range"},
		{"0 ** -1", "divide"}, {"0.0 ** -1", "divide"}, {"0 ** -0.5", "divide"}, {"0 ** 0", "1"}, {"0 ** 2", "0"}, {"2 ** -1", "0.5"}, {"(-8.0) ** 0.5", "range"}, {"10.0 ** 400", "overflow"}, {"10 ** -400", "0"},
		{"1e308 * 10", "overflow"}, {"1e308 + 1e308", "overflow"}, {"-1e308 - 1e308", "overflow"}, {"1e308 / 1e-10", "overflow"}, {"1 / 5e-324", "overflow"}, {`float("Inf") * 2`, "+Inf"}, {`float("Inf") - float("Inf")`, "NaN"}, {`float("-Inf") ** 3`, "-Inf"},
		{"sum([1e308, 1e308])", "overflow"}, {"mean([1e308, 1e308])", "overflow"}, {`sum([float("Inf"), 1])`, "+Inf"}, {`mean([float("Inf"), 1])`, "+Inf"}, {"mean([1e308, -1e308])", "0"},
		{`mean([duration("2562047h47m16.854775807s")])`, "2562047h47m16.854775807s"}, {`mean([duration("2562047h47m16.854775807s"), duration("2562047h47m16.854775805s")])`, "2562047h47m16.854775806s"}, {`mean([-duration("1s"), -duration("2s")])`, "-1.5s"},
		{`median([-duration("2562047h"), duration("2562047h")])`, "0s"}, {`median([duration("2562047h47m16.854775807s"), duration("2562047h47m16.854775803s")])`, "2562047h47m16.854775805s"},
		{"int(-9223372036854775808.0)", "-9223372036854775808"}, {"int(-9223372036854777856.0)", "overflow"},
		{`date("9999-01-01").UnixNano()`, "overflow"}, {`date("9999-01-01").UnixMicro()`, "253370764800000000"}, {`date("9999-01-01").UnixMilli()`, "253370764800000"}, {`date("1500-01-01").UnixNano()`, "overflow"}, {`date("1970-01-02").UnixNano()`, "86400000000000"}, {`date("1969-12-31").UnixMilli()`, "-86400000"},
		{`date("2020-01-01").AddDate(9223372036854775807, 0, 0)`, "overflow"}, {`date("2020-01-01").AddDate(0, 0, -9223372036854775807).Year()`, "overflow"}, {`date("2020-01-01").AddDate(0, 9223372036854775807, 0)`, "overflow"}, {`date("2020-01-01").AddDate(1, 1, -1).Format("2006-01-02")`, "2021-01-31"},
		{`date("2020-01-01").AppendFormat(b"x", "2006") == b"x2020"`, "true"},
		{`date("2020-01-01").AddDate(90000000, 0, 0).AddDate(90000000, 0, 0).Year()`, "180002020"}, {`date("2020-01-01").AddDate(90000000, 0, 0).UnixMicro()`, "overflow"},
		{`date("9999-01-01").Sub(date("0001-01-01"))`, "overflow"}, {`date("0001-01-01").Sub(date("9999-01-01"))`, "overflow"}, {`date("2020-01-02").Sub(date("2020-01-01"))`, "24h0m0s"},
		{`duration("-2562047h47m16.854775808s").Abs()`, "overflow"}, {`duration("-2s").Abs()`, "2s"}, {`duration("2562047h47m16s").Round(duration("1h"))`, "overflow"}, {`duration("-2562047h47m16s").Round(duration("1h"))`, "overflow"}, {`duration("2562047h16m").Round(duration("1h"))`, "2562047h0m0s"}, {`duration("1.5s").Round(duration("1s"))`, "2s"}, {`duration("1.5s").Truncate(duration("1s"))`, "1s"},
		{"bitand(" + maxInt + " + 1, 1)", "0"},
		{"median([" + maxInt + ", 1.0])", "4.611686018427388e+18"},
	} {
		x, err := answer(t, s, c.source)
		got := fmt.Sprint(x)
		if err != nil {
			got = codeOfError(err)
		}
		if got != c.want && !(got == "9.223372036854776e+18" && c.want == "9.223372036854775807e+18") {
			t.Errorf("%s = %s, want %s (%v)", c.source, got, c.want, err)
		}
	}
}
