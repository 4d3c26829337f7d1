package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Shape is what a Value looks like to a person: its reflect.Kind, unless its type has a lens. A
// time.Time and an atomic.Int64 are Scalars, an atomic.Pointer[T] is a Pointer, a sync.Map is a
// Map.
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
	Opaque                 // unsafe.Pointer, handles of a C library, types of the standard library that only have a state: see Describe
)

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

// ShownAsOne reports whether v is a struct that is shown as one text or number in place of its
// fields, and so may tell what one of them holds: an error, a URL, a time, a context, a lock.
func (v Value) ShownAsOne() bool {
	if v.Kind() != reflect.Struct {
		return false
	}
	l := v.space().lensOf(v.typ)
	return l.row != noRow && l.row.collection == nil && (l.field < 0 || l.shape == Scalar)
}

// Inner returns the name of the field in place of which v is shown, a struct such as an atomic; "" for
// any other value.
func (v Value) Inner() string {
	if v.Kind() != reflect.Struct {
		return ""
	}
	return v.lens().row.inner
}

// IsContainer reports whether t is a struct type whose values are shown as what they hold, and not
// as one text or number: a list, a map, the pointer or the interface in an atomic. Their fields lead
// to the same.
func IsContainer(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	l := here.lensOf(t)
	return l.row.collection != nil || l.field >= 0 && l.shape != Scalar
}

// Computed reports whether v is a struct shown as a text or number computed from its fields, such
// as a big.Int, a URL or an error.
func (v Value) Computed() bool { return v.lens().row.text != nil }

// IsError reports whether v is a struct of an error type of the standard library, shown as the text
// of the error.
func (v Value) IsError() bool { return v.Kind() == reflect.Struct && v.lens().row.isError }

// Described reports whether [Value.Describe] describes v, a struct, as it does a context or a lock.
func (v Value) Described() bool { return v.lens().row.describe != nil }

// ShapeOf is what values of type t in this process look like; Nil for nil. It is for decisions
// about types, such as a policy's. [Value.Shape] asks the process that the value lies in.
func ShapeOf(t reflect.Type) Shape { return Value{typ: t}.Shape() }

// Shape is what v looks like to a person; Nil for the zero Value.
func (v Value) Shape() Shape {
	switch k := v.Kind(); k {
	case reflect.Int64:
		if v.typ == reflect.TypeFor[int64]() { // the lenses are for durations
			return Scalar
		}
		return v.lens().shape
	case reflect.Struct:
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
