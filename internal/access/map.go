package access

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// mapView is the View of a map, a sync.Map included.
type mapView struct{ *View }

// TypedKey is a key to look up whose Go type is known, as [inspect.TypeName] has it. Where keys of
// several types may be equal, the key of that type is found first; if Only is set, no other is.
type TypedKey struct {
	Key  any
	Type string
	Only bool
}

// entry returns the entry under key, which may be a *View or a TypedKey.
func (m mapView) entry(key any) (*View, error) {
	k, err := m.plainKey(key)
	if err != nil {
		return nil, err
	}
	elem, copied, ok, err := m.lookup(k.Key)
	if err != nil {
		return nil, err
	}
	if m.wants(k, &ok) {
		if found, err := m.search(k, true); err != nil || found != nil {
			return found, err
		}
	}
	key = k.Key
	if !ok {
		e := &KeyError{Path: m.Path(), Key: key, Near: m.nearKey(key)}
		if k.Only {
			e.Type = k.Type
		}
		return nil, e
	}
	c := m.newChild(elem, placeOf(key))
	c.boxed = true
	c.pick.uncharged += uint32(copied)
	return c, nil
}

// placeOf returns where the entry of a plain key lies in a map.
func placeOf(key any) place {
	switch k := key.(type) {
	case string:
		return place{step: stepKey, name: k}
	case []byte:
		return place{step: stepKey, name: string(k)}
	}
	name, _ := literal.Of(key)
	return place{step: stepLiteral, name: name}
}

// has reports whether the map has key, which may be a *View or a TypedKey.
func (m mapView) has(key any) (bool, error) {
	k, err := m.plainKey(key)
	if err != nil {
		return false, err
	}
	_, _, ok, err := m.lookup(k.Key)
	if err == nil && m.wants(k, &ok) {
		found, err := m.search(k, false)
		return found != nil, err
	}
	return ok, err
}

// wants reports whether k has to be searched for, after a look-up has found an entry or not. What it
// found does not count if it is of another type than k.
func (m mapView) wants(k TypedKey, found *bool) bool {
	mixed := m.val.MixedKeys()
	if mixed && *found && k.Type != "" && k.Key != nil && inspect.TypeName(reflect.TypeOf(k.Key)) != k.Type {
		*found = false
	}
	return !*found && (mixed || isTime(k.Key))
}

// isTime reports whether a key is a time. Two times of one moment may be different keys: they may
// have different zones, and one may have the reading of a clock. The moment is looked for.
func isTime(key any) bool {
	_, ok := key.(time.Time)
	return ok
}

// lookup finds the entry under a plain key, and returns how many bytes of it were copied.
func (m mapView) lookup(key any) (elem inspect.Value, copied int, ok bool, err error) {
	if m.window != nil {
		return elem, 0, false, m.typeError("is a part of a map, which has an order but no keys: look the key up in the whole map")
	}
	switch k := key.(type) {
	case *Redacted:
		return elem, 0, false, &RedactedError{Path: k.Path}
	case []byte:
		if m.keyType().Kind() != reflect.Array {
			key = string(k)
		}
	}
	if redact.LooksSecret(key) {
		return elem, 0, false, &RedactedError{}
	}
	if m.hidesKeys() {
		return elem, 0, false, &RedactedError{Path: m.Path(), Keys: true}
	}
	if err := m.visit.meter.read(1); err != nil {
		return elem, 0, false, err
	}
	if m.val.Kind() != reflect.Map {
		// A sync.Map is searched: its keys are of any types, some of which may be hidden.
		return elem, 0, false, nil
	}
	err = m.read(true, func(val inspect.Value) (err error) {
		if elem, ok, err = val.Lookup(key); ok && err == nil {
			elem, copied = m.detachOne(elem, placeOf(key))
		}
		return err
	})
	switch {
	case errors.Is(err, inspect.ErrKey):
		return elem, 0, false, &TypeError{Path: m.Path(), Type: inspect.TypeName(m.val.Type()), Why: "has no such keys: " + err.Error()}
	case err != nil:
		return elem, 0, false, fmt.Errorf("%s: %w", orType(m.Path(), inspect.TypeName(m.val.Type())), err)
	}
	return elem, copied, ok, nil
}

