package access

import (
	"fmt"
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
)

// At returns v[key]: an element of a list by its index, which counts from the end if it is
// negative, or the entry of a map. Keys convert to the map's key type as Go assigns constants.
// Errors are *IndexError, *KeyError, *NilError, *TypeError; and *RedactedError for a key that
// itself looks like a secret, and for every key of a map whose keys are hidden, whether the map has
// it or not.
func (v *View) At(key any) (*View, error) {
	t, err := v.resolveFor("[…]")
	if err != nil {
		return nil, err
	}
	if k, ok := key.(TypedKey); ok && t.Shape() != inspect.Map {
		key = k.Key
	}
	switch t.Shape() {
	case inspect.List:
		return listView{t}.element(key)
	case inspect.Map:
		return mapView{t}.entry(key)
	}
	if name, ok := key.(string); ok && t.hasFields() {
		return structView{t}.field(name)
	}
	if t.Shape() == inspect.Struct {
		return nil, t.typeError("is a struct: name one of its fields after a dot")
	}
	return nil, t.typeError("has no elements")
}

// listView is the View of a list.
type listView struct{ *View }

// element returns the element with the index key.
func (l listView) element(key any) (*View, error) {
	i, ok := toIndex(key)
	if !ok {
		return nil, l.typeError(fmt.Sprintf("is a list: its index is a whole number, not %s", literal.Describe(key)))
	}
	n, err := l.Len()
	if err != nil {
		return nil, err
	}
	at := i
	if at < 0 {
		at += n
	}
	if at < 0 || at >= n {
		return nil, &IndexError{Path: l.Path(), Index: i, Len: n}
	}
	if w := l.window; w != nil {
		at += w.lo
	}
	if err := textView(l).checkAt(at, 1); err != nil {
		return nil, err
	}
	if err := l.visit.meter.read(1); err != nil {
		return nil, err
	}
	elem, err := l.at(at)
	if err != nil {
		// The list may have become shorter since its length was asked for.
		if n, lenErr := l.val.Len(); lenErr == nil && at >= n {
			return nil, &IndexError{Path: l.Path(), Index: i, Len: n}
		}
	}
	return elem, err
}

// at returns element i; of the whole list, if l is a part.
func (l listView) at(i int) (*View, error) {
	l.markUsed()
	var elem inspect.Value
	copied, p := 0, place{step: stepIndex, index: i}
	// Where an element of an array lies is known without reading anything.
	err := l.read(l.val.Kind() != reflect.Array || l.hasGuard(), func(val inspect.Value) (err error) {
		if elem, err = val.Index(i); err == nil {
			elem, copied = l.detachOne(elem, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	c := l.newChild(elem, p)
	c.pick.uncharged += uint32(copied)
	return c, nil
}

// toIndex returns key as an index.
func toIndex(key any) (int, bool) {
	switch k := key.(type) {
	case int:
		return k, true
	case int64:
		return int(k), int64(int(k)) == k
	case uint64:
		return int(k), k <= math.MaxInt
	case float32:
		return toIndex(float64(k))
	case float64:
		return int(k), k == math.Trunc(k) && math.Abs(k) < 1<<53
	case *View:
		if x, ok, err := k.Plain(); ok && err == nil {
			if _, nested := x.(*View); !nested {
				return toIndex(x)
			}
		}
	}
	return 0, false
}

// Has reports whether a map has the key, or a struct the field. For a list it returns a *TypeError.
func (v *View) Has(key any) (bool, error) {
	t, err := v.resolveFor("keys")
	if err != nil {
		return false, err
	}
	switch t.Shape() {
	case inspect.Map:
		return mapView{t}.has(key)
	case inspect.Struct:
		if k, ok := key.(TypedKey); ok {
			key = k.Key
		}
		name, _ := key.(string)
		return structView{t}.hasField(name)
	}
	return false, t.typeError("has no keys")
}

// PartType returns the type of a part of an array, which is a slice in Go. It is nil for any other
// View: the part of a slice or string is of the same type as the whole.
func (v *View) PartType() reflect.Type {
	if t := v.val.Type(); v.step == stepWindow && t.Kind() == reflect.Array {
		return reflect.SliceOf(t.Elem())
	}
	return nil
}

// Window returns v[lo:hi] of a list, string or bytes, and of a map in the order of its walk. As in
// expressions, negative bounds count from the end, and bounds outside v are moved inside. Indexes
// of a window count from its beginning; paths are those of the whole.
func (v *View) Window(lo, hi int) (*View, error) {
	t, err := v.resolveFor("[:]")
	if err != nil {
		return nil, err
	}
	if s := t.Shape(); s != inspect.List && s != inspect.Map && !kind.IsText(t.val.Type()) {
		return nil, t.typeError("has no parts")
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
	whole := t
	if t.window != nil {
		w.lo, w.hi = w.lo+t.window.lo, w.hi+t.window.lo
		whole = t.up
	}
	return whole.newChild(whole.val, place{step: stepWindow, window: w}), nil
}
