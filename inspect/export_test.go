package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Text and ScalarMark return the marks of single readings.
func (v Value) Text() (string, int, Mark, error) {
	b, n, mark, err := v.appendBytes(nil, 0, 0)
	return string(b), n, mark, err
}

func (v Value) ScalarMark(max int) (any, Mark, error) { return v.scalar(max) }

// ViewAt is the view of a t at any address.
func ViewAt(t reflect.Type, addr uintptr) Value {
	return Value{typ: t, ref: peek.Here().At(addr), mark: Racy}
}

// Here is the space of this process, Other another one. Neither learns what the other learns.
var Here, Other = &here, newSpace(peek.NewSpace())

func newSpace(m *peek.Space) *space {
	s := &space{memory: m}
	m.Data = s
	return s
}

// In returns v as a value of s.
func In(v Value, s *space) Value { return v.in(s) }

// SpaceOf returns the space that v lies in.
func SpaceOf(v Value) *space { return v.space() }

// Learned reports whether s has derived something of the struct type t.
func Learned(s *space, t reflect.Type) bool {
	_, ok := s.lenses.Load(t)
	return ok
}