// search walks a map whose keys are interfaces for the entry whose key equals k; nil if there is
// none. A key of the type of k is found first, and one of another type if k allows it. If one is set,
// it is an error that several keys are equal and none of them is of that type. A key that is hidden,
// or has a hidden part, equals nothing.
func (m mapView) search(k TypedKey, one bool) (found *View, err error) {
	if m.window != nil {
		return nil, nil
	}
	want := k.Type
	if t := reflect.TypeOf(k.Key); want == "" && t != nil {
		want = inspect.TypeName(t)
	}
	first := ""       // the type of the key that was found
	var several error // keys of other types equal k
	err = m.Each(func(key, elem *View) (bool, error) {
		same, err := key.val.Holds(k.Key)
		if err != nil || !same || m.hidesKey(key) {
			return true, nil // a key that cannot be read is no match
		}
		t := typeOfKey(key)
		switch {
		case t == want:
			several = nil
			found, err = elem.Keep()
			return false, err
		case k.Only, several != nil:
			return true, nil
		case found != nil && one:
			several = m.severalKeys(k.Key, first, t)
			return true, nil
		case found != nil:
			return true, nil
		}
		first = t
		found, err = elem.Keep()
		return one || k.Type != "", err
	})
	if err == nil {
		err = several
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// severalKeys is the error that key equals several keys. a and b are the types of two.
func (m mapView) severalKeys(key any, a, b string) error {
	lit := literal.Describe(key)
	why := "has several keys that equal " + lit
	switch {
	case isTime(key):
		why += ", in different zones: filter(m, #key == " + lit + ") has them all"
	case a != b:
		why += fmt.Sprintf(", of different types: name one by its type, as in m[%s(%s)]", min(a, b), lit)
	default:
		why += ": name one by a condition, as in find(m, #key …)"
	}
	return &TypeError{Path: m.Path(), Type: inspect.TypeName(m.val.Type()), Why: why}
}

// typeOfKey names the type of a key, or of what an interface holds as one.
func typeOfKey(k *View) string {
	if content, err := k.val.Elem(); err == nil && content.IsValid() {
		return inspect.TypeName(content.Type())
	}
	return inspect.TypeName(k.val.Type())
}

// hidesKeys reports whether keys of the map may be hidden.
func (m mapView) hidesKeys() bool {
	m.decide()
	return redact.HidesKeys(m.secrets, m.keyType())
}

// keyType is the type of the keys: any for a sync.Map.
func (m mapView) keyType() reflect.Type {
	if t := m.val.Type(); t.Kind() == reflect.Map {
		return t.Key()
	}
	return reflect.TypeFor[any]()
}

// hidesKey reports whether key, which a walk met, is hidden or has a hidden part. The Meter is not
// told: the cost would tell that the walk met the key.
func (m mapView) hidesKey(key *View) bool {
	key.decide()
	return key.hidden || redact.HoldsSecret(key.val, key.secrets)
}

const (
	// maxNearKeys bounds the keys that are compared with a missing one.
	maxNearKeys = 2000
	// maxMisses bounds how often that is done in one Visit.
	maxMisses = 4
)

// nearKey returns the key that was probably meant by key, which the map does not have; "" if none
// is near.
func (m mapView) nearKey(key any) string {
	name, ok := key.(string)
	if m.visit.misses++; !ok || m.visit.misses > maxMisses {
		return ""
	}
	var names []string
	n := 0
	err := m.Each(func(key, _ *View) (bool, error) {
		if x, ok, err := key.Plain(); ok && err == nil {
			if s, ok := x.(string); ok && len(s) <= text.MaxNear && secret.ByName(s) == 0 {
				names = append(names, s)
			}
		}
		n++
		return n < maxNearKeys, nil
	})
	if err != nil {
		return ""
	}
	if near := text.Near(name, names); near != "" {
		return near
	}
	return onlyLonger(name, names)
}

// onlyLonger returns the one of names that goes on behind name with a sign, as server.go does behind
// server; "" if none or several do.
func onlyLonger(name string, names []string) (longer string) {
	for _, n := range names {
		rest, ok := strings.CutPrefix(n, name)
		if r, _ := utf8.DecodeRuneInString(rest); !ok || rest == "" || name == "" || unicode.IsLetter(r) || unicode.IsDigit(r) {
			continue
		}
		if longer != "" {
			return ""
		}
		longer = n
	}
	return longer
}

// maxKeyDepth bounds how deep a live key is read.
const maxKeyDepth = 20

// plainKey is the function plainKey for a key of m, which may be the name of a constant.
func (m mapView) plainKey(key any) (k TypedKey, err error) {
	if k, err = plainKey(key); err == nil {
		k.Key, err = m.constant(k.Key)
	}
	return k, err
}

// plainKey returns key for a lookup: a *View as the plain value that it leads to, with its type.
func plainKey(key any) (TypedKey, error) {
	switch key := key.(type) {
	case *View:
		x, err := liveKey(key, 0)
		k := TypedKey{Key: x}
		if content, failed := key.Content(); err == nil && failed == nil && content != nil && content.Shape() == inspect.Scalar {
			k.Type = inspect.TypeName(content.val.Type())
		}
		return k, err
	case TypedKey:
		return key, nil
	case TypedNil:
		return TypedKey{Key: key.key()}, nil
	}
	return TypedKey{Key: key}, nil
}

// liveKey returns v as a key to look up: as a plain value, a struct as a map of its fields, an
// array as a list, or a pointer as itself if it is solid.
func liveKey(v *View, depth int) (any, error) {
	if x, ok, err := v.Plain(); ok || err != nil {
		if r, hidden := x.(*Redacted); hidden {
			return nil, &RedactedError{Path: r.Path}
		}
		if typed, ok := x.(TypedNil); ok {
			return typed.key(), nil
		}
		return x, err
	}
	if v.Shape() == inspect.Scalar {
		n, err := v.Len()
		if err != nil {
			return nil, err
		}
		return nil, textView{v}.tooLong(n, "for a key: take a part, as in x[0:1000]")
	}
	no := v.typeError("cannot be a key to look up")
	if depth > maxKeyDepth {
		return nil, no
	}
	switch v.val.Kind() {
	case reflect.Pointer:
		e, err := v.deref()
		if err != nil || e == nil {
			return nil, err
		}
		if p, ok := e.val.Pointer(); ok {
			return p, nil
		}
	case reflect.Interface:
		e, err := v.deref()
		if err != nil || e == nil {
			return nil, err
		}
		return liveKey(e, depth+1)
	case reflect.Struct:
		fields := map[string]any{}
		for _, f := range v.val.Fields() {
			e, err := v.Member(f.Name)
			if err != nil {
				return nil, err
			}
			if fields[f.Name], err = liveKey(e, depth+1); err != nil {
				return nil, err
			}
		}
		return fields, nil
	case reflect.Array:
		n, err := v.Len()
		if err != nil {
			return nil, err
		}
		list := make([]any, n)
		for i := range list {
			e, err := listView{v}.at(i)
			if err != nil {
				return nil, err
			}
			if list[i], err = liveKey(e, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return nil, no
}
