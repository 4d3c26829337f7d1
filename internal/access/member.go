package access

import (
	"errors"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Member returns v.name: a field of a struct, promoted and unexported ones too, or the entry of a
// map under that string. Errors are *FieldError, *KeyError, *NilError, *TypeError.
func (v *View) Member(name string) (*View, error) {
	t, err := v.targetFor("." + name)
	if err != nil {
		return nil, err
	}
	switch {
	case t.hasFields():
		return structView{t}.member(name)
	case t.Shape() == inspect.Map:
		return mapView{t}.entry(name)
	}
	return nil, t.fieldError(name)
}

// hasFields reports whether v is a struct whose fields can be named, which holds for most structs
// that are shown as a text too.
func (v *View) hasFields() bool {
	return v.Shape() == inspect.Struct || v.isTextStruct() && mayHoldSecretText(v.val.Type())
}

// structView is the View of a struct whose fields can be named.
type structView struct{ *View }

// member returns the field of that name, or else that of what the lens shows.
func (s structView) member(name string) (*View, error) {
	own, err := s.field(name)
	if err == nil {
		return own, nil
	}
	var missing *FieldError
	if !errors.As(err, &missing) {
		return nil, err
	}
	l, ok := s.lens()
	if !ok {
		return nil, err
	}
	shown, failed := l.view()
	if failed != nil {
		return nil, failed
	}
	if shown == nil {
		if _, ok := l.argument(); !ok {
			return nil, l.refused()
		}
		return nil, err
	}
	return shown.Member(name)
}

// field returns the field that a Go selector of that name finds.
func (s structView) field(name string) (*View, error) {
	index, ok := s.val.FindField(name)
	if !ok {
		return nil, s.fieldError(name)
	}
	at := s.View
	for i, n := range index {
		if i > 0 && at.Shape() == inspect.Pointer {
			target, err := at.deref()
			if err != nil {
				return nil, err
			}
			if target == nil {
				return nil, &NilError{Path: at.Path(), Op: "." + name}
			}
			at = target
		}
		if at = at.fieldAt(n); at == nil {
			return nil, s.fieldError(name)
		}
	}
	return at, nil
}

// hasField reports whether the struct has a field of that name that is not tagged `inspect:"-"`.
func (s structView) hasField(name string) bool {
	index, ok := s.val.FindField(name)
	at := s.val.Type()
	for _, i := range index {
		f := &structOf(kind.Deref(at)).fields[i]
		if f.Absent {
			return false
		}
		at = f.Type
	}
	return ok
}

// fieldError returns the error for a name that v does not have.
func (v *View) fieldError(name string) error {
	e := &FieldError{Path: v.Path(), Type: v.val.Type().String(), Name: name, Method: v.HasMethod(name)}
	if members, err := v.Members(); err == nil && !e.Method {
		names := make([]string, len(members))
		for i, m := range members {
			names[i] = m.Name
		}
		e.Near = text.Near(name, names)
	}
	return e
}
