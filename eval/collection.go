package eval

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
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
	case map[string]any:
		keys, err := f.sortedNames(x)
		if err != nil {
			return err
		}
		for i, key := range keys {
			if err := f.m.tick(1); err != nil {
				return err
			}
			if more, err := each(i, key, x[key.(string)]); err != nil || !more {
				return err
			}
		}
		return nil
	case *anyMap:
		for i, key := range x.keys {
			if err := f.m.tick(1); err != nil {
				return err
			}
			if more, err := each(i, key, x.values[i]); err != nil || !more {
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
	case *access.View:
		return f.eachView(x, apart, each)
	}
	return notCollection(x)
}

func notCollection(x any) error {
	if err := refuse(x); err != nil {
		return err
	}
	e := fault.New("type", "%s is not a list or a map", kind(x))
	switch x := x.(type) {
	case nil:
		return e.With("give a default with ??, as in xs ?? []")
	case string:
		return e.With(`split it with split(s, "")`)
	case *access.View:
		if _, shape, err := resolve(x); err == nil && shape == inspect.Struct {
			return e.With("name one of its fields: dir(x) lists them")
		}
	}
	return e
}

// sortedNames returns the keys of a plain map, sorted.
func (f *frame) sortedNames(m map[string]any) ([]any, error) {
	var names []any
	for name := range m {
		if err := f.m.tick(1); err != nil {
			return nil, err
		}
		if err := f.m.Keep(wordsKept); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return f.sorted(names, names, f.sortOrder)
}

// length is len(x).
func (f *frame) length(x any) (int, error) {
	switch x := x.(type) {
	case []any:
		return len(x), nil
	case map[string]any:
		return len(x), nil
	case *anyMap:
		return len(x.keys), nil
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
	case *access.View:
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
