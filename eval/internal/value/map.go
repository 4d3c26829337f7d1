package value

import (
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Map is a map that an expression wrote as {name: value, …}, or made of JSON.
type Map map[string]Value

var _ interface {
	Composite
	Iterable
	Sized
	Indexable
	HasMembers
	Keyed
	Passable
	Pictured
	Measured
	Completable
} = Map(nil)

func (Map) Kind() string               { return "a map" }
func (Map) Type() string               { return "map[string]any" }
func (Map) Shape() inspect.Shape       { return inspect.Map }
func (x Map) Len(*Thread) (int, error) { return len(x), nil }

// Each walks the entries by sorted keys.
func (x Map) Each(t *Thread, _ bool, yield Yield) error {
	names, err := x.names(t)
	if err != nil {
		return err
	}
	for i, name := range names {
		if err := t.Tick(1); err != nil {
			return err
		}
		if more, err := yield(i, String(name), x[name]); err != nil || !more {
			return err
		}
	}
	return nil
}

// names returns the keys, sorted.
func (x Map) names(t *Thread) ([]string, error) {
	var names []string
	for name := range x {
		if err := t.Tick(1); err != nil {
			return nil, err
		}
		if err := t.Keep(meter.ElementSize); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return Sorted(t, names, names, t.CompareText)
}

// Member is an entry.
func (x Map) Member(t *Thread, name string) (Value, error) {
	if err := t.Hashed(name); err != nil {
		return nil, err
	}
	if y, ok := x[name]; ok {
		return y, nil
	}
	return nil, noKey(t, x, String(name))
}

// Index is an entry.
func (x Map) Index(t *Thread, key Value) (Value, error) {
	name, ok := key.(String)
	if !ok {
		return nil, otherKey("strings", key)
	}
	return x.Member(t, string(name))
}

// Has reports whether there is an entry.
func (x Map) Has(t *Thread, key Value) (bool, error) {
	name, ok := key.(String)
	if !ok {
		return false, otherKey("strings", key)
	}
	_, ok = x[string(name)]
	return ok, t.Hashed(string(name))
}

// Pass is the map of the values as they are passed.
func (x Map) Pass(t *Thread) (any, error) { return passMap(t, x) }

// passMap passes a collection as a map, if its keys are strings.
func passMap(t *Thread, x Iterable) (any, error) {
	m := map[string]any{}
	err := x.Each(t, false, func(_ int, key, elem Value) (bool, error) {
		name, ok := key.(String)
		if !ok {
			return false, fault.New("arguments", "a map is an argument if its keys are strings, and this one has %s", key.Kind())
		}
		if err := t.Keep(meter.ElementSize + len(name)); err != nil {
			return false, err
		}
		y, err := Pass(t, elem)
		m[string(name)] = y
		return true, err
	})
	return m, err
}

// Measure adds up keys and values.
func (x Map) Measure(depth int) (size int, live bool) {
	size = meter.ElementSize
	if depth > MaxDepth {
		return size, true
	}
	for name, elem := range x {
		n, l := Measure(elem, depth+1)
		size, live = size+len(name)+n, live || l
	}
	return size, live
}

// Names proposes the keys that are names.
func (x Map) Names(t *Thread, add func(name, detail string)) error { return namesOfKeys(t, x, add) }

// namesOfKeys proposes the keys of a map that are names.
func namesOfKeys(t *Thread, x Iterable, add func(name, detail string)) error {
	return x.Each(t, false, func(_ int, key, _ Value) (bool, error) {
		if name, ok := key.(String); ok && IsName(string(name)) {
			add(string(name), "")
		}
		return true, nil
	})
}

func (x Map) picture(p *painter, depth int, path string) *render.Node {
	return p.mapping(x, kept{}, len(x), depth, path)
}
