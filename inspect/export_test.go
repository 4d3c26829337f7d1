package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Text and ScalarMark show tests the marks of single readings.
func (v Value) Text() (string, int, Mark, error) {
	b, n, mark, err := v.text(nil, 0, 0)
	return string(b), n, mark, err
}

func (v Value) ScalarMark(max int) (any, Mark, error) { return v.scalar(max) }

// ViewAt is the view of a t at an address that may be any.
func ViewAt(t reflect.Type, addr uintptr) Value {
	return Value{typ: t, ref: peek.At(addr), mark: Racy}
}
