package access

import (
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Wrapped is what an error wraps.
type Wrapped struct {
	Self   *View   // the error, of the type that an interface would hold; nil for nil
	Errors []*View // none is nil
	List   bool    // the error wraps a list of others, as that of errors.Join does
	More   int     // how many of the list are not in Errors
	// Guessed names the field that was read in place of calling Unwrap, if the type is none of the
	// standard library's.
	Guessed string
}

// maxWrapped bounds how many errors one error is seen to wrap.
const maxWrapped = 1000

// Wrapped returns what v, or the error that v leads to, wraps. It calls no Unwrap: it reads the
// field that holds errors, of a type that has an Unwrap. Where there are several, one called err,
// cause or the like is meant. It is an error if v is no error, or if it is not clear which field is
// meant.
func (v *View) Wrapped() (w Wrapped, err error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return w, err
	}
	if err := t.checkShown(); err != nil {
		return w, err
	}
	if !has(t.val.Type(), errorType) {
		return w, t.typeError("is no error")
	}
	if w, err = t.wrapped(0); err == nil {
		w.Self, err = v.asError()
	}
	return w, err
}

// asError returns the first on the way from v to its target that is an error by itself.
func (v *View) asError() (*View, error) {
	at := v
	for range maxHops {
		if at.val.Kind() != reflect.Interface && at.val.Type().Implements(errorType) || at.Shape() != inspect.Pointer && at.Shape() != inspect.Interface {
			break
		}
		next, err := at.deref()
		if err != nil || next == nil {
			return at, err
		}
		at = next
	}
	return at.Keep()
}

var (
	errorType    = reflect.TypeFor[error]()
	wrapsOneType = reflect.TypeFor[interface{ Unwrap() error }]()
	wrapsAllType = reflect.TypeFor[interface{ Unwrap() []error }]()
)

// has reports whether values of type t, or pointers to them, have the methods of an interface.
func has(t, methods reflect.Type) bool {
	return t.Implements(methods) || t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(methods)
}

// wrapped is Wrapped of an error that is reached. depth counts embedded errors around it.
func (v *View) wrapped(depth int) (w Wrapped, err error) {
	if !v.hasFields() || depth > maxEmbedded {
		return w, nil
	}
	if w.List = has(v.val.Type(), wrapsAllType); !w.List && !has(v.val.Type(), wrapsOneType) {
		return w, nil
	}
	i, err := v.wrappingField(w.List)
	if err != nil || i < 0 {
		return w, err
	}
	f := &v.visit.types.structOf(v.val.Type()).fields[i]
	if !v.val.IsError() && !v.isTextStruct() {
		w.Guessed = f.Name
	}
	c := v.fieldAt(i)
	if c == nil {
		return w, nil
	}
	if f.Embedded && !w.List && f.Type.Kind() != reflect.Interface {
		// Unwrap is promoted.
		t, err := c.Target()
		if err != nil || t == nil {
			return w, err
		}
		return t.wrapped(depth + 1)
	}
	if !w.List {
		err = w.add(c) // before w is returned
		return w, err
	}
	n, err := c.Len()
	w.More = max(0, n-maxWrapped)
	for i := 0; i < min(n, maxWrapped) && err == nil; i++ {
		var e *View
		if e, err = c.At(i); err == nil {
			err = w.add(e)
		}
	}
	return w, err
}

// add appends an error unless it is nil. The View lasts.
func (w *Wrapped) add(v *View) error {
	t, err := v.Target()
	if err != nil || t == nil {
		return err
	}
	kept, err := v.Keep()
	w.Errors = append(w.Errors, kept)
	return err
}

// maxEmbedded bounds how deep a wrapped error is embedded.
const maxEmbedded = 8

// causeNames are the names of fields for what an error wraps, the usual ones first.
var causeNames = []string{"err", "cause", "inner", "wrapped", "errs", "errors", "causes"}

// wrappingField returns the index of the field that holds what the error v wraps, -1 if there is
// none.
func (v *View) wrappingField(list bool) (int, error) {
	var found []int
	fields := v.visit.types.structOf(v.val.Type()).fields
	for i := range fields {
		t := fields[i].Type
		if list {
			if t.Kind() != reflect.Slice {
				continue
			}
			t = t.Elem()
		}
		if !fields[i].Absent && (t.Implements(errorType) || fields[i].Embedded && !list && has(t, wrapsOneType)) {
			found = append(found, i)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	for _, name := range causeNames {
		at := slices.IndexFunc(found, func(i int) bool { return strings.EqualFold(fields[i].Name, name) })
		if at >= 0 {
			return found[at], nil
		}
	}
	if len(found) == 0 {
		return -1, nil
	}
	names := make([]string, len(found))
	for n, i := range found {
		names[n] = "." + fields[i].Name
	}
	return -1, v.typeError("holds more than one error, and which one it wraps only its Unwrap knows: read " + text.List(names, "or"))
}
