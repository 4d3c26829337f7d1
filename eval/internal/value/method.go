package value

import (
	"bytes"
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/internal/text"
)

// MaxTimeText is how long a time, a duration, a zone or a layout may be as text, in bytes.
const MaxTimeText = 1 << 10

// HasMethod reports whether name is a method of a plain value that an expression may call.
func HasMethod(x Value, name string) bool {
	m, ok := x.(HasMethods)
	return ok && m.Method(name).IsValid()
}

// Call calls a method of a plain value: one of package time, which only look. Numbers among the
// answers are plain, so that d.Month() == 8.
func Call(x Value, name string, args []Value) (Value, error) {
	if x == Nil {
		return nil, fault.New("nil", "nil has no method %s", Quote(name)).With("write ?.%s() to get nil then", name)
	}
	if !HasMethod(x, name) {
		e := fault.New("method", "%s has no method %s", x.Kind(), Quote(name))
		if space, ok := x.(Namespace); ok {
			return nil, e.With("%s", space.listed())
		}
		return nil, e
	}
	of := x.(HasMethods)
	method := of.Method(name)
	t := method.Type()
	if t.NumIn() != len(args) || t.IsVariadic() {
		return nil, fault.New("arguments", "%s takes %d arguments, not %d", name, t.NumIn(), len(args))
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		if s, ok := arg.(String); ok && len(s) > MaxTimeText {
			return nil, fault.New("arguments", "argument %d of %s is too long", i+1, name)
		}
		v, err := argument(arg, t.In(i))
		if err != nil {
			return nil, err.With("argument %d of %s is a %s", i+1, name, t.In(i))
		}
		in[i] = v
	}
	if err := checkReach(of, name, in); err != nil {
		return nil, err
	}
	out := method.Call(in)
	if !isExact(of, name, in, out) {
		return nil, fault.New("overflow", "%s of %v does not fit", name, x).With("ask for Unix() of a time, or Seconds() of a duration")
	}
	xs := make(List, len(out))
	for i, v := range out {
		if err, ok := v.Interface().(error); ok {
			return nil, fault.New("method", "%s: %v", name, err).Because(err)
		}
		xs[i] = ofResult(v)
	}
	if len(xs) == 1 {
		return xs[0], nil
	}
	return xs, nil
}

// argument converts x to the type of a parameter, as Go converts a constant.
func argument(x Value, t reflect.Type) (reflect.Value, *fault.Error) {
	var plain any
	switch x := x.(type) {
	case Scalar:
		plain = x.Go()
	case Bytes:
		plain = bytes.Clone(x) // AppendFormat may write behind them
	}
	if v := reflect.ValueOf(plain); v.IsValid() && v.Type().AssignableTo(t) {
		return v, nil
	}
	if n, ok := NumberOf(x); ok {
		i, whole := n.Int()
		out := reflect.New(t).Elem()
		switch {
		case out.CanInt() && whole && !out.OverflowInt(int64(i)):
			out.SetInt(int64(i))
			return out, nil
		case out.CanFloat():
			out.SetFloat(n.Float64())
			return out, nil
		}
	}
	return reflect.Value{}, fault.New("arguments", "%s cannot be an argument here", x.Kind())
}

// ofResult is what a method of package time returns. Months and weekdays are integers.
func ofResult(v reflect.Value) Value {
	x := Of(v.Interface())
	if _, ok := x.(foreign); ok && v.CanInt() {
		return Int(v.Int())
	}
	return x
}

// The methods of package time wrap or saturate where an answer does not fit. Here that is an error.

// farSeconds is how far from 1970 a time may lie, in seconds: a thousand million years, which fit
// in an int of 32 bits. Within it package time does not wrap.
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
