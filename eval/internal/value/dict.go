package value

import (
	"cmp"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Dict is a map with keys of any kind that an expression made: what filter and take keep of a map,
// and what groupBy and fromPairs make. Once Sorted, it is walked in the order of its keys. Keys
// without an order (structs, lists, pointers, what is redacted) come last, in the order in which
// they were added.
type Dict struct {
	keys, values []Value
	at           map[any]int // the positions of hashable keys, by what KeyOf returns of them
	others       []int       // the positions of keys that are compared with each other
	singles      bool        // some keys are float32s
	kept                     // of the map that it is a part of
}

// kept is what a part of a map keeps of the map beside its entries.
type kept struct {
	goType  string // its Go type, "" for none
	isSet   bool   // see Settle
	grouped bool   // see IsGrouped

	names *inspect.Constants // of its keys, if these are integers; nil for none
}

// keptOf is what a part of x keeps. x is settled.
func keptOf(x Value) kept {
	if m, ok := x.(interface{ mapKept() kept }); ok {
		return m.mapKept()
	}
	return kept{}
}

func (k kept) mapKept() kept { return k }

// Settle returns a collection of the application without the pointers and interfaces before it, so
// that they are followed once, and anything else as it is. set reports whether it is a set: a map
// whose values say nothing, as in a map[K]struct{}. The elements of a set are its keys.
func Settle(x Value) (settled Value, set bool) {
	if l, ok := x.(Live); ok {
		target, shape, err := l.Resolve()
		if err != nil || shape != inspect.List && shape != inspect.Map {
			return x, false
		}
		x = Live{target}
	}
	return x, keptOf(x).isSet
}

// IsGrouped reports whether x is a map of groups, or what is left of one: its keys are what map
// keeps.
func IsGrouped(x Value) bool { return keptOf(x).grouped }

// Grouped marks a Dict as a map of groups.
func (x *Dict) Grouped() *Dict {
	x.grouped = true
	return x
}

// Named says which names the keys have, if they are integers. It returns x.
func (x *Dict) Named(names *inspect.Constants) *Dict {
	x.names = names
	return x
}

// NewDict returns an empty Dict.
func NewDict() *Dict { return &Dict{at: map[any]int{}} }

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
} = (*Dict)(nil)

func (*Dict) Kind() string               { return "a map" }
func (*Dict) Shape() inspect.Shape       { return inspect.Map }
func (x *Dict) Type() string             { return cmp.Or(x.goType, "map[any]any") }
func (x *Dict) Len(*Thread) (int, error) { return len(x.keys), nil }

// Count returns the number of entries.
func (x *Dict) Count() int { return len(x.keys) }

// Plain reports whether all keys are found at once, and none is compared with others.
func (x *Dict) Plain() bool { return len(x.others) == 0 }

// At returns entry i.
func (x *Dict) At(i int) (key, elem Value) { return x.keys[i], x.values[i] }

// Set replaces the value of entry i. elem must be held.
func (x *Dict) Set(i int, elem Value) { x.values[i] = elem }

// Find returns the position of a key. Keys are equal as with ==, and NaN is the same as itself.
func (x *Dict) Find(t *Thread, key Value) (i int, found bool, err error) {
	k, simple, err := KeyOf(t, key)
	if err != nil {
		return 0, false, err
	}
	if simple {
		i, found = x.at[k]
		if w, ok := key.(Written); ok && !found && x.singles {
			return x.Find(t, Single(w))
		}
		if _, text := key.(String); !text || found {
			return i, found, nil
		}
		// A text may spell the bytes of a key.
	}
	for _, i := range x.others {
		if simple && !IsList(x.keys[i]) {
			continue
		}
		if err := Refuse(x.keys[i]); err != nil {
			return 0, false, err
		}
		if same, _, err := Same(t, key, x.keys[i]); same || err != nil {
			return i, same, err
		}
	}
	return 0, false, nil
}

// Add adds an entry whose key is not there yet. Both must be held.
func (x *Dict) Add(t *Thread, key, elem Value) error {
	if err := t.Keep(4 * meter.ElementSize); err != nil {
		return err
	}
	if k, simple, err := KeyOf(t, key); simple && err == nil {
		x.at[k] = len(x.keys)
	} else {
		x.others = append(x.others, len(x.keys))
	}
	_, single := key.(Single)
	x.singles = x.singles || single
	x.keys, x.values = append(x.keys, key), append(x.values, elem)
	return nil
}

