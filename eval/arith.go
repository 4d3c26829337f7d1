package eval

import (
	"math"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/internal/text"
)

// binary is an operator on two plain values. Views that reach it are composites, or it is a mistake.
type binary func(f *frame, a, b any) (any, error)

func (f *frame) add(a, b any) (any, error) {
	switch x := a.(type) {
	case int:
		if y, ok := b.(int); ok {
			if sum := x + y; (sum > x) == (y > 0) {
				return sum, nil
			}
		}
	case float64:
		if y, ok := b.(float64); ok {
			return finite("+", x+y, x, y)
		}
	case string:
		if y, ok := b.(string); ok {
			return f.concat(x, y)
		}
	case time.Time:
		if d, ok := b.(time.Duration); ok {
			return shift(x, d)
		}
	case time.Duration:
		switch y := b.(type) {
		case time.Duration:
			return durationOf("+", a, b, number.OfInt(int64(x)), number.OfInt(int64(y)), number.Add)
		case time.Time:
			return shift(y, x)
		}
	}
	return f.numbers("+", a, b, number.Add, func(x, y float64) float64 { return x + y })
}

func (f *frame) subtract(a, b any) (any, error) {
	switch x := a.(type) {
	case int:
		if y, ok := b.(int); ok {
			if diff := x - y; (diff < x) == (y > 0) {
				return diff, nil
			}
		}
	case time.Time:
		switch y := b.(type) {
		case time.Time:
			d, ok := span(x, y)
			if !ok || isFar(x) || isFar(y) {
				return nil, fault.New("overflow", "the two times lie further apart than a duration can say (292 years)")
			}
			return d, nil
		case time.Duration:
			if y == math.MinInt64 {
				return nil, fault.New("overflow", "%v cannot be negated", y)
			}
			return shift(x, -y)
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return durationOf("-", a, b, number.OfInt(int64(x)), number.OfInt(int64(y)), number.Sub)
		}
	}
	return f.numbers("-", a, b, number.Sub, func(x, y float64) float64 { return x - y })
}

func (f *frame) multiply(a, b any) (any, error) {
	x, xd := a.(time.Duration)
	y, yd := b.(time.Duration)
	if xd != yd {
		d, by := x, b
		if yd {
			d, by = y, a
		}
		if n, ok := number.Of(by); ok {
			if n.IsFloat {
				return floatDuration(float64(d)*n.F, "*", a, b)
			}
			return durationOf("*", a, b, number.OfInt(int64(d)), n, number.Mul)
		}
	}
	return f.numbers("*", a, b, number.Mul, func(x, y float64) float64 { return x * y })
}

// divide always gives a float, as in expr-lang, but for durations.
func (f *frame) divide(a, b any) (any, error) {
	if d, ok := a.(time.Duration); ok {
		if by, ok := b.(time.Duration); ok {
			if by == 0 {
				return nil, divisionByZero(a, "/")
			}
			return float64(d) / float64(by), nil
		}
		if n, ok := number.Of(b); ok {
			if n.Float64() == 0 {
				return nil, divisionByZero(a, "/")
			}
			if i, whole := n.Int(); whole && !n.IsFloat && !(i == -1 && d == math.MinInt64) {
				return d / time.Duration(i), nil
			}
			return floatDuration(float64(d)/n.Float64(), "/", a, b)
		}
	}
	x, xok := number.Of(a)
	y, yok := number.Of(b)
	if !xok || !yok {
		return nil, mismatch("/", a, b)
	}
	if y.Float64() == 0 {
		return nil, divisionByZero(a, "/")
	}
	return finite("/", x.Float64()/y.Float64(), x.Float64(), y.Float64())
}

// modulo is the remainder of a division of integers that truncates towards zero, as in Go.
func (f *frame) modulo(a, b any) (any, error) {
	x, xok := number.Of(a)
	y, yok := number.Of(b)
	switch {
	case !xok || !yok:
		return nil, mismatch("%", a, b)
	case x.IsFloat || y.IsFloat:
		return nil, fault.New("type", "%% needs integers, not %s", kind(pick(x.IsFloat, a, b))).With("write int(…)")
	case y.Mag == 0:
		return nil, divisionByZero(a, "%")
	}
	rest, _ := number.Number{Neg: x.Neg, Mag: x.Mag % y.Mag}.Value()
	return rest, nil
}

func pick(first bool, a, b any) any {
	if first {
		return a
	}
	return b
}

// power of integers is exact where the exponent is not negative; otherwise it is a float.
func (f *frame) power(a, b any) (any, error) {
	x, xok := number.Of(a)
	y, yok := number.Of(b)
	if !xok || !yok {
		return nil, mismatch("**", a, b)
	}
	if x.IsFloat || y.IsFloat || y.Neg && y.Mag > 0 {
		base, exponent := x.Float64(), y.Float64()
		if base == 0 && exponent < 0 {
			return nil, fault.New("divide", "%v ** %v has no answer: it divides by zero", a, b)
		}
		return finite("**", math.Pow(base, exponent), base, exponent)
	}
	if p, ok := number.Pow(x, y.Mag); ok {
		if v, ok := p.Value(); ok {
			return v, nil
		}
	}
	return nil, overflow("**", a, b)
}

