package value

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

type (
	// Int is an integer of 64 bits, whatever the size of Go's int.
	Int int64
	// Uint is an integer that no Int can hold.
	Uint uint64
	// Float is a floating-point number.
	Float float64
	// Complex is a complex number. Nothing can be computed with it.
	Complex complex128
)

type hashableNumber interface {
	Scalar
	Numeric
	Hashable
}

var (
	_ hashableNumber = Int(0)
	_ hashableNumber = Uint(0)
	_ hashableNumber = Float(0)

	_ interface {
		Scalar
		Comparable
	} = Complex(0)
)

func (Int) Kind() string     { return "an integer" }
func (Uint) Kind() string    { return "an integer" }
func (Float) Kind() string   { return "a float" }
func (Complex) Kind() string { return "a complex number" }

func (Int) Type() string     { return "int" }
func (Uint) Type() string    { return "uint64" }
func (Float) Type() string   { return "float64" }
func (Complex) Type() string { return "complex128" }

func (x Int) Go() any     { return number.Plain(int64(x)) }
func (x Uint) Go() any    { return uint64(x) }
func (x Float) Go() any   { return float64(x) }
func (x Complex) Go() any { return complex128(x) }

func (x Int) Number() number.Number   { return number.OfInt(int64(x)) }
func (x Uint) Number() number.Number  { return number.Number{Mag: uint64(x)} }
func (x Float) Number() number.Number { return number.Number{IsFloat: true, F: float64(x)} }

func (Int) KeyClass() int   { return numberClass }
func (Uint) KeyClass() int  { return numberClass }
func (Float) KeyClass() int { return numberClass }

// Numbers that are equal are one key.

func (Int) Key(*Thread) (any, error)  { return nil, nil }
func (Uint) Key(*Thread) (any, error) { return nil, nil }

func (x Float) Key(*Thread) (any, error) {
	n := x.Number()
	if i, whole := n.Int(); whole {
		return Int(i), nil
	}
	switch {
	case math.IsNaN(n.F):
		return nanKey{}, nil
	case n.F == math.Trunc(n.F) && n.F >= -1<<63 && n.F < 1<<63:
		return Int(n.F), nil
	case n.F == math.Trunc(n.F) && n.F >= 0 && n.F < 1<<64:
		return Uint(n.F), nil
	}
	return nil, nil
}

// nanKey is NaN as a key: it is the same as itself.
type nanKey struct{}

// MarshalJSON writes NaN and the infinities, which JSON does not have, as strings.
func (x Float) MarshalJSON() ([]byte, error) {
	if f := float64(x); f-f != 0 {
		return []byte(strconv.Quote(fmt.Sprint(f))), nil
	}
	return json.Marshal(float64(x))
}

// MarshalJSON writes it as a string.
func (x Complex) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(complex128(x))) }

// Equal is ==.
func (x Complex) Equal(y Value) (same, ok bool) {
	c, ok := y.(Complex)
	return x == c, ok
}

// NumberOf returns x as a number; ok is false if it is none.
func NumberOf(x Value) (n number.Number, ok bool) {
	if i, ok := x.(Int); ok {
		return number.OfInt(int64(i)), true
	}
	if n, ok := x.(Numeric); ok {
		return n.Number(), true
	}
	return n, false
}

// OfNumber returns n as a Value; ok is false for an integer outside of -2⁶³ … 2⁶⁴-1.
func OfNumber(n number.Number) (x Value, ok bool) {
	switch {
	case n.IsFloat:
		return Float(n.F), true
	case n.Neg:
		if n.Mag > 1<<63 {
			return nil, false
		}
		return Int(-n.Mag), true
	case n.Mag <= math.MaxInt64:
		return Int(n.Mag), true
	}
	return Uint(n.Mag), true
}

// OfDatum returns d as a Value, Nil for the zero Datum.
func OfDatum(d inspect.Datum) Value {
	switch d.Kind {
	case inspect.BoolDatum:
		return Bool(d.Bits != 0)
	case inspect.IntDatum:
		return Int(d.Bits)
	case inspect.UintDatum:
		if d.Bits <= math.MaxInt64 {
			return Int(d.Bits)
		}
		return Uint(d.Bits)
	case inspect.FloatDatum:
		return Float(math.Float64frombits(d.Bits))
	case inspect.DurationDatum:
		return Duration(d.Bits)
	case inspect.TextDatum:
		return String(d.Text)
	}
	return Nil
}

// ToInt converts a number that op uses as a position or a count.
func ToInt(op string, x Value) (int, error) {
	if err := Refuse(x); err != nil {
		return 0, err
	}
	n, ok := NumberOf(x)
	if !ok {
		return 0, fault.New("type", "%s needs an integer, not %s", op, x.Kind())
	}
	i, ok := n.Int()
	if !ok {
		return 0, fault.New("type", "%s needs an integer, not %v", op, x).With("round it with int(…)")
	}
	return i, nil
}
