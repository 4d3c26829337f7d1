package inspect

import (
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Shape is what a Value looks like to a person: its reflect.Kind, after the
// lenses for the standard library's types have had their say. A time.Time is a
// Scalar, an atomic.Int64 is a Scalar, an atomic.Pointer[T] is a Pointer, a
// sync.Map is a Map.
type Shape uint8

const (
	Nil       Shape = iota // the zero Value
	Scalar                 // numbers, booleans, strings, times, durations, atomics of those: see Value.Scalar
	Struct                 // fields: see Fields, Field
	List                   // slices and arrays: see Len, Index, Cursor
	Map                    // maps and sync.Map: see Len, Lookup, Cursor
	Pointer                // pointers, atomic.Pointer: see Elem
	Interface              // interfaces, atomic.Value: see Elem
	Chan                   // see Len, Cap, Describe
	Func                   // see Describe
	Opaque                 // unsafe.Pointer, handles of a C library, and standard types that are only a text: see Describe
)

// lens is how a type of the standard library is looked at instead of by its
// fields.
type lens struct {
	kind  lensKind
	shape Shape
	field int          // the field that holds the content
	typ   reflect.Type // the content's type where it is not the field's
	text  textLens
	datum datumType
}

type lensKind uint8

const (
	lensNone lensKind = iota
	lensTime
	lensDuration
	lensInner      // the content is a field
	lensAtomicBool // a uint32
	lensTrie       // sync.Map
	lensLock
	lensOnce
	lensWaitGroup
	lensText    // a scalar that is worked out of the fields
	lensChain   // a list of links
	lensContext // fields that have a description
)

// noLens is the lens of a struct that is shown by its fields.
var noLens = &lens{shape: Struct}

// lens is the lens for v, one with the kind lensNone if it has none.
func (v Value) lens() *lens {
	if v.how&bare != 0 {
		return noLens
	}
	return v.space().lensOf(v.typ)
}

// lensOf returns the lens for t, one with the kind lensNone if it has none.
func (s *space) lensOf(t reflect.Type) *lens {
	if l, ok := s.lenses.Load(t); ok {
		return l.(*lens)
	}
	l := s.grind(t)
	l.datum = s.datumOf(t, l)
	s.lenses.Store(t, l)
	return l
}

// grind makes the lens for t. A type that does not look as expected, as it may
// in a Go to come, gets none: its fields are shown as they are.
func (s *space) grind(t reflect.Type) *lens {
	switch qualified(t) {
	case "time.Duration":
		return &lens{kind: lensDuration, shape: Scalar}
	case "time.Time":
		if t.NumField() == 3 && t.Field(0).Type.Kind() == reflect.Uint64 && t.Field(1).Type.Kind() == reflect.Int64 {
			return &lens{kind: lensTime, shape: Scalar}
		}
	}
	if l := s.grindText(t); l != nil {
		return l
	}
	plain := &lens{shape: shapeOf(t.Kind())}
	if t.Kind() != reflect.Struct {
		return plain
	}
	switch {
	case isContext(t):
		return &lens{kind: lensContext, shape: Struct}
	case chainOf(t):
		return &lens{kind: lensChain, shape: List}
	}
	inner := func(field string, shape Shape) *lens {
		if f, ok := t.FieldByName(field); ok && len(f.Index) == 1 {
			return &lens{kind: lensInner, shape: shape, field: f.Index[0]}
		}
		return plain
	}
	switch name := t.Name(); t.PkgPath() {
	case "sync/atomic":
		switch {
		case name == "Bool":
			l := inner("v", Scalar)
			if l.kind == lensInner {
				l.kind = lensAtomicBool
			}
			return l
		case name == "Int32", name == "Int64", name == "Uint32", name == "Uint64", name == "Uintptr":
			return inner("v", Scalar)
		case name == "Value":
			return inner("v", Interface)
		case strings.HasPrefix(name, "Pointer["):
			l := inner("v", Pointer)
			// The type that it points at stands in a field of no size: _ [0]*T.
			if first := t.Field(0).Type; first.Kind() == reflect.Array && first.Elem().Kind() == reflect.Pointer {
				l.typ = first.Elem()
				return l
			}
		}
	case "sync":
		switch name {
		case "Map":
			if s.trieKnown() {
				return &lens{kind: lensTrie, shape: Map}
			}
		case "Mutex", "RWMutex":
			return &lens{kind: lensLock, shape: Opaque}
		case "Once":
			return &lens{kind: lensOnce, shape: Opaque}
		case "WaitGroup":
			return &lens{kind: lensWaitGroup, shape: Opaque}
		}
	}
	return plain
}

func shapeOf(k reflect.Kind) Shape {
	switch k {
	case reflect.Invalid:
		return Nil
	case reflect.Struct:
		return Struct
	case reflect.Slice, reflect.Array:
		return List
	case reflect.Map:
		return Map
	case reflect.Pointer:
		return Pointer
	case reflect.Interface:
		return Interface
	case reflect.Chan:
		return Chan
	case reflect.Func:
		return Func
	case reflect.UnsafePointer:
		return Opaque
	}
	return Scalar
}

// ShownAsOne reports whether v is a struct that is shown as one text or number in place of its fields, and so may
// tell what one of them holds: an error, a URL, a time, a context, a lock.
func (v Value) ShownAsOne() bool {
	if v.Kind() != reflect.Struct {
		return false
	}
	switch l := v.space().lensOf(v.typ); l.kind {
	case lensNone, lensTrie, lensChain:
		return false
	case lensInner:
		return l.shape == Scalar
	}
	return true
}

// Computed reports whether v is a struct that is shown as a text or number computed from its fields, such as a
// big.Int, a URL or an error.
func (v Value) Computed() bool { return v.lens().kind == lensText }

// Described reports whether [Value.Describe] sums up v, which is a struct, as it does a context.
func (v Value) Described() bool { return v.lens().kind == lensContext }

// ShapeOf is what values of type t in this process look like to a person; Nil for nil. It is for decisions about
// types, such as a policy's; [Value.Shape] asks the process that the value lies in.
func ShapeOf(t reflect.Type) Shape { return Value{typ: t}.Shape() }

// Shape is what v looks like to a person; Nil for the zero Value.
func (v Value) Shape() Shape {
	switch k := v.Kind(); k {
	case reflect.Struct, reflect.Int64:
		return v.lens().shape
	case reflect.Slice:
		if v.typ.Elem().Kind() == reflect.Uint8 { // it may be a net.IP
			return v.space().lensOf(v.typ).shape
		}
		return List
	case reflect.Pointer:
		if v.ref.Space().PointingOf(v.typ) == peek.Opaque {
			return Opaque
		}
		return Pointer
	default:
		return shapeOf(k)
	}
}

// under is the value that a lens shows in place of v, v itself where there is
// none.
func (v Value) under() Value {
	if v.Kind() != reflect.Struct {
		return v
	}
	l := v.lens()
	if l.kind != lensInner && l.kind != lensAtomicBool {
		return v
	}
	in := v.Field(l.field)
	if l.typ != nil {
		in.typ = l.typ
	}
	return in
}
