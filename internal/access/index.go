package access

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// At is v[key]: an element of a list by its index, counted from the end if negative, or the entry
// of a map. Keys convert to the map's key type as Go assigns constants. Errors: *IndexError,
// *KeyError, *NilError, *TypeError; a *RedactedError for a key that itself looks like a secret, and
// for each key of a map whose keys are hidden, whether it is there or not.
func (v *View) At(key any) (*View, error) {
	t, err := v.into("[…]")
	if err != nil {
		return nil, err
	}
	switch t.Shape() {
	case inspect.List:
		return t.element(key)
	case inspect.Map:
		return t.entry(key)
	case inspect.Struct:
		if name, ok := key.(string); ok {
			return t.promoted(name)
		}
		return nil, &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "is a struct: name one of its fields after a dot"}
	}
	return nil, &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "has no elements"}
}

// element is element key of a list.
func (v *View) element(key any) (*View, error) {
	i, ok := whole(key)
	if !ok {
		return nil, &TypeError{Path: v.Path(), Type: v.val.Type().String(), Why: fmt.Sprintf("is a list: its index is a whole number, not %s", keyText(key))}
	}
	n, err := v.Len()
	if err != nil {
		return nil, err
	}
	at := i
	if at < 0 {
		at += n
	}
	if at < 0 || at >= n {
		return nil, &IndexError{Path: v.Path(), Index: i, Len: n}
	}
	if w := v.window; w != nil {
		at += w.lo
	}
	if err := v.textual(at, 1); err != nil {
		return nil, err
	}
	if err := v.visit.tick(1); err != nil {
		return nil, err
	}
	return v.at(at)
}

