package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// An untoldKey is all that decides which strings of a value are hidden, but for what they hold.
type untoldKey struct {
	policy  *policy
	typ     reflect.Type
	hidden  bool
	secrets secret.Kinds
	hide    pattern.Trail
}

// untold says which strings in v's own memory [inspect.Value.Keep] must not copy, as the Meter would
// tell how long they are: those that policy hides, and those that look like secrets.
func (v *View) untold() *inspect.Untold {
	v.decide()
	key := untoldKey{v.policy, v.val.Type(), v.hidden, v.secrets, v.hide}
	if known, ok := v.visit.untold[key]; ok {
		return known
	}
	left := inspect.MaxStrings // Keep copies no more
	u := &inspect.Untold{At: v.addUntold(nil, 0, &left), Secret: secret.In, StandIn: standIn}
	if v.visit.untold == nil {
		v.visit.untold = map[untoldKey]*inspect.Untold{}
	}
	v.visit.untold[key] = u
	return u
}

// standIn is a text that looks like a secret.
const standIn = "Bearer 0000000000000000000000000000000"

// addUntold adds where hidden strings lie in v, which lies off bytes into the value that is kept.
// left is how many strings may still be looked at.
func (v *View) addUntold(at []uintptr, off uintptr, left *int) []uintptr {
	v.decide()
	t := v.val.Type()
	switch t.Kind() {
	case reflect.String:
		if *left--; v.hidden {
			at = append(at, off)
		}
	case reflect.Struct:
		for i := 0; i < t.NumField() && *left > 0; i++ {
			f := t.Field(i)
			if known := &v.visit.types.structOf(t).fields[i]; known.Absent {
				at = addStrings(at, f.Type, off+f.Offset, left)
			} else if hasStrings(f.Type) {
				var field View
				v.initChild(&field, v.val.Field(i), place{step: stepField, index: i, name: known.Name})
				at = field.addUntold(at, off+f.Offset, left)
			}
		}
	case reflect.Array:
		for i := 0; hasStrings(t) && i < t.Len() && *left > 0; i++ {
			e, err := v.val.Index(i)
			if err != nil {
				break
			}
			var elem View
			v.initChild(&elem, e, place{step: stepIndex, index: i})
			at = elem.addUntold(at, off+uintptr(i)*t.Elem().Size(), left)
		}
	}
	return at
}

// addStrings adds where strings lie in a value of type t.
func addStrings(at []uintptr, t reflect.Type, off uintptr, left *int) []uintptr {
	switch t.Kind() {
	case reflect.String:
		*left--
		at = append(at, off)
	case reflect.Struct:
		for i := 0; i < t.NumField() && *left > 0; i++ {
			at = addStrings(at, t.Field(i).Type, off+t.Field(i).Offset, left)
		}
	case reflect.Array:
		for i := 0; hasStrings(t) && i < t.Len() && *left > 0; i++ {
			at = addStrings(at, t.Elem(), off+uintptr(i)*t.Elem().Size(), left)
		}
	}
	return at
}

// hasStrings reports whether a value of type t holds a string in its own memory.
func hasStrings(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if hasStrings(t.Field(i).Type) {
				return true
			}
		}
	case reflect.Array:
		return t.Len() > 0 && hasStrings(t.Elem())
	}
	return false
}
