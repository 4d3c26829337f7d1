package access

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Member returns v.name: a field of a struct, promoted and unexported ones too, or the entry of a
// map under that string. A struct that a lens shows as something else keeps its fields; in a
// sync.Map an entry goes before a field. Errors are *FieldError, *AmbiguousError, *KeyError,
// *NilError, *TypeError.
func (v *View) Member(name string) (*View, error) {
	x, err := v.memberOfTarget(name)
	if err == nil {
		return x, nil
	}
	var (
		noField *FieldError
		noKey   *KeyError
	)
	if errors.As(err, &noField) || errors.As(err, &noKey) || errors.Is(err, ErrNil) {
		// It may be a field of an atomic on the way.
		if h, failed := v.holder(); failed == nil && h != nil {
			if index, _ := h.find(name); index != nil {
				return h.field(name)
			}
		}
	}
	return nil, err
}

// holder returns the first atomic that leads from v to its target, nil if none does.
func (v *View) holder() (*structView, error) {
	at := v
	for range maxHops {
		s := at.Shape()
		if s != inspect.Pointer && s != inspect.Interface {
			return nil, nil
		}
		if at.hasFields() {
			return &structView{at}, at.checkShown()
		}
		next, err := at.deref()
		if err != nil || next == nil {
			return nil, err
		}
		at = next
	}
	return nil, nil
}

// memberOfTarget is Member for the target of v alone.
func (v *View) memberOfTarget(name string) (*View, error) {
	t, err := v.targetFor("." + name)
	if err != nil {
		return nil, v.ofNil(err, name)
	}
	if t.Shape() == inspect.Map {
		entry, err := mapView{t}.entry(name)
		var missing *KeyError
		if !errors.As(err, &missing) {
			return entry, err
		}
		if t.hasFields() {
			if index, _ := (structView{t}).find(name); index != nil {
				return structView{t}.field(name)
			}
		}
		return t.readingMember(name, err)
	}
	if t.hasFields() {
		return structView{t}.member(name)
	}
	return t.readingMember(name, t.fieldError(name))
}

// readingMember returns the member of that name of what the lens of v shows, and err if there is none.
func (v *View) readingMember(name string, err error) (*View, error) {
	shown, failed := v.reading()
	if failed != nil {
		return nil, failed
	}
	if shown == nil {
		return nil, err
	}
	m, failed := shown.Member(name)
	if failed != nil && v.Shape() == inspect.Map {
		return nil, err // a key is missing rather than a field
	}
	return m, failed
}

// ofNil returns the error for v.name, which failed with err. A nil pointer has no fields, but its type
// tells that a name is none of them: that is a mistake whatever the pointer holds.
func (v *View) ofNil(err error, name string) error {
	t := v.val.Type()
	if _, isNil := err.(*NilError); !isNil || t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return err
	}
	if v.visit.types.mayName(v.visit.objects, t.Elem(), name) {
		return err
	}
	var names []string
	for i := range structOf(t.Elem()).fields {
		if f := &structOf(t.Elem()).fields[i]; !f.Absent {
			names = append(names, f.Name)
		}
	}
	return &FieldError{Path: v.Path(), Type: inspect.TypeName(t), Name: name, Near: text.Near(name, names)}
}

// hasFields reports whether v is a struct, whatever it is shown as.
func (v *View) hasFields() bool { return v.val.Kind() == reflect.Struct }

// structView is the View of a struct.
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
	index, ambiguous := s.find(name)
	switch {
	case ambiguous != nil:
		return nil, ambiguous
	case index == nil:
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

// find returns the index of the field that a Go selector of that name finds; see
// [inspect.Value.FindField]. It is nil if there is none, and if the name is ambiguous.
func (s structView) find(name string) (index []int, ambiguous *AmbiguousError) {
	index, ok := s.val.FindField(name)
	if ok {
		if s.isAbsent(index) {
			return nil, nil
		}
		return index, nil
	}
	fields, methods := s.val.Rivals(name)
	fields = slices.DeleteFunc(fields, s.isAbsent)
	switch {
	case len(fields) == 0:
		return nil, nil
	case len(fields) == 1 && len(methods) == 0:
		// The others are tagged `inspect:"-"`: nobody is to know of them.
		return fields[0], nil
	}
	e := &AmbiguousError{Path: s.Path(), Type: inspect.TypeName(s.val.Type()), Name: name}
	for _, index := range fields {
		e.Fields = append(e.Fields, s.selector(index))
	}
	for _, index := range methods {
		e.Methods = append(e.Methods, strings.TrimPrefix(s.selector(index)+"."+name, "."))
	}
	return nil, e
}

// isAbsent reports whether a field on the way is tagged `inspect:"-"`.
func (s structView) isAbsent(index []int) bool {
	at := s.val.Type()
	for _, i := range index {
		f := &structOf(kind.Deref(at)).fields[i]
		if f.Absent {
			return true
		}
		at = f.Type
	}
	return false
}

// selector spells an index: A.ID.
func (s structView) selector(index []int) string {
	names := make([]string, len(index))
	at := s.val.Type()
	for n, i := range index {
		f := &structOf(kind.Deref(at)).fields[i]
		names[n], at = f.Name, f.Type
	}
	return strings.Join(names, ".")
}

// hasField reports whether the struct has a field of that name that is not tagged `inspect:"-"`.
func (s structView) hasField(name string) (bool, error) {
	index, ambiguous := s.find(name)
	if ambiguous != nil {
		return false, ambiguous
	}
	return index != nil, nil
}

// fieldError returns the error for a name that v does not have.
func (v *View) fieldError(name string) error {
	e := &FieldError{Path: v.Path(), Type: inspect.TypeName(v.val.Type()), Name: name, Method: v.HasMethod(name)}
	if e.Method {
		return e
	}
	// A loop may forgive the error for each of a million elements: what is near is looked for once.
	v.decide()
	miss := missedField{v.val.Type(), v.policy, v.hide, v.secrets, name}
	if v.visit.missed.missedField == miss {
		e.Near = v.visit.missed.near
		return e
	}
	if members, err := v.Members(); err == nil {
		names := make([]string, len(members))
		for i, m := range members {
			names[i] = m.Name
		}
		e.Near = text.Near(name, names)
		v.visit.missed.missedField, v.visit.missed.near = miss, e.Near
	}
	return e
}

// A missedField is a name that values of a type do not have, under the same policy.
type missedField struct {
	typ     reflect.Type
	policy  *policy
	hide    pattern.Trail
	secrets secret.Kinds
	name    string
}