// at is element i of a list, of the whole if v is a part.
func (v *View) at(i int) (*View, error) {
	v.pursue()
	var elem inspect.Value
	copied := 0
	// Where an element of an array lies is known without reading anything.
	err := v.read(v.val.Kind() != reflect.Array || v.guarded(), func(val inspect.Value) (err error) {
		if elem, err = val.Index(i); err == nil {
			elem, copied = v.out(elem)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	c := v.newChild(elem, step{kind: stepIndex, index: i})
	c.pick.uncharged += uint32(copied)
	return c, nil
}

// entry is the entry of a map.
func (v *View) entry(key any) (*View, error) {
	if k, live := key.(*View); live {
		var err error
		if key, err = k.key(0); err != nil {
			return nil, err
		}
	}
	elem, copied, ok, err := v.lookup(key)
	if err != nil {
		return nil, err
	}
	if !ok && v.val.MixedKeys() {
		if found, err := v.search(key, true); err != nil || found != nil {
			return found, err
		}
	}
	if !ok {
		return nil, &KeyError{Path: v.Path(), Key: key, Near: v.nearKey(key)}
	}
	s := step{kind: stepLiteral}
	switch k := key.(type) {
	case string:
		s = step{kind: stepKey, name: k}
	case []byte:
		s = step{kind: stepKey, name: string(k)}
	default:
		s.name, _ = literal(key)
	}
	c := v.newChild(elem, s)
	c.boxed = true
	c.pick.uncharged += uint32(copied)
	return c, nil
}

// lookup finds the entry of a map; copied is how many bytes of it were copied.
func (v *View) lookup(key any) (elem inspect.Value, copied int, ok bool, err error) {
	if v.window != nil {
		return elem, 0, false, &TypeError{Path: v.Path(), Type: v.val.Type().String(), Why: "is a part of a map, which has an order but no keys: look the key up in the whole map"}
	}
	switch k := key.(type) {
	case *Redacted:
		return elem, 0, false, &RedactedError{Path: k.Path}
	case []byte:
		key = string(k)
	}
	if redact.LooksSecret(key) {
		return elem, 0, false, &RedactedError{}
	}
	if v.hidesKeys() {
		return elem, 0, false, &RedactedError{Path: v.Path(), Keys: true}
	}
	if err := v.visit.tick(1); err != nil {
		return elem, 0, false, err
	}
	if v.val.Kind() != reflect.Map {
		// A sync.Map is searched: its keys are of any types, some of which may be hidden.
		return elem, 0, false, nil
	}
	err = v.read(true, func(val inspect.Value) (err error) {
		if elem, ok, err = val.Lookup(key); ok && err == nil {
			elem, copied = v.out(elem)
		}
		return err
	})
	switch {
	case errors.Is(err, inspect.ErrKey):
		return elem, 0, false, &TypeError{Path: v.Path(), Type: inspect.TypeName(v.val.Type()), Why: "has no such keys: " + err.Error()}
	case err != nil:
		return elem, 0, false, fmt.Errorf("%s: %w", place(v.Path(), v.val.Type().String()), err)
	}
	return elem, copied, ok, nil
}

// search finds the entry of a map whose keys are interfaces by a walk, where the key that equals
// this one may be of another type; nil if there is none. It is an error if only one is wanted and
// several are equal, none of them of the very type. A key that is hidden, or has a hidden part,
// equals nothing.
func (v *View) search(key any, one bool) (found *View, err error) {
	if v.window != nil {
		return nil, nil
	}
	err = v.Each(func(k, elem *View) (bool, error) {
		same, err := k.val.Holds(key)
		if err != nil || !same || k.conceals() {
			return true, nil // a key that cannot be read is no match
		}
		if content, err := k.val.Elem(); err == nil && content.Type() == reflect.TypeOf(key) {
			found, err = elem.Keep()
			return false, err
		}
		if found != nil {
			return false, &TypeError{Path: v.Path(), Type: inspect.TypeName(v.val.Type()), Why: "has several keys that equal " + keyText(key) + ", of different types: name one by a condition, as in find(m, #key …)"}
		}
		found, err = elem.Keep()
		return one, err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// key is a live value as a key to look up: plain, or a struct as a map of its fields, an array as a
// list, a pointer as itself where that is certain.
func (v *View) key(depth int) (any, error) {
	if x, ok, err := v.Plain(); ok || err != nil {
		if r, hidden := x.(*Redacted); hidden {
			return nil, &RedactedError{Path: r.Path}
		}
		return x, err
	}
	if v.Shape() == inspect.Scalar {
		n, err := v.Len()
		if err != nil {
			return nil, err
		}
		return nil, v.tooLong(n, "for a key: take a part, as in x[0:1000]")
	}
	no := &TypeError{Path: v.Path(), Type: v.val.Type().String(), Why: "cannot be a key to look up"}
	if depth > 20 {
		return nil, no
	}
	switch v.val.Kind() {
	case reflect.Pointer:
		e, err := v.hop()
		if err != nil || e == nil {
			return nil, err
		}
		if p, ok := e.val.Pointer(); ok {
			return p, nil
		}
	case reflect.Interface:
		e, err := v.hop()
		if err != nil || e == nil {
			return nil, err
		}
		return e.key(depth + 1)
	case reflect.Struct:
		m := map[string]any{}
		for _, f := range v.val.Fields() {
			e, err := v.Member(f.Name)
			if err != nil {
				return nil, err
			}
			if m[f.Name], err = e.key(depth + 1); err != nil {
				return nil, err
			}
		}
		return m, nil
	case reflect.Array:
		n, err := v.Len()
		if err != nil {
			return nil, err
		}
		xs := make([]any, n)
		for i := range xs {
			e, err := v.at(i)
			if err != nil {
				return nil, err
			}
			if xs[i], err = e.key(depth + 1); err != nil {
				return nil, err
			}
		}
		return xs, nil
	}
	return nil, no
}

// hidesKeys reports whether keys of the map v may be hidden.
func (v *View) hidesKeys() bool {
	v.decide()
	t := reflect.TypeFor[any]() // of a sync.Map
	if m := v.val.Type(); m.Kind() == reflect.Map {
		t = m.Key()
	}
	return redact.HidesKeys(v.tells, t)
}

// conceals reports whether the key v is hidden or has a hidden part. The Meter is not told: what it
// costs would tell that the key was met.
func (v *View) conceals() bool {
	v.decide()
	return v.hidden || redact.HoldsSecret(v.val, v.tells)
}

// Has is key in v: whether a map has the key, or a struct the field. Of a list it is a *TypeError.
func (v *View) Has(key any) (bool, error) {
	t, err := v.into("keys")
	if err != nil {
		return false, err
	}
	switch t.Shape() {
	case inspect.Map:
		if k, live := key.(*View); live {
			if key, err = k.key(0); err != nil {
				return false, err
			}
		}
		_, _, ok, err := t.lookup(key)
		if err == nil && !ok && t.val.MixedKeys() {
			found, err := t.search(key, false)
			return found != nil, err
		}
		return ok, err
	case inspect.Struct:
		name, _ := key.(string)
		index, ok := t.val.FindField(name)
		at := t.val.Type()
		for _, i := range index {
			at = kind.Deref(at)
			if structOf(at).fields[i].Absent {
				return false, nil
			}
			at = structOf(at).fields[i].Type
		}
		return ok, nil
	}
	return false, &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "has no keys"}
}

// Window is v[lo:hi] of a list, string or bytes, and of a map in the order of its walk. As in
// expressions, negative bounds count from the end, and bounds beyond it are brought in. Indexes of
// a window count from its beginning; paths are those of the whole.
func (v *View) Window(lo, hi int) (*View, error) {
	t, err := v.into("[:]")
	if err != nil {
		return nil, err
	}
	if s := t.Shape(); s != inspect.List && s != inspect.Map && !kind.IsText(t.val.Type()) {
		return nil, &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "has no parts"}
	}
	n, err := t.Len()
	if err != nil {
		return nil, err
	}
	bound := func(i int) int {
		if i < 0 {
			i += n
		}
		return min(max(i, 0), n)
	}
	lo, hi = bound(lo), bound(hi)
	w := &window{lo, max(lo, hi)}
	from := t
	if t.window != nil {
		w.lo, w.hi = w.lo+t.window.lo, w.hi+t.window.lo
		from = t.up
	}
	c := from.newChild(from.val, step{kind: stepWindow})
	c.window, c.boxed = w, from.boxed
	return c, nil
}

const (
	// maxScan is how many keys are looked at for one that is near to a missing one.
	maxScan = 2000
	// maxMisses is how often that is done in one Visit.
	maxMisses = 4
)

// nearKey is the key of a map that was probably meant by one that it does not have.
func (v *View) nearKey(key any) string {
	name, ok := key.(string)
	if v.visit.misses++; !ok || v.visit.misses > maxMisses {
		return ""
	}
	var names []string
	n := 0
	err := v.Each(func(key, _ *View) (bool, error) {
		if x, ok, err := key.Plain(); ok && err == nil {
			if s, ok := x.(string); ok && len(s) <= text.MaxNear && secret.ByName(s) == 0 {
				names = append(names, s)
			}
		}
		n++
		return n < maxScan, nil
	})
	if err != nil {
		return ""
	}
	return text.Near(name, names)
}

// whole is key as an index.
func whole(key any) (int, bool) {
	switch k := key.(type) {
	case int:
		return k, true
	case int64:
		return int(k), int64(int(k)) == k
	case uint64:
		return int(k), k <= math.MaxInt
	case float64:
		return int(k), k == math.Trunc(k) && math.Abs(k) < 1<<53
	case *View:
		if x, ok, err := k.Plain(); ok && err == nil {
			if _, nested := x.(*View); !nested {
				return whole(x)
			}
		}
	}
	return 0, false
}

// maxKeyText is how much of a key keyText shows, in bytes.
const maxKeyText = 64

// keyText returns key for an error: as one types it, or else its type.
func keyText(key any) string {
	if s, ok := key.(string); ok && len(s) > maxKeyText {
		return strconv.Quote(s[:maxKeyText]) + "…"
	}
	if lit, ok := literal(key); ok {
		return lit
	}
	return fmt.Sprintf("a %T", key)
}
