package value

import (
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Binary is an operator on two values. Live ones that reach it are composites, or it is a mistake.
type Binary func(t *Thread, a, b Value) (Value, error)

// Add is a + b.
func Add(t *Thread, a, b Value) (Value, error) {
	switch x := a.(type) {
	case Int:
		if y, ok := b.(Int); ok {
			if sum := x + y; (sum > x) == (y > 0) {
				return sum, nil
			}
		}
	case Float:
		switch y := b.(type) {
		case Float:
			return finite("+", float64(x+y), x.Number(), y.Number())
		case Written:
			return finite("+", float64(x)+float64(y), x.Number(), y.Number())
		}
	}
	return compute(t, "+", a, b, number.Add, func(x, y float64) float64 { return x + y })
}

// Subtract is a - b.
func Subtract(t *Thread, a, b Value) (Value, error) {
	if x, ok := a.(Int); ok {
		if y, ok := b.(Int); ok {
			if diff := x - y; (diff < x) == (y > 0) {
				return diff, nil
			}
		}
	}
	return compute(t, "-", a, b, number.Sub, func(x, y float64) float64 { return x - y })
}

// Multiply is a * b.
func Multiply(t *Thread, a, b Value) (Value, error) {
	return compute(t, "*", a, b, number.Mul, func(x, y float64) float64 { return x * y })
}

// Divide is a / b. It gives a float, as in expr-lang, except for durations, and for integers whose
// quotient is an integer that no float holds.
func Divide(t *Thread, a, b Value) (Value, error) {
	if z, ok, err := askOperands(t, "/", a, b); ok {
		return z, err
	}
	x, xok := NumberOf(a)
	y, yok := NumberOf(b)
	if !xok || !yok {
		return nil, Mismatch("/", a, b)
	}
	if y.Float64() == 0 {
		return nil, divisionByZero(a, "/")
	}
	if q, ok := number.Quotient(x, y); ok {
		z, _ := OfNumber(q)
		return z, nil
	}
	x, y, _ = number.Pair(x, y)
	return finite("/", x.Float64()/y.Float64(), x, y)
}

// Modulo is the remainder of a division of integers that truncates towards zero, as in Go.
func Modulo(_ *Thread, a, b Value) (Value, error) {
	x, xok := NumberOf(a)
	y, yok := NumberOf(b)
	switch {
	case !xok || !yok:
		return nil, Mismatch("%", a, b)
	case x.IsFloat:
		return nil, needsIntegers(a)
	case y.IsFloat:
		return nil, needsIntegers(b)
	case y.Mag == 0:
		return nil, divisionByZero(a, "%")
	}
	rest, _ := OfNumber(number.Number{Neg: x.Neg, Mag: x.Mag % y.Mag})
	return rest, nil
}

func needsIntegers(x Value) error {
	return fault.New("type", "%% needs integers, not %s", x.Kind()).With("write int(…)")
}

// Power is a ** b. Of integers it is exact where the exponent is not negative; otherwise it is a
// float.
func Power(_ *Thread, a, b Value) (Value, error) {
	x, xok := NumberOf(a)
	y, yok := NumberOf(b)
	if !xok || !yok {
		return nil, Mismatch("**", a, b)
	}
	if x.IsFloat || y.IsFloat || y.Neg && y.Mag > 0 {
		x, y, _ = number.Pair(x, y)
		base, exponent := x.Float64(), y.Float64()
		if base == 0 && exponent < 0 {
			return nil, fault.New("divide", "%v ** %v has no answer: it divides by zero", a, b)
		}
		return finite("**", math.Pow(base, exponent), x, y)
	}
	if p, ok := number.Pow(x, y.Mag); ok {
		if v, ok := OfNumber(p); ok {
			return v, nil
		}
	}
	return nil, overflow("**", a, b)
}

// Negate is -a.
func Negate(a Value) (Value, error) {
	if x, ok := a.(interface{ Negate() (Value, error) }); ok {
		return x.Negate()
	}
	n, ok := NumberOf(a)
	if !ok {
		return nil, WrongOperand("-", a, "a number or a duration")
	}
	if n.IsFloat {
		n.F = -n.F
	} else {
		n.Neg = !n.Neg
	}
	if v, ok := OfNumber(n); ok {
		return v, nil
	}
	return nil, fault.New("overflow", "-%v does not fit in 64 bits", a).With("use -float(…) for a rounded answer")
}

// askOperands has one of the two compute a op b; ok is false if neither takes the other.
func askOperands(t *Thread, op string, a, b Value) (z Value, ok bool, err error) {
	if x, is := a.(Operand); is {
		if z, ok, err = x.Binary(t, op, b, false); ok {
			return z, ok, err
		}
	}
	if y, is := b.(Operand); is {
		return y.Binary(t, op, a, true)
	}
	return nil, false, nil
}

// compute is a op b of two numbers, exactly with two integers and as floats otherwise, or of what
// knows op itself.
func compute(t *Thread, op string, a, b Value, ints func(a, b number.Number) (number.Number, bool), floats func(a, b float64) float64) (Value, error) {
	x, xok := NumberOf(a)
	y, yok := NumberOf(b)
	if !xok || !yok {
		if z, ok, err := askOperands(t, op, a, b); ok {
			return z, err
		}
		return nil, Mismatch(op, a, b)
	}
	if x.IsFloat || y.IsFloat {
		x, y, _ = number.Pair(x, y)
		return finite(op, floats(x.Float64(), y.Float64()), x, y)
	}
	if n, ok := ints(x, y); ok {
		if v, ok := OfNumber(n); ok {
			return v, nil
		}
	}
	return nil, overflow(op, a, b)
}

// finite returns z, which a op b came to, the operands of a Pair. It is an error if z is NaN or
// infinite and neither a nor b is. Of float32s it is a float32 if it fits in one.
func finite(op string, z float64, a, b number.Number) (Value, error) {
	x, y := a.Float64(), b.Float64()
	switch {
	case z-z != 0 && x-x == 0 && y-y == 0: // the difference is NaN for what is not finite
		if z != z {
			return nil, fault.New("range", "%v %s %v has no answer among the real numbers", x, op, y)
		}
		return nil, fault.New("overflow", "%v %s %v is beyond the largest float", x, op, y)
	case a.IsSingle && b.IsSingle:
		// A float64 has more than twice the digits, so that rounding twice is as rounding once.
		if f, ok := (number.Number{IsFloat: true, F: z}).Single(); ok {
			return Single(f), nil
		}
	case a.Written && (b.Written || !b.IsFloat), b.Written && !a.IsFloat:
		return Written(z), nil
	}
	return Float(z), nil
}

func overflow(op string, a, b Value) error {
	return fault.New("overflow", "%v %s %v does not fit in 64 bits", a, op, b).
		With("use float(…) on one of them for a rounded answer")
}

func divisionByZero(a Value, op string) error {
	return fault.New("divide", "%v %s 0 has no answer", a, op).With("test the divisor first, as in n == 0 ? 0 : x %s n", op)
}

// WrongOperand is the error for the operand of a unary operator.
func WrongOperand(op string, a Value, want string) error {
	if err := Refuse(a); err != nil {
		return err
	}
	return fault.New("type", "%s needs %s, not %s", op, want, a.Kind())
}
