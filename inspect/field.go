package inspect

import (
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/sightglass-go/sightglass/inspect/internal/gotype"
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Field describes one direct field of a struct type.
type Field struct {
	Name     string // "_" for a blank field; the tag's name, as in `inspect:"name"`, else GoName
	GoName   string // in the source
	Index    int
	Type     reflect.Type
	Embedded bool
	Exported bool
	Tag      reflect.StructTag

	offset uintptr
	shared bool   // the struct's type is Shared
	pkg    string // where its name is known, "" if it is exported
}

// Shared reports whether values of type t are safe for concurrent use by themselves, so that no
// guard of an application covers them: those of the packages sync, sync/atomic and context.
func Shared(t reflect.Type) bool {
	switch t.PkgPath() {
	case "sync", "sync/atomic", "internal/sync", "context":
		return true
	}
	return false
}

// Fields lists the direct fields of a struct type, unexported and blank ones too, in the order of
// their declaration; nil for other types. The slice is shared and must not be changed.
//
// Only the type determines them. They are the same in each process and kept with this one's.
func Fields(t reflect.Type) []Field { return here.fields(t) }

// Fields lists the direct fields of v, as the function [Fields] does for a type.
func (v Value) Fields() []Field { return v.space().fields(v.typ) }

func (s *space) fields(t reflect.Type) []Field {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	if fs, ok := s.fieldsOf.Load(t); ok {
		return fs.([]Field)
	}
	fs := make([]Field, t.NumField())
	taken := map[string]int{}
	for i := range fs {
		f := t.Field(i)
		fs[i] = Field{f.Name, f.Name, i, f.Type, gotype.Embedded(f), f.IsExported(), f.Tag, f.Offset, Shared(t), f.PkgPath}
		taken[f.Name]++
		taken[fs[i].tagged()]++
	}
	for i := range fs {
		// A tag cannot take a name that means another field.
		if name := fs[i].tagged(); name != "" && taken[name] == 1 {
			fs[i].Name = name
		}
	}
	s.fieldsOf.Store(t, fs)
	return fs
}

// tagged returns the name that the tag gives a field, "" if it gives none that can be typed behind
// a dot.
func (f Field) tagged() string {
	name, _, _ := strings.Cut(f.Tag.Get("inspect"), ",")
	if f.GoName == "_" || name == "secret" {
		return ""
	}
	for i, r := range name {
		if !(r == '_' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r)) {
			return ""
		}
	}
	return name
}

// Tagged reports whether the field's tag has that word: `inspect:"secret"`, or
// `inspect:"name,secret"` together with a name.
func (f Field) Tagged(word string) bool {
	return slices.Contains(strings.Split(f.Tag.Get("inspect"), ","), word)
}

type foundKey struct {
	typ  reflect.Type
	name string
}

// maxFound bounds how many names are remembered. They come from expressions, so there is no end to
// them. Names that are not found are not kept.
const maxFound = 1 << 12

// directIndexes are the indexes of direct fields, so that finding one allocates nothing.
var directIndexes = [64]int{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
	32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
	48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
}

// collected reports whether the garbage collector scans the place of a value of type t, which is a
// pointer, map, chan, func or unsafe.Pointer, and manages what the value points at.
func (s *space) collected(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer || s.memory.PointingOf(t) == peek.Collected
}

// direct is peek.Direct, cached.
func (s *space) direct(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return s.memory.PointingOf(t) != peek.Opaque
	case reflect.Map, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	case reflect.Struct, reflect.Array:
		if d, ok := s.directs.Load(t); ok {
			return d.(bool)
		}
		d := peek.Direct(t)
		s.directs.Store(t, d)
		return d
	}
	return false
}
