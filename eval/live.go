package eval

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// load turns what a place of live memory holds into a value to compute with: a scalar becomes
// plain, also behind a pointer; a composite stays live. What is not a View is itself.
//
// A nil pointer, interface, chan or func is nil. A nil list or map stays live, because it is an
// empty collection too; isNil knows it.
func (f *frame) load(x any) (any, error) {
	v, ok := x.(*access.View)
	if !ok {
		return x, nil
	}
	plain, ok, err := v.Plain()
	if err != nil {
		return nil, err
	}
	if ok {
		if plain == nil {
			if _, shape, err := resolve(v); err == nil && (shape == inspect.List || shape == inspect.Map) {
				return v, nil
			}
		}
		return plain, nil
	}
	switch v.Shape() {
	case inspect.Pointer, inspect.Interface, inspect.Struct:
	default:
		return v, nil
	}
	target, err := v.Target()
	if err != nil || target == nil {
		return nil, err
	}
	if target.Shape() == inspect.Struct {
		// It may have a lens that shows a scalar. One that fails says so where it is looked through.
		if shown, err := target.Resolve(); err == nil && shown != nil {
			target = shown
		}
	}
	if target.Shape() != inspect.Scalar {
		return v, nil
	}
	return f.load(target)
}

func isCollection(v *access.View) bool {
	shape := v.Shape()
	return shape == inspect.List || shape == inspect.Map
}

// isNil reports whether x == nil. Pointers are looked through here too: one to a nil map is nil.
func isNil(x any) (bool, error) {
	v, ok := x.(*access.View)
	if !ok {
		return x == nil, nil
	}
	target, shape, err := resolve(v)
	if err != nil || shape == inspect.Nil {
		return err == nil, err
	}
	if shape != inspect.List && shape != inspect.Map {
		return false, nil
	}
	return target.Value().IsNil()
}

// hold turns x into something that may be kept beyond the step in which it was reached: a scalar
// becomes plain, a lent View is copied out. Every place that stores a value calls it.
func (f *frame) hold(x any) (any, error) {
	x, err := f.load(x)
	if err != nil {
		return nil, err
	}
	size := wordsKept
	switch x := x.(type) {
	case *access.View:
		if err := f.m.Keep(size); err != nil {
			return nil, err
		}
		return x.Keep()
	case string:
		size += len(x)
	}
	return x, f.m.Keep(size)
}

// wordsKept is what one element of a list costs: the interface and what it points to.
const wordsKept = 24

// resolve follows pointers and interfaces to the object itself; nil for nil.
func resolve(v *access.View) (*access.View, inspect.Shape, error) {
	target, err := v.Resolve()
	if err != nil || target == nil {
		return nil, inspect.Nil, err
	}
	return target, target.Shape(), nil
}

// eachView walks a live list or map.
func (f *frame) eachView(v *access.View, unlocked bool, each yield) error {
	target, shape, err := resolve(v)
	switch {
	case err != nil:
		return err
	case shape == inspect.Nil:
		return notCollection(nil)
	case shape != inspect.List && shape != inspect.Map:
		return notCollection(v)
	}
	walk := target.Each
	if unlocked {
		walk = target.EachUnlocked
	}
	index := 0
	return walk(func(key, elem *access.View) (bool, error) {
		var k any = unkeyed
		if key != nil {
			k = key
		}
		index++
		return each(index-1, k, elem)
	})
}

// viewBytes returns the content of a []byte, [n]byte or string that is live; ok is false for others.
func (f *frame) viewBytes(v *access.View) (b []byte, ok bool, err error) {
	target, shape, err := resolve(v)
	if err != nil || shape != inspect.List {
		return nil, false, err
	}
	if t := target.Value().Type(); t == nil || !isByteList(t) {
		return nil, false, nil
	}
	n, err := target.Len()
	if err != nil {
		return nil, false, err
	}
	if err := f.text(n); err != nil {
		return nil, false, err
	}
	b, _, err = target.Bytes(0, n)
	return b, true, err
}

// isString reports whether x is a string of the application, or leads to one.
func isString(x any) bool {
	v, ok := x.(*access.View)
	if !ok {
		return false
	}
	target, shape, err := resolve(v)
	return err == nil && shape == inspect.Scalar && target.Value().Type().Kind() == reflect.String
}
