package value

import "github.com/sightglass-go/sightglass/inspect"

// Pipe is a collection that is computed as it is walked: what filter, map, keys and values hand to
// a function that takes the elements one by one. It never becomes an answer.
type Pipe struct {
	walk   func(t *Thread, unlocked bool, yield Yield) error
	shape  inspect.Shape // List, or Map if its elements are what is left of a map
	kept                 // of that map
	origin any           // see From
}

// From remembers what x was made of, for who can do the same in a better way than by its walk.
func (x *Pipe) From(origin any) *Pipe {
	x.origin = origin
	return x
}

// Origin is what From was told, nil for nothing.
func (x *Pipe) Origin() any { return x.origin }

// NewList is a list whose elements walk yields.
func NewList(walk func(t *Thread, unlocked bool, yield Yield) error) *Pipe {
	return &Pipe{walk: walk, shape: inspect.List}
}

// NewPart is what is left of the collection x, which is settled: elements of it that walk yields.
func NewPart(x Value, walk func(t *Thread, unlocked bool, yield Yield) error) *Pipe {
	p := NewList(walk)
	if IsMap(x) {
		p.shape, p.kept = inspect.Map, keptOf(x)
	}
	return p
}

// NewMapped is a map with the keys of the map x, and values that walk yields.
func NewMapped(x Value, walk func(t *Thread, unlocked bool, yield Yield) error) *Pipe {
	return &Pipe{walk: walk, shape: inspect.Map, kept: kept{grouped: IsGrouped(x), names: keptOf(x).names}}
}

var _ interface {
	Composite
	Iterable
	Sized
} = (*Pipe)(nil)

// Kind is that of a list or a map.
func (x *Pipe) Kind() string {
	if x.shape == inspect.Map {
		return "a map"
	}
	return "a list"
}

func (*Pipe) Type() string           { return listType }
func (x *Pipe) Shape() inspect.Shape { return x.shape }

// Each computes the elements.
func (x *Pipe) Each(t *Thread, unlocked bool, yield Yield) error { return x.walk(t, unlocked, yield) }

// Len computes the elements to count them.
func (x *Pipe) Len(t *Thread) (int, error) {
	n := 0
	err := x.walk(t, false, func(int, Value, Value) (bool, error) { n++; return true, nil })
	return n, err
}

// Streamed reports whether x is computed as it is walked, so that it has no end to start from.
func Streamed(x Value) bool {
	_, ok := x.(*Pipe)
	return ok
}
