// Package kind says what a type tells about how its values are read.
package kind

import "reflect"

// IsWord reports whether a value of type t is one machine word, or less, and so is read in one
// piece.
func IsWord(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Func, reflect.Map:
		return true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return t.Size() <= reflect.TypeFor[uintptr]().Size()
	}
	return false
}

// IsSync reports whether t is a type of package sync or sync/atomic. Its values may be read at any
// time.
func IsSync(t reflect.Type) bool {
	path := t.PkgPath()
	return path == "sync" || path == "sync/atomic"
}

// IsTime reports whether t is time.Time. A type is known by its name: its values may be another
// process's.
func IsTime(t reflect.Type) bool { return t.PkgPath() == "time" && t.Name() == "Time" }

// IsString reports whether t is a string type. t may be nil.
func IsString(t reflect.Type) bool { return t != nil && t.Kind() == reflect.String }

// IsText reports whether t is a string type, or a slice or array of bytes.
func IsText(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Slice, reflect.Array:
		return t.Elem().Kind() == reflect.Uint8
	}
	return false
}

// Deref returns the type that a pointer of type t points to, or t if it is no pointer type.
func Deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
