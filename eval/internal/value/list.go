package value

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// List is a list that an expression made. Its elements last as long as the evaluation.
type List []Value

// listType is the Go type of a list that an expression makes.
const listType = "[]any"

var _ interface {
	Composite
	Iterable
	Sized
	Indexable
	Sliceable
	Passable
	Pictured
	Measured
} = List(nil)

func (List) Kind() string               { return "a list" }
func (List) Type() string               { return listType }
func (List) Shape() inspect.Shape       { return inspect.List }
func (x List) Len(*Thread) (int, error) { return len(x), nil }

// Each walks the elements in order.
func (x List) Each(t *Thread, _ bool, yield Yield) error {
	for i, elem := range x {
		if err := t.Tick(1); err != nil {
			return err
		}
		if more, err := yield(i, Unkeyed, elem); err != nil || !more {
			return err
		}
	}
	return nil
}

// Index is the element at a position.
func (x List) Index(_ *Thread, key Value) (Value, error) {
	i, err := position(key, len(x))
	if err != nil {
		return nil, err
	}
	return x[i], nil
}

// Slice is a copy.
func (x List) Slice(t *Thread, lo, hi int) (Value, error) {
	lo, hi = clamp(lo, hi, len(x))
	if err := t.Keep(meter.ElementSize * (hi - lo)); err != nil {
		return nil, err
	}
	return slices.Clone(x[lo:hi]), nil
}

// Pass is a list of the elements as they are passed.
func (x List) Pass(t *Thread) (any, error) { return passList(t, x, len(x)) }

// passList passes the n elements of a collection as a list.
func passList(t *Thread, x Iterable, n int) (any, error) {
	if err := t.Keep(meter.ElementSize * n); err != nil {
		return nil, err
	}
	list := make([]any, 0, n)
	err := x.Each(t, false, func(_ int, _, elem Value) (bool, error) {
		y, err := Pass(t, elem)
		list = append(list, y)
		return true, err
	})
	return list, err
}

// Measure adds up the elements.
func (x List) Measure(depth int) (size int, live bool) {
	size = meter.ElementSize
	if depth > MaxDepth {
		return size, true // a snapshot cuts it
	}
	for _, elem := range x {
		n, l := Measure(elem, depth+1)
		size, live = size+n, live || l
	}
	return size, live
}

func (x List) picture(p *painter, depth int, path string) *render.Node {
	return p.list(len(x), depth, path, func(i int) Value { return x[i] })
}

// ToList collects a collection into a list that lasts.
func ToList(t *Thread, x Value) (List, error) {
	if xs, ok := x.(List); ok {
		return xs, nil
	}
	xs := List{}
	err := Each(t, x, false, func(_ int, _, elem Value) (bool, error) {
		elem, err := HoldElement(t, elem)
		xs = append(xs, elem)
		return true, err
	})
	return xs, err
}
