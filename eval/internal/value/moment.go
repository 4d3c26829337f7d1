package value

import (
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/internal/text"
)

// The methods of package time wrap or saturate where an answer does not fit. Here that is an error.

// farSeconds is how far from 1970 a time may lie, in seconds: a thousand million years, which fit in an int of 32 bits.
// Within it package time does not wrap.
const farSeconds = 1 << 55

func isFar(t time.Time) bool {
	s := t.Unix()
	return s < -farSeconds || s > farSeconds
}

func tooFar(t time.Time) error {
	return fault.New("overflow", "a time of %d seconds since 1970 cannot be computed with", t.Unix())
}

// shift is t plus d.
func shift(t time.Time, d time.Duration) (Value, error) {
	if isFar(t) {
		return nil, tooFar(t)
	}
	return Time(t.Add(d)), nil
}

// span is the time from earlier to later; ok is false where no duration is as long.
func span(later, earlier time.Time) (d time.Duration, ok bool) {
	d = later.Sub(earlier)
	return d, earlier.Add(d).Equal(later)
}

// maxYears bounds AddDate: package time computes years, months and days in ints.
const maxYears = 100_000_000

// checkReach returns an error if package time would compute the method of x with numbers that wrap.
func checkReach(x HasMethods, name string, args []reflect.Value) error {
	for _, v := range append([]reflect.Value{reflect.ValueOf(x.Go())}, args...) {
		if t, ok := v.Interface().(time.Time); ok && isFar(t) {
			return tooFar(t)
		}
	}
	if _, ok := x.(Time); ok && name == "AddDate" {
		years := math.Abs(float64(args[0].Int())) + math.Abs(float64(args[1].Int()))/12 + math.Abs(float64(args[2].Int()))/365
		if years > maxYears {
			return fault.New("overflow", "AddDate goes up to %s years", text.Thousands(maxYears))
		}
	}
	return nil
}

// isExact reports whether the answer of a method of x is right.
func isExact(x HasMethods, name string, args, out []reflect.Value) bool {
	switch x := x.Go().(type) {
	case time.Time:
		perSecond := map[string]uint64{"UnixMilli": 1e3, "UnixMicro": 1e6, "UnixNano": 1e9}
		switch name {
		case "UnixMilli", "UnixMicro", "UnixNano":
			whole, fits := number.Mul(number.OfInt(x.Unix()), number.Number{Mag: perSecond[name]})
			n, _ := number.Add(whole, number.OfInt(int64(x.Nanosecond())*int64(perSecond[name])/1e9))
			got, ok := n.Value()
			return fits && ok && got == number.Plain(out[0].Int())
		case "Sub":
			_, ok := span(x, args[0].Interface().(time.Time))
			return ok
		}
	case time.Duration:
		switch name {
		case "Abs":
			return x != math.MinInt64
		case "Round":
			to := time.Duration(args[0].Int())
			return to <= 0 || time.Duration(out[0].Int())%to == 0
		}
	}
	return true
}
