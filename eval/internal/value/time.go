package value

import (
	"cmp"
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

type (
	// Time is a time.
	Time time.Time
	// Duration is a duration.
	Duration time.Duration
	// Zone is a time zone.
	Zone struct{ *time.Location }
)

type moment interface {
	Scalar
	HasMethods
	Comparable
	Ordered
	Hashable
	Operand
}

var (
	_ moment = Time{}
	_ moment = Duration(0)

	_ interface {
		Scalar
		HasMethods
		Comparable
	} = Zone{}
)

// Moment is the time of the Bits of a Datum, in UTC.
func Moment(bits uint64) Time {
	if bits == inspect.ZeroTimeBits {
		return Time{}
	}
	return Time(time.Unix(0, int64(bits)).UTC())
}

func (Time) Kind() string     { return "a time" }
func (Duration) Kind() string { return "a duration" }
func (Zone) Kind() string     { return "a time zone" }

func (Time) Type() string     { return "time.Time" }
func (Duration) Type() string { return "time.Duration" }
func (Zone) Type() string     { return "*time.Location" }

func (x Time) Go() any     { return time.Time(x) }
func (x Duration) Go() any { return time.Duration(x) }
func (x Zone) Go() any     { return x.Location }

func (x Time) String() string     { return time.Time(x).String() }
func (x Duration) String() string { return time.Duration(x).String() }

func (x Time) MarshalJSON() ([]byte, error) { return time.Time(x).MarshalJSON() }

// MarshalText makes its name the JSON of a zone.
func (x Zone) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// Key is the moment, in whatever zone.
func (x Time) Key(*Thread) (any, error)   { return time.Time(x).Round(0).UTC(), nil }
func (Duration) Key(*Thread) (any, error) { return nil, nil }

func (Time) KeyClass() int     { return timeClass }
func (Duration) KeyClass() int { return durationClass }

// Compare orders times.
func (x Time) Compare(y Value) (order int, ok bool) {
	t, ok := y.(Time)
	return time.Time(x).Compare(time.Time(t)), ok
}

// Compare orders durations.
func (x Duration) Compare(y Value) (order int, ok bool) {
	d, ok := y.(Duration)
	return cmp.Compare(x, d), ok
}

// Equal reports whether both are the same moment.
func (x Time) Equal(y Value) (same, ok bool) {
	t, ok := y.(Time)
	return time.Time(x).Equal(time.Time(t)), ok
}

// Equal is ==.
func (x Duration) Equal(y Value) (same, ok bool) {
	d, ok := y.(Duration)
	return x == d, ok
}

// Equal compares the names.
func (x Zone) Equal(y Value) (same, ok bool) {
	z, ok := y.(Zone)
	return ok && x.String() == z.String(), ok
}

// Binary adds a duration, or subtracts one, or another time.
func (x Time) Binary(_ *Thread, op string, y Value, right bool) (z Value, ok bool, err error) {
	switch y := y.(type) {
	case Duration:
		switch {
		case op == "+":
			z, err = shift(time.Time(x), time.Duration(y))
			return z, true, err
		case op != "-" || right:
		case y == math.MinInt64:
			return nil, true, fault.New("overflow", "%v cannot be negated", y)
		default:
			z, err = shift(time.Time(x), time.Duration(-y))
			return z, true, err
		}
	case Time:
		if op != "-" || right {
			break
		}
		d, ok := span(time.Time(x), time.Time(y))
		if !ok || isFar(time.Time(x)) || isFar(time.Time(y)) {
			return nil, true, fault.New("overflow", "the two times are further apart than a duration can express (292 years)")
		}
		return Duration(d), true, nil
	}
	return nil, false, nil
}

// Binary adds and subtracts durations, divides by one, and multiplies and divides by numbers.
func (x Duration) Binary(_ *Thread, op string, y Value, right bool) (z Value, ok bool, err error) {
	d, isDuration := y.(Duration)
	n, isNumber := NumberOf(y)
	self := number.OfInt(int64(x))
	switch {
	case right && !(op == "*" && isNumber):
		return nil, false, nil
	case op == "+" && isDuration:
		z, err = durationOf(op, x, y, self, number.OfInt(int64(d)), number.Add)
	case op == "-" && isDuration:
		z, err = durationOf(op, x, y, self, number.OfInt(int64(d)), number.Sub)
	case op == "*" && isNumber:
		a, b := Value(x), y
		if right {
			a, b = y, x
		}
		if n.IsFloat {
			z, err = floatDuration(float64(x)*n.F, op, a, b)
		} else {
			z, err = durationOf(op, a, b, self, n, number.Mul)
		}
	case op == "/" && isDuration:
		if d == 0 {
			return nil, true, divisionByZero(x, op)
		}
		z = Float(float64(x) / float64(d))
	case op == "/" && isNumber:
		if n.Float64() == 0 {
			return nil, true, divisionByZero(x, op)
		}
		if i, whole := n.Int(); whole && !n.IsFloat && !(i == -1 && x == math.MinInt64) {
			return x / Duration(i), true, nil
		}
		z, err = floatDuration(float64(x)/n.Float64(), op, x, y)
	default:
		return nil, false, nil
	}
	return z, true, err
}

// Negate is -x.
func (x Duration) Negate() (Value, error) {
	if x == math.MinInt64 {
		return nil, fault.New("overflow", "%v cannot be negated", x)
	}
	return -x, nil
}

func durationOf(op string, a, b Value, x, y number.Number, compute func(a, b number.Number) (number.Number, bool)) (Value, error) {
	if n, ok := compute(x, y); ok {
		if i, ok := OfNumber(n); ok {
			if i, ok := i.(Int); ok {
				return Duration(i), nil
			}
		}
	}
	return nil, fault.New("overflow", "%v %s %v does not fit in a duration (292 years)", a, op, b)
}

func floatDuration(f float64, op string, a, b Value) (Value, error) {
	if !(math.Abs(f) < 1<<63) {
		return nil, fault.New("overflow", "%v %s %v does not fit in a duration (292 years)", a, op, b)
	}
	return Duration(f), nil
}

// Method returns a method of package time.
func (x Time) Method(name string) reflect.Value {
	return reflect.ValueOf(time.Time(x)).MethodByName(name)
}

// Method returns a method of package time.
func (x Duration) Method(name string) reflect.Value {
	return reflect.ValueOf(time.Duration(x)).MethodByName(name)
}

// Method returns a method of package time.
func (x Zone) Method(name string) reflect.Value {
	return reflect.ValueOf(x.Location).MethodByName(name)
}
