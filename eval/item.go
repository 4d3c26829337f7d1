package eval

import (
	"fmt"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/internal/text"
)

// member is x.name, or x["name"]: a field of a struct or an entry of a map.
// The answer is not loaded: it may be the View of a scalar.
func (f *frame) member(x any, name string) (any, error) {
	switch x := x.(type) {
	case *access.View:
		v, err := x.Member(name)
		if err != nil {
			return nil, err
		}
		return v, nil
	case map[string]any:
		if err := f.hashed(name); err != nil {
			return nil, err
		}
		if y, ok := x[name]; ok {
			return y, nil
		}
		return nil, f.noKey(x, name)
	case *anyMap:
		return f.item(x, name)
	case *snapshot:
		return x.member(name)
	case namespace:
		return x.member(f, name)
	case nil:
		return nil, fault.New("nil", "nil has no %s", name).With("write ?.%s to get nil then", name)
	}
	if err := refuse(x); err != nil {
		return nil, err
	}
	e := fault.New("no_field", "%s has no field %s", kind(x), quoted(name))
	if hasMethod(x, name) {
		return nil, e.With("it is a method: write %s()", name)
	}
	return nil, e
}

// item is x[key]: an element of a list by its position, from the end if negative, or of a map by
// its key. The answer is not loaded.
func (f *frame) item(x, key any) (any, error) {
	if err := refuse(x, key); err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case *access.View:
		v, err := x.At(key)
		if err != nil {
			return nil, err
		}
		return v, nil
	case []any:
		i, err := position(key, len(x))
		if err != nil {
			return nil, err
		}
		return x[i], nil
	case ints:
		n, err := x.len()
		if err != nil {
			return nil, err
		}
		i, err := position(key, n)
		return x.lo + i, err
	case []byte:
		i, err := position(key, len(x))
		if err != nil {
			return nil, err
		}
		return int(x[i]), nil
	case string:
		i, err := position(key, len(x))
		if err != nil {
			return nil, err
		}
		return int(x[i]), nil
	case map[string]any:
		name, ok := key.(string)
		if !ok {
			return nil, otherKey("strings", key)
		}
		return f.member(x, name)
	case *anyMap:
		i, found, err := x.find(f, key)
		switch {
		case err != nil:
			return nil, err
		case found:
			return x.values[i], nil
		}
		return nil, f.noKey(x, key)
	case *snapshot:
		return x.item(f, key)
	case namespace:
		name, ok := key.(string)
		if !ok {
			return nil, fault.New("type", "%s is not the name of anything exposed", kind(key))
		}
		return x.member(f, name)
	case nil:
		return nil, fault.New("nil", "nil has no elements").With("write ?.[…] to get nil then")
	}
	if name, ok := key.(string); ok {
		return f.member(x, name)
	}
	return nil, fault.New("type", "%s has no elements", kind(x))
}

// position converts an index into a list of n elements, counting from the end if negative.
func position(key any, n int) (int, error) {
	i, err := index("an index", key)
	if err != nil {
		return 0, err
	}
	at := i
	if at < 0 {
		at += n
	}
	if at < 0 || at >= n {
		return 0, fault.New("range", "index %d is out of range: there are %s elements", i, text.Thousands(n))
	}
	return at, nil
}

// otherKey is the error for a key that cannot be one of a map with keys of another kind.
func otherKey(have string, key any) error {
	if err := unfit(key); err != nil {
		return err
	}
	e := fault.New("type", "the keys of this map are %s, not %s", have, kind(key))
	if n, ok := number.Of(key); ok {
		if _, whole := n.Int(); whole {
			return e.With("an entry by its place is values(m)[%v]", key)
		}
	}
	return e
}

// noKey is the error for a key that a plain map does not have.
func (f *frame) noKey(m, key any) error {
	var names []string
	some, texts := false, true
	err := f.each(m, false, func(_ int, k, _ any) (bool, error) {
		s, ok := k.(string)
		some, texts = true, texts && ok
		names = append(names, s)
		return len(names) < 1000, nil
	})
	if err != nil {
		return err
	}
	name, ok := key.(string)
	if some && texts && !ok {
		return otherKey("strings", key)
	}
	e := fault.New("no_key", "there is no key %s", keyText(key))
	if n := text.Near(name, names); ok && n != "" {
		return e.With("did you mean %s?", quoted(n))
	}
	return e.With("m?.key or get(m, key) gives nil then")
}

func keyText(key any) string {
	if s, ok := key.(string); ok {
		return fmt.Sprintf("%q", text.Cut(s, 60))
	}
	if _, ok := number.Of(key); ok {
		return fmt.Sprint(key)
	}
	return "like this (" + kind(key) + ")"
}

// quoted writes a name for an error text: as it is if it is a name, as a Go string otherwise.
func quoted(name string) string {
	if isName(name) {
		return name
	}
	return fmt.Sprintf("%q", text.Cut(name, 60))
}

// has is key in x, for what has keys.
func (f *frame) has(x, key any) (bool, error) {
	switch x := x.(type) {
	case map[string]any:
		name, ok := key.(string)
		if !ok {
			return false, otherKey("strings", key)
		}
		_, ok = x[name]
		return ok, f.hashed(name)
	case *anyMap:
		_, found, err := x.find(f, key)
		return found, err
	case *snapshot:
		_, err := x.item(f, key)
		if err != nil && fault.From(err).Code == "no_key" {
			return false, nil
		}
		return err == nil, err
	case *access.View:
		return x.Has(key)
	}
	return false, fault.New("type", "%s has no keys", kind(x))
}

// in is x in xs: a key of a map, a field of a struct, an element of a list.
func in(f *frame, x, xs any) (any, error) {
	if err := refuse(x, xs); err != nil {
		return nil, err
	}
	if v, ok := xs.(*access.View); ok {
		target, shape, err := resolve(v)
		if err != nil {
			return nil, err
		}
		if shape == inspect.Nil {
			return false, nil
		}
		if shape != inspect.List {
			return f.has(target, x)
		}
		xs = target
	}
	switch xs := xs.(type) {
	case nil:
		return false, nil
	case map[string]any, *anyMap:
		return f.has(xs, x)
	case namespace:
		name, ok := x.(string)
		return ok && xs.has(name), nil
	case *snapshot:
		if !isList(xs) {
			return f.has(xs, x)
		}
	case string:
		return nil, fault.New("type", "in looks into lists and maps, not strings").With("write s contains \"…\"")
	}
	found, some, could := false, false, false
	err := f.each(xs, true, func(_ int, _, elem any) (bool, error) {
		kept := f.m.kept
		elem, err := f.load(elem)
		if err != nil {
			return false, err
		}
		same, comparable, err := f.same(x, elem, 0)
		f.m.release(kept)
		some, could, found = true, could || comparable, same
		return !found, err
	})
	if err == nil && some && !could {
		return nil, fault.New("type", "%s can never be in a list that has none of its kind", kind(x))
	}
	return found, err
}
