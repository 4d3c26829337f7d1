package inspect

import (
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/inspect/internal/gotype"
)

// A lensRow says how values of a type of the standard library are seen in place of their fields.
// Each row stands in the file of its lens, and a lens needs nothing else.
//
// A type without the fields that its row expects, as in a future Go release, has no lens: it is
// shown by its fields.
type lensRow struct {
	name   string // import path, dot, name without type arguments; * is any part of the last
	fields string // the direct fields that the type must have besides inner, separated by blanks
	shape  Shape

	// At most one of the following stands for the value.

	inner string    // the field that holds the content
	datum DatumKind // how the inner field, or the value itself, is read if its Go kind does not tell
	// scalar reads the value as a scalar, and says how far that can be believed.
	scalar func(v Value) (x any, mark Mark, err error)
	// text computes a text or number from the fields, as String or Error would; nil stands for nil.
	// It calls no method.
	text func(p *probe, v Value) any
	// collection makes the value a List or a Map.
	collection *collection

	describe func(v Value) (string, error) // see Value.Describe; nil if there is no description
	isError  bool                          // an error that wraps it includes text
	// fit reports whether t looks as expected beyond its fields, and may complete l. nil accepts
	// every type.
	fit func(s *space, t reflect.Type, l *lens) bool
}

// A collection reaches the elements of a value that is no slice, array or map.
type collection struct {
	len    func(v Value) (int, error)
	index  func(v Value, i int) (Value, error)         // of a List
	lookup func(v Value, key any) (Value, bool, error) // of a Map
	walker func() walker
}

// A lens is a lensRow fitted to a type.
type lens struct {
	row   *lensRow // never nil
	shape Shape
	field int          // the index of row.inner, -1 if there is none
	typ   reflect.Type // the content's type if it is not the inner field's
	datum datumType
}

// noRow is the row of types that have none, noLens the lens of a struct shown by its fields.
var (
	noRow  = &lensRow{}
	noLens = &lens{row: noRow, shape: Struct, field: -1}
)

// lensRows is the table of lenses, in no order. It is complete once the package is initialized.
var lensRows []lensRow

// addLens adds rows to the table. Only declarations of package variables call it.
func addLens(rows ...lensRow) struct{} {
	for _, row := range rows {
		for _, other := range lensRows {
			if other.name == row.name {
				panic("inspect: two lenses for " + row.name)
			}
		}
		lensRows = append(lensRows, row)
	}
	return struct{}{}
}

// matches reports whether r is the row of the types with that qualified name.
func (r *lensRow) matches(name string) bool {
	prefix, suffix, pattern := strings.Cut(r.name, "*")
	if !pattern {
		return name == r.name
	}
	if len(name) < len(prefix)+len(suffix) || !strings.HasPrefix(name, prefix) || !strings.HasSuffix(name, suffix) {
		return false
	}
	// The asterisk is no part of an import path: context.example/x is not package context.
	return !strings.ContainsAny(name[len(prefix):len(name)-len(suffix)], "./")
}

// lens returns the lens that v is seen through.
func (v Value) lens() *lens {
	if v.how&bare != 0 {
		return noLens
	}
	return v.space().lensOf(v.typ)
}

// lensOf returns the lens for t. It is never nil.
func (s *space) lensOf(t reflect.Type) *lens {
	if l, ok := s.lenses.Load(t); ok {
		return l.(*lens)
	}
	l := s.newLens(t)
	l.datum = s.datumOf(t, l)
	s.lenses.Store(t, l)
	return l
}

// newLens makes the lens for t.
func (s *space) newLens(t reflect.Type) *lens {
	if t.PkgPath() != "" {
		name := gotype.Qualified(t)
		for i := range lensRows {
			if r := &lensRows[i]; r.matches(name) {
				if l, ok := s.fit(t, r); ok {
					return l
				}
				break
			}
		}
	}
	return &lens{row: noRow, shape: shapeOf(t.Kind()), field: -1}
}

// fit makes the lens of r for t; ok is false if t does not look as r expects.
func (s *space) fit(t reflect.Type, r *lensRow) (l *lens, ok bool) {
	l = &lens{row: r, shape: r.shape, field: -1}
	for _, name := range strings.Fields(r.fields + " " + r.inner) {
		index, ok := s.ownField(t, name)
		if !ok {
			return nil, false
		}
		if name == r.inner {
			l.field = index[0]
		}
	}
	return l, r.fit == nil || r.fit(s, t, l)
}

// content returns what v's lens shows in place of v, v itself if it shows nothing else.
func (v Value) content() Value {
	if v.Kind() != reflect.Struct {
		return v
	}
	l := v.lens()
	if l.field < 0 {
		return v
	}
	in := v.Field(l.field)
	if l.typ != nil {
		in.typ = l.typ
	}
	return in
}
