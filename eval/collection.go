package eval

import (
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/registry"
)

// each walks any collection: the elements of a list in order, the values of a plain map by sorted
// keys, those of a live map in the order of its walk. It ticks for each element.
func (f *frame) each(x any, apart bool, each yield) error {
	switch x := x.(type) {
	case []any:
		for i, elem := range x {
			if err := f.m.tick(1); err != nil {
				return err
			}
			if more, err := each(i, unkeyed, elem); err != nil || !more {
				return err
			}
		}
		return nil
	case ints:
		return x.each(f, each)
	case *pipe:
		return x.walk(f, apart, each)
	case map[string]any, map[any]any:
		keys, err := f.sortedKeys(x)
		if err != nil {
			return err
		}
		for i, key := range keys {
			if err := f.m.tick(1); err != nil {
				return err
			}
			elem, _ := entry(x, key)
			if more, err := each(i, key, elem); err != nil || !more {
				return err
			}
		}
		return nil
	case []byte:
		for i, b := range x {
			if err := f.m.tick(1); err != nil {
				return err
			}
			if more, err := each(i, unkeyed, int(b)); err != nil || !more {
				return err
			}
		}
		return nil
	case *snapshot:
		return x.each(f, each)
	case namespace:
		return x.each(f, each)
	case *registry.View:
		return f.eachView(x, apart, each)
	}
	return notCollection(x)
}

func notCollection(x any) error {
	if err := refuse(x); err != nil {
		return err
	}
	e := fault("type", "%s is not a list or a map", kind(x))
	switch x := x.(type) {
	case nil:
		return e.with("give a default with ??, as in xs ?? []")
	case string:
		return e.with(`split it with split(s, "")`)
	case *registry.View:
		if _, shape, err := resolve(x); err == nil && shape == inspect.Struct {
			return e.with("name one of its fields: dir(x) lists them")
		}
	}
	return e
}

// entry returns the value of a plain map at a key; numbers are equal across their widths.
func entry(m, key any) (any, bool) {
	switch m := m.(type) {
	case map[string]any:
		if s, ok := key.(string); ok {
			x, ok := m[s]
			return x, ok
		}
	case map[any]any:
		k, err := mapKey(key)
		if err != nil {
			return nil, false
		}
		x, ok := m[k]
		return x, ok
	}
	return nil, false
}

// sortedKeys returns the keys of a plain map in the order of its walk: numbers before strings
// before the rest, each by value.
func (f *frame) sortedKeys(m any) ([]any, error) {
	var keys []any
	add := func(k any) error {
		keys = append(keys, k)
		if err := f.m.tick(1); err != nil {
			return err
		}
		return f.m.Keep(wordsKept)
	}
	switch m := m.(type) {
	case map[string]any:
		for k := range m {
			if err := add(k); err != nil {
				return nil, err
			}
		}
	case map[any]any:
		for k := range m {
			if err := add(k); err != nil {
				return nil, err
			}
		}
	}
	return f.sorted(keys, keys, keyOrder)
}

// length is len(x).
func (f *frame) length(x any) (int, error) {
	switch x := x.(type) {
	case []any:
		return len(x), nil
	case map[string]any:
		return len(x), nil
	case map[any]any:
		return len(x), nil
	case []byte:
		return len(x), nil
	case ints:
		return x.len()
	case *snapshot:
		return x.node.Len, nil
	case namespace:
		return len(x.exposed), nil
	case *pipe:
		n := 0
		err := x.walk(f, false, func(int, any, any) (bool, error) { n++; return true, nil })
		return n, err
	case *registry.View:
		target, shape, err := resolve(x)
		if err != nil {
			return 0, err
		}
		switch shape {
		case inspect.List, inspect.Map, inspect.Chan:
			return target.Len()
		}
	}
	return 0, notCollection(x)
}

// list collects a collection into a list that lasts.
func (f *frame) list(x any) ([]any, error) {
	if xs, ok := x.([]any); ok {
		return xs, nil
	}
	var xs []any
	err := f.each(x, false, func(_ int, _, elem any) (bool, error) {
		elem, err := f.hold(elem)
		xs = append(xs, elem)
		return true, err
	})
	if xs == nil {
		xs = []any{}
	}
	return xs, err
}
