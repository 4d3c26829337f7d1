package value

import (
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Ints is the list lo..hi, both included. An element is made when it is asked for. It is empty
// where hi < lo.
type Ints struct{ lo, hi int }

// NewInts is lo..hi.
func NewInts(lo, hi Value) (Value, error) {
	a, err := ToInt("..", lo)
	if err != nil {
		return nil, err
	}
	b, err := ToInt("..", hi)
	if err != nil {
		return nil, err
	}
	x := Ints{a, b}
	_, err = x.Len(nil)
	return x, err
}

var _ interface {
	Composite
	Iterable
	Sized
	Indexable
	Sliceable
	Passable
	Pictured
} = Ints{}

func (Ints) Kind() string         { return "a list" }
func (Ints) Type() string         { return "[]int" }
func (Ints) Shape() inspect.Shape { return inspect.List }

// Len is an error for more elements than can be counted.
func (x Ints) Len(*Thread) (int, error) {
	if x.hi < x.lo {
		return 0, nil
	}
	n := uint64(x.hi) - uint64(x.lo) + 1
	if n == 0 || n > math.MaxInt {
		return 0, fault.New("range", "%d..%d has more elements than can be counted", x.lo, x.hi)
	}
	return int(n), nil
}

// Each walks the integers in order.
func (x Ints) Each(t *Thread, _ bool, yield Yield) error {
	for i, n := 0, x.lo; n <= x.hi; i, n = i+1, n+1 {
		if err := t.Tick(1); err != nil {
			return err
		}
		if more, err := yield(i, Unkeyed, Int(n)); err != nil || !more {
			return err
		}
		if n == x.hi { // n+1 may wrap
			return nil
		}
	}
	return nil
}

// Index is the integer at a position.
func (x Ints) Index(t *Thread, key Value) (Value, error) {
	n, err := x.Len(t)
	if err != nil {
		return nil, err
	}
	i, err := position(key, n)
	return Int(x.lo + i), err
}

// Slice is a range too.
func (x Ints) Slice(t *Thread, lo, hi int) (Value, error) {
	n, err := x.Len(t)
	if err != nil {
		return nil, err
	}
	lo, hi = clamp(lo, hi, n)
	return Ints{x.lo + lo, x.lo + hi - 1}, nil
}

// Pass is the list.
func (x Ints) Pass(t *Thread) (any, error) {
	n, err := x.Len(t)
	if err != nil {
		return nil, err
	}
	return passList(t, x, n)
}

func (x Ints) picture(p *painter, depth int, path string) *render.Node {
	n, _ := x.Len(nil)
	return p.list(n, depth, path, func(i int) Value { return Int(x.lo + i) })
}
