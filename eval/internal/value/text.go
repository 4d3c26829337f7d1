package value

import (
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
)

// String is a string.
type String string

var _ interface {
	Scalar
	Textual
	Hashable
	Indexable
	Sliceable
	Operand
	Measured
} = String("")

func (String) Kind() string                         { return "a string" }
func (String) Type() string                         { return "string" }
func (x String) Go() any                            { return string(x) }
func (x String) Key(t *Thread) (any, error)         { return nil, t.Hashed(string(x)) }
func (String) KeyClass() int                        { return textClass }
func (x String) Text(*Thread) (string, bool, error) { return string(x), true, nil }

// Measure counts its bytes.
func (x String) Measure(int) (size int, live bool) { return meter.ElementSize + len(x), false }

// Index is the byte at a position.
func (x String) Index(_ *Thread, key Value) (Value, error) {
	i, err := position(key, len(x))
	if err != nil {
		return nil, err
	}
	return Int(x[i]), nil
}

// Slice returns a copy: a part would keep the whole alive, and nobody would be charged for it.
func (x String) Slice(t *Thread, lo, hi int) (Value, error) {
	lo, hi = clamp(lo, hi, len(x))
	if err := t.KeepText(hi - lo); err != nil {
		return nil, err
	}
	return String(strings.Clone(string(x[lo:hi]))), nil
}

// Binary is + of two strings.
func (x String) Binary(t *Thread, op string, y Value, right bool) (z Value, ok bool, err error) {
	s, ok := y.(String)
	if !ok || right || op != "+" {
		return nil, false, nil
	}
	if err := t.KeepText(len(x) + len(s)); err != nil {
		return nil, true, err
	}
	return x + s, true, nil
}

// TextOf returns x as text if it is a string or bytes, live or not. It is an error for one that is
// too long to be copied.
func TextOf(t *Thread, x Value) (s string, ok bool, err error) {
	if x, ok := x.(Textual); ok {
		return x.Text(t)
	}
	return "", false, nil
}
