package eval

import (
	"math"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
)

// ints is lo..hi, both included: a list that is not there until somebody asks for an element.
// It is empty where hi < lo.
type ints struct{ lo, hi int }

func (r ints) len() (int, error) {
	if r.hi < r.lo {
		return 0, nil
	}
	n := uint64(r.hi) - uint64(r.lo) + 1
	if n == 0 || n > math.MaxInt {
		return 0, fault.New("range", "%d..%d has more elements than can be counted", r.lo, r.hi)
	}
	return int(n), nil
}

func (r ints) each(f *frame, each yield) error {
	for i, n := 0, r.lo; n <= r.hi; i, n = i+1, n+1 {
		if err := f.m.tick(1); err != nil {
			return err
		}
		if more, err := each(i, unkeyed, n); err != nil || !more {
			return err
		}
		if n == r.hi { // n+1 may wrap
			return nil
		}
	}
	return nil
}

func rangeOf(f *frame, a, b any) (any, error) {
	lo, err := index("..", a)
	if err != nil {
		return nil, err
	}
	hi, err := index("..", b)
	if err != nil {
		return nil, err
	}
	r := ints{lo, hi}
	_, err = r.len()
	return r, err
}

// index converts a number that is used as a position.
func index(op string, x any) (int, error) {
	if err := refuse(x); err != nil {
		return 0, err
	}
	n, ok := number.Of(x)
	if !ok {
		return 0, fault.New("type", "%s needs an integer, not %s", op, kind(x))
	}
	i, ok := n.Int()
	if !ok {
		return 0, fault.New("type", "%s needs an integer, not %v", op, x).With("round it with int(…)")
	}
	return i, nil
}