// Sorted puts the entries into the order of their keys, and returns x.
func (x *Dict) Sorted(t *Thread) (*Dict, error) {
	from := make([]int, len(x.keys))
	for i := range from {
		from[i] = i
	}
	from, err := Sorted(t, from, x.keys, func(a, b Value) (int, error) { return keyOrder(t, a, b) })
	if err != nil {
		return nil, err
	}
	keys, values, to := make([]Value, len(from)), make([]Value, len(from)), make([]int, len(from))
	for n, i := range from {
		if err := t.Tick(1); err != nil {
			return nil, err
		}
		keys[n], values[n], to[i] = x.keys[i], x.values[i], n
	}
	x.keys, x.values = keys, values
	for k, i := range x.at {
		if err := t.Tick(1); err != nil {
			return nil, err
		}
		x.at[k] = to[i]
	}
	for n, i := range x.others {
		x.others[n] = to[i]
	}
	return x, nil
}

// Each walks the entries.
func (x *Dict) Each(t *Thread, _ bool, yield Yield) error {
	for i, key := range x.keys {
		if err := t.Tick(1); err != nil {
			return err
		}
		if more, err := yield(i, Named(key, x.names), x.values[i]); err != nil || !more {
			return err
		}
	}
	return nil
}

// Member is an entry.
func (x *Dict) Member(t *Thread, name string) (Value, error) { return Index(t, x, String(name)) }

// named is key, or what it stands for if it is the name of a constant.
func (x *Dict) named(key Value) (Value, error) {
	if name, ok := key.(String); ok && x.names != nil {
		return Constant(x.names, string(name))
	}
	return key, nil
}

// Index is an entry.
func (x *Dict) Index(t *Thread, key Value) (Value, error) {
	key, err := x.named(key)
	if err != nil {
		return nil, err
	}
	i, found, err := x.Find(t, key)
	switch {
	case err != nil:
		return nil, err
	case found:
		return x.values[i], nil
	}
	return nil, noKey(t, x, key)
}

// Has reports whether there is an entry.
func (x *Dict) Has(t *Thread, key Value) (bool, error) {
	key, err := x.named(key)
	if err != nil {
		return false, err
	}
	_, found, err := x.Find(t, key)
	return found, err
}

// Pass is a map if all keys are strings.
func (x *Dict) Pass(t *Thread) (any, error) { return passMap(t, x) }

// Measure adds up keys and values.
func (x *Dict) Measure(depth int) (size int, live bool) {
	size = meter.ElementSize
	if depth > MaxDepth {
		return size, true
	}
	for i, key := range x.keys {
		for _, part := range [2]Value{key, x.values[i]} {
			n, l := Measure(part, depth+1)
			size, live = size+n, live || l
		}
	}
	return size, live
}

// Names proposes the keys that are names.
func (x *Dict) Names(t *Thread, add func(name, detail string)) error { return namesOfKeys(t, x, add) }

func (x *Dict) picture(p *painter, depth int, path string) *render.Node {
	return p.mapping(x, x.kept, len(x.keys), depth, path)
}

// Part collects the entries lo, lo+1, … hi-1 of a map, in the order of its walk.
func Part(t *Thread, x Value, lo, hi int) (*Dict, error) {
	x, _ = Settle(x)
	part := NewDict()
	part.kept = keptOf(x)
	if lo >= hi {
		return part, nil
	}
	err := Entries(t, x, false, func(i int, key, elem Value) (bool, error) {
		if i < lo {
			return true, nil
		}
		k, err := Hold(t, key)
		if err != nil {
			return false, err
		}
		y, err := HoldElement(t, elem)
		if err != nil {
			return false, err
		}
		err = part.Add(t, k, y)
		return i+1 < hi, err
	})
	if err != nil {
		return nil, err
	}
	return part.Sorted(t)
}

// Classes of keys, in the order in which they are walked.
const (
	nilClass = iota
	numberClass
	textClass
	boolClass
	timeClass
	durationClass
	otherClass
)

func keyClass(x Value) int {
	if h, ok := x.(Hashable); ok {
		return h.KeyClass()
	}
	return otherClass
}

// keyOrder orders the keys of a Dict. It takes any two, so that a walk has one order.
func keyOrder(t *Thread, a, b Value) (int, error) {
	if o := cmp.Compare(keyClass(a), keyClass(b)); o != 0 {
		return o, nil
	}
	o, err := Compare(t, "<", a, b)
	if err != nil {
		return 0, nil
	}
	return o, nil
}

// KeyOf returns what equal keys have in common. simple is false for a key that has to be compared
// with each other key. It is an error for what is redacted, and for a text that is too long to be
// copied.
func KeyOf(t *Thread, key Value) (k any, simple bool, err error) {
	if err := Unfit(key); err != nil {
		return nil, false, err
	}
	h, ok := key.(Hashable)
	if !ok {
		return nil, false, nil
	}
	if k, err = h.Key(t); k == nil {
		k = key
	}
	return k, true, err
}
