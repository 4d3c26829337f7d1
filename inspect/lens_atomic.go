package inspect

import "reflect"

// An atomic is shown as what it holds.
var _ = addLens(
	lensRow{name: "sync/atomic.Bool", shape: Scalar, inner: "v", datum: BoolDatum}, // a uint32
	lensRow{name: "sync/atomic.Int32", shape: Scalar, inner: "v"},
	lensRow{name: "sync/atomic.Int64", shape: Scalar, inner: "v"},
	lensRow{name: "sync/atomic.Uint32", shape: Scalar, inner: "v"},
	lensRow{name: "sync/atomic.Uint64", shape: Scalar, inner: "v"},
	lensRow{name: "sync/atomic.Uintptr", shape: Scalar, inner: "v"},
	lensRow{name: "sync/atomic.Value", shape: Interface, inner: "v"},
	lensRow{name: "sync/atomic.Pointer", shape: Pointer, inner: "v", fit: fitPointer},
)

// fitPointer finds the type that an atomic.Pointer points at in its first field, which has no size:
// _ [0]*T.
func fitPointer(_ *space, t reflect.Type, l *lens) bool {
	first := t.Field(0).Type
	if first.Kind() != reflect.Array || first.Elem().Kind() != reflect.Pointer {
		return false
	}
	l.typ = first.Elem()
	return true
}
