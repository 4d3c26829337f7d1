package eval

import (
	"math"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

// celsius is a named float32.
type celsius float32

// sensor has float32s in every place where one may lie.
type sensor struct {
	temp   float32
	body   celsius
	exact  float64 // of temp
	near   float64
	count  int
	many   int
	list   []float32
	fixed  [2]float32
	by     map[float32]string
	boxed  any
	byAny  map[any]string
	p      *float32
	large  float32
	nan    float32
	inf    float32
	z      complex64
	lost   float32 // of 123456789
	parts  []struct{ t float32 }
	nested struct{ t float32 }
}

func newSensor() *sensor {
	f := float32(36.6)
	x := &sensor{
		temp: f, body: 36.6, exact: float64(f), near: 36.6, count: 3, many: 16777217, list: []float32{36.6, 37.5, 36.6}, fixed: [2]float32{36.6, 0.1}, by: map[float32]string{36.6: "well"},
		boxed: f, byAny: map[any]string{f: "well"}, p: &f, large: math.MaxFloat32, nan: float32(math.NaN()), inf: float32(math.Inf(1)), z: complex(36.6, 0.1), lost: 123456789,
	}
	x.parts = []struct{ t float32 }{{36.6}, {37.5}}
	x.nested.t = 36.6
	return x
}

// TestFloat32: a float32 is what it shows. A number that is written beside it is one too, as a
// constant is in Go.
func TestFloat32(t *testing.T) {
	reg := registry.New()
	reg.Expose("s", newSensor(), registry.Frozen())
	session := NewSession(reg, Limits{})
	for _, line := range []string{"x = 36.6", "copy = snap(s)", "temp = s.temp"} {
		if _, err := session.Eval(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	testShown(t, session, []shownRow{
		{"s.temp == 36.6", "true"}, {"36.6 == s.temp", "true"}, {"s.temp != 36.6", "false"}, {"s.temp in [36.6]", "true"}, {"s.temp in [36, 36.6]", "true"}, {"s.temp <= 36.6", "true"}, {"s.temp >= 36.6", "true"}, {"s.temp < 36.6", "false"},
		{"36.5 < s.temp <= 36.6", "true"}, {"s.temp == 36.60001", "false"}, {"s.temp > 36.59999", "true"}, {"-s.temp == -36.6", "true"}, {"s.temp == +36.6", "true"},
		{"s.body == 36.6", "true"}, {"s.body in [36.6]", "true"}, {"s.p == 36.6", "true"}, {"s.boxed == 36.6", "true"}, {"s.boxed in [36.6]", "true"},
		{"s.list[0] == 36.6", "true"}, {"36.6 in s.list", "true"}, {"37.6 in s.list", "false"}, {"count(s.list, # == 36.6)", "2"}, {"count(s.parts, .t == 36.6)", "1"}, {"count(s.parts, .t in [36.6, 37.5])", "2"}, {"s.nested == {t: 36.6}", "true"},
		{"s.list == [36.6, 37.5, 36.6]", "true"}, {"s.list != [36.6, 37.5, 36.7]", "true"}, {"[36.6, 37.5, 36.6] == s.list", "true"},
		{"s.by[36.6]", `"well"`}, {"36.6 in s.by", "true"}, {"s.by[s.temp]", `"well"`}, {"s.byAny[36.6]", `"well"`}, {"36.6 in s.byAny", "true"}, {"groupBy(s.list, #)[36.6]", "[36.6, 36.6]"}, {"len(uniq(s.list))", "2"}, {"36.6 in groupBy(s.list, #)", "true"},
		{"x == s.temp", "true"}, {"s.temp in [x]", "true"}, {"temp == 36.6", "true"}, {"temp == x", "true"}, {"copy.temp == 36.6", "true"}, {"copy.list[0] in [36.6]", "true"}, {"let y = 36.6; s.temp == y", "true"}, {"s.temp == fromJSON(\"36.6\")", "true"}, {"s.temp == float(\"36.6\")", "true"},
		{"s.temp == 3 * 12.2", "true"}, {"s.temp == 36.5 + 0.1", "true"}, {"max(s.list) == 37.5", "true"}, {"min(s.list) == 36.6", "true"}, {"sort(s.list)[0] == 36.6", "true"}, {"find(s.list, # == 36.6)", "36.6"},
		// As in Go, a float64 of the application is no literal.
		{"s.temp == s.exact", "true"}, {"s.temp == s.near", "false"}, {"s.near == 36.6", "true"}, {"s.exact == 36.6", "false"}, {"float(s.temp) == 36.6", "false"}, {"float(s.temp) == s.exact", "true"},
		// Literals that are integers are float32s too.
		{"s.lost == 123456789", "true"}, {"s.lost == 123456792", "true"}, {"int(s.lost)", "123456792"}, {"s.lost", "1.2345679e+08"}, {"s.lost == 123456000", "false"}, {"s.lost + 1 > 123456789", "false"}, {"s.lost in [123456792]", "true"},
		// Beyond the largest float32.
		{"s.large < 1e39", "true"}, {"s.inf == 1e39", "false"}, {"s.inf > 1e39", "true"}, {"s.large == 3.4028235e38", "true"}, {"s.nan == s.nan", "false"}, {"s.nan == 36.6", "false"}, {"s.nan in [36.6]", "false"},
		// What is shown.
		{"s.temp", "36.6"}, {"[s.temp]", "[36.6]"}, {"{t: s.temp}", `{"t": 36.6}`}, {"s.body", "36.6"}, {"s.list", "[]float32{36.6, 37.5, 36.6}"}, {"s.fixed", "[2]float32{36.6, 0.1}"}, {"string(s.temp)", `"36.6"`}, {"toJSON(s.temp)", `"36.6"`}, {"toJSON(s.list)", `"[\n  36.6,\n  37.5,\n  36.6\n]"`}, {"toJSON([s.temp, s.z])", `"[\n  36.6,\n  \"(36.6+0.1i)\"\n]"`},
		{"s.z", "(36.6+0.1i)"}, {"s.z == copy.z", "true"}, {"s.nan", "NaN"}, {"s.inf", "+Inf"}, {"s.large", "3.4028235e+38"}, {"float(s.temp)", "36.599998474121094"}, {"s.parts", "[]struct{{t: 36.6}, {t: 37.5}}"},
		// What is computed.
		{"s.temp + 0.1", "36.699997"}, {"s.temp * 2", "73.2"}, {"s.temp / 2", "18.3"}, {"s.temp - 36.6", "0"}, {"s.temp + s.temp", "73.2"}, {"s.temp * 2 == 73.2", "true"}, {"-s.temp", "-36.6"}, {"abs(-s.temp)", "36.6"}, {"round(s.temp)", "37"}, {"floor(s.temp)", "36"}, {"s.temp * s.count", "109.799995"}, {"s.temp ** 2", "1339.5599"},
		{"s.large * 2", "6.805646932770577e+38"}, {"s.temp + s.near", "73.19999847412109"}, {"s.temp + 16777217", "1.6777252e+07"}, {"s.temp + s.many", "16777253.599998474"}, {"mean(s.list)", "36.899998"}, {"median(s.list)", "36.6"}, {"median([s.temp, s.temp])", "36.6"}, {"mean([s.temp, s.temp])", "36.6"}, {"sum([16777216, s.temp]) > 16777252", "true"},
	})
}