func (f *frame) negate(a any) (any, error) {
	if d, ok := a.(time.Duration); ok {
		if d == math.MinInt64 {
			return nil, fault.New("overflow", "%v cannot be negated", d)
		}
		return -d, nil
	}
	n, ok := number.Of(a)
	if !ok {
		return nil, unary("-", a, "a number or a duration")
	}
	if n.IsFloat {
		return -n.F, nil
	}
	n.Neg = !n.Neg
	if v, ok := n.Value(); ok {
		return v, nil
	}
	return nil, fault.New("overflow", "-%v does not fit in 64 bits", a).With("use -float(…) for a rounded answer")
}

// numbers computes with two numbers: exactly with two integers, as floats otherwise.
func (f *frame) numbers(op string, a, b any, ints func(a, b number.Number) (number.Number, bool), floats func(a, b float64) float64) (any, error) {
	x, xok := number.Of(a)
	y, yok := number.Of(b)
	if !xok || !yok {
		return nil, mismatch(op, a, b)
	}
	if x.IsFloat || y.IsFloat {
		x, y := x.Float64(), y.Float64()
		return finite(op, floats(x, y), x, y)
	}
	if n, ok := ints(x, y); ok {
		if v, ok := n.Value(); ok {
			return v, nil
		}
	}
	return nil, overflow(op, a, b)
}

// finite is z, which a op b came to. It is an error where z is no number, or none that floats have, and a and b are.
func finite(op string, z, a, b float64) (any, error) {
	switch {
	case z-z == 0, a-a != 0, b-b != 0: // the difference is NaN for what is not finite
		return z, nil
	case z != z:
		return nil, fault.New("range", "%v %s %v has no answer among the real numbers", a, op, b)
	}
	return nil, fault.New("overflow", "%v %s %v is beyond the largest float", a, op, b)
}

func overflow(op string, a, b any) error {
	return fault.New("overflow", "%v %s %v does not fit in 64 bits", a, op, b).
		With("use float(…) on one of them for a rounded answer")
}

func divisionByZero(a any, op string) error {
	return fault.New("divide", "%v %s 0 has no answer", a, op).With("test the divisor first, as in n == 0 ? 0 : x %s n", op)
}

func durationOf(op string, a, b any, x, y number.Number, compute func(a, b number.Number) (number.Number, bool)) (any, error) {
	if n, ok := compute(x, y); ok {
		if v, ok := n.Value(); ok {
			switch v := v.(type) {
			case int:
				return time.Duration(v), nil
			case int64:
				return time.Duration(v), nil
			}
		}
	}
	return nil, fault.New("overflow", "%v %s %v does not fit in a duration (292 years)", a, op, b)
}

func floatDuration(f float64, op string, a, b any) (any, error) {
	if !(math.Abs(f) < 1<<63) {
		return nil, fault.New("overflow", "%v %s %v does not fit in a duration (292 years)", a, op, b)
	}
	return time.Duration(f), nil
}

// mismatch is the error for operands that an operator cannot take.
func mismatch(op string, a, b any) error {
	check := unfit
	if op == "==" || op == "!=" {
		check = refuse // texts of any length can be compared, if with texts
	}
	if err := check(a, b); err != nil {
		return err
	}
	e := fault.New("type", "%s %s %s makes no sense", kind(a), op, kind(b))
	if op == "min" || op == "max" {
		e = fault.New("type", "%s does not compare %s with %s", op, kind(a), kind(b))
	}
	_, as := a.(string)
	_, bs := b.(string)
	_, an := number.Of(a)
	_, bn := number.Of(b)
	_, ad := a.(time.Duration)
	_, bd := b.(time.Duration)
	switch {
	case a == nil || b == nil:
		return e.With("give a default with ??, as in x ?? 0")
	case op == "+" && (as || bs):
		return e.With("write string(…) to join text, int(…) or float(…) to add")
	case op == "+" && isList(a) && isList(b):
		return e.With("join lists with concat(a, b)")
	case (ad && bn || bd && an) && op != "*" && op != "/":
		return e.With(`write the number as a duration, as in duration("5s")`)
	case as && bn || bs && an:
		return e.With("convert with int(…), float(…) or string(…)")
	case ad && bs || bd && as:
		return e.With(`write the text as a duration, as in duration("5s")`)
	case isTime(a) && bs || isTime(b) && as:
		return e.With(`write the text as a time, as in date("2006-01-02")`)
	case isRecord(a) || isRecord(b):
		return e.With("name a field of it, as in x.size: dir(x) lists them")
	}
	return e
}

func isTime(x any) bool {
	_, ok := x.(time.Time)
	return ok
}

func unary(op string, a any, want string) error {
	if err := refuse(a); err != nil {
		return err
	}
	return fault.New("type", "%s needs %s, not %s", op, want, kind(a))
}

// concat joins two strings within the budget.
func (f *frame) concat(a, b string) (any, error) {
	if err := f.text(len(a) + len(b)); err != nil {
		return nil, err
	}
	return a + b, nil
}

// text charges for a string of n bytes that is about to be built.
func (f *frame) text(n int) error {
	if n < 0 || n > maxText {
		return fault.New("budget", "a string would get longer than %s", text.Bytes(maxText)).With("take parts, as in s[0:1000]")
	}
	if err := f.m.tick(1 + n/bytesPerStep); err != nil {
		return err
	}
	return f.m.Keep(16 + n)
}
