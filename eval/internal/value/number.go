package value

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

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
	// Single is a float32.
	Single float32
	// Written is a floating-point number that an expression or a text spells. It has no type
	// yet: beside a Single it is one, as a constant is in Go, and otherwise a Float.
	Written float64
	// Complex is a complex number. Nothing can be computed with it.
	Complex complex128
	// Complex64 is a complex number of two float32s.
	Complex64 complex64
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
	_ hashableNumber = Single(0)
	_ hashableNumber = Written(0)

	_ interface {
		Scalar
		Comparable
	} = Complex(0)
	_ interface {
		Scalar
		Comparable
	} = Complex64(0)
)

func (Int) Kind() string       { return "an integer" }
func (Uint) Kind() string      { return "an integer" }
func (Float) Kind() string     { return "a float" }
func (Single) Kind() string    { return "a float" }
func (Written) Kind() string   { return "a float" }
func (Complex) Kind() string   { return "a complex number" }
func (Complex64) Kind() string { return "a complex number" }

func (Int) Type() string       { return "int" }
func (Uint) Type() string      { return "uint64" }
func (Float) Type() string     { return "float64" }
func (Single) Type() string    { return "float32" }
func (Written) Type() string   { return "float64" }
func (Complex) Type() string   { return "complex128" }
func (Complex64) Type() string { return "complex64" }

func (x Int) Go() any       { return number.Plain(int64(x)) }
func (x Uint) Go() any      { return uint64(x) }
func (x Float) Go() any     { return float64(x) }
func (x Single) Go() any    { return float32(x) }
func (x Written) Go() any   { return float64(x) }
func (x Complex) Go() any   { return complex128(x) }
func (x Complex64) Go() any { return complex64(x) }

func (x Int) Number() number.Number    { return number.OfInt(int64(x)) }
func (x Uint) Number() number.Number   { return number.Number{Mag: uint64(x)} }
func (x Float) Number() number.Number  { return number.Number{IsFloat: true, F: float64(x)} }
func (x Single) Number() number.Number { return number.OfSingle(float32(x)) }
func (x Written) Number() number.Number {
	return number.Number{IsFloat: true, Written: true, F: float64(x)}
}

func (Int) KeyClass() int     { return numberClass }
func (Uint) KeyClass() int    { return numberClass }
func (Float) KeyClass() int   { return numberClass }
func (Single) KeyClass() int  { return numberClass }
func (Written) KeyClass() int { return numberClass }

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

// Key is that of the Float that it equals exactly.
func (x Single) Key(t *Thread) (any, error) {
	k, _, err := KeyOf(t, Float(x))
	return k, err
}

// Key is that of a Float. Dict.Find looks for the float32 too.
func (x Written) Key(t *Thread) (any, error) {
	k, _, err := KeyOf(t, Float(x))
	return k, err
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

// MarshalJSON is that of a Float, with the digits that a float32 needs.
func (x Single) MarshalJSON() ([]byte, error) {
	if f := float32(x); f-f != 0 {
		return Float(x).MarshalJSON()
	}
	return json.Marshal(float32(x))
}

// MarshalJSON is that of a Float.
func (x Written) MarshalJSON() ([]byte, error) { return Float(x).MarshalJSON() }

// MarshalJSON writes it as a string.
func (x Complex) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(complex128(x))) }

// MarshalJSON writes it as a string.
func (x Complex64) MarshalJSON() ([]byte, error) { return json.Marshal(fmt.Sprint(complex64(x))) }

// Equal is ==.
func (x Complex) Equal(y Value) (same, ok bool) {
	switch y := y.(type) {
	case Complex:
		return x == y, true
	case Complex64:
		return x == Complex(y), true
	}
	return false, false
}

// Equal is ==.
func (x Complex64) Equal(y Value) (same, ok bool) { return Complex(x).Equal(y) }

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
	case n.IsSingle:
		return Single(n.F), true
	case n.Written:
		return Written(n.F), true
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
	case inspect.Float32Datum:
		return Single(math.Float64frombits(d.Bits))
	case inspect.DurationDatum:
		return Duration(d.Bits)
	case inspect.TextDatum:
		return String(d.Text)
	}
	return Nil
}

// DatumOf returns the Datum that x is, the zero Datum if there is none.
func DatumOf(x Value) (d inspect.Datum) {
	switch x := x.(type) {
	case Bool:
		d.Kind = inspect.BoolDatum
		if x {
			d.Bits = 1
		}
	case Int:
		d = inspect.Datum{Kind: inspect.IntDatum, Bits: uint64(x)}
	case Uint:
		d = inspect.Datum{Kind: inspect.UintDatum, Bits: uint64(x)}
	case Float:
		d = inspect.Datum{Kind: inspect.FloatDatum, Bits: math.Float64bits(float64(x))}
	case Single:
		d = inspect.Datum{Kind: inspect.Float32Datum, Bits: math.Float64bits(float64(x))}
	case Duration:
		d = inspect.Datum{Kind: inspect.DurationDatum, Bits: uint64(x)}
	case String:
		d = inspect.Datum{Kind: inspect.TextDatum, Text: string(x)}
	}
	return d
}

// DatumAs returns the Datum of kind k of which OfDatum makes x, or that has the moment of the time x; ok
// is false if there is none.
func DatumAs(x Value, k inspect.DatumKind) (d inspect.Datum, ok bool) {
	if t, is := x.(Time); is && k == inspect.TimeDatum {
		d.Kind = k
		d.Bits, ok = inspect.BitsOfTime(time.Time(t))
		return d, ok
	}
	d = DatumOf(x)
	if i, is := x.(Int); is && k == inspect.UintDatum && i >= 0 {
		d.Kind = k
	}
	return d, d.Kind == k && k != inspect.NoDatum
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
