package eval

import (
	"cmp"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
)

// sorted returns items in the order of their keys, which are as many. It is stable, and can be
// stopped: the sort package's sorts cannot.
func (f *frame) sorted(items, keys []any, order func(a, b any) (int, error)) ([]any, error) {
	if err := f.m.Keep(3 * wordsKept * len(items)); err != nil {
		return nil, err
	}
	from, to := make([]int, len(items)), make([]int, len(items))
	for i := range from {
		from[i] = i
	}
	for width := 1; width < len(from); width *= 2 {
		for lo := 0; lo < len(from); lo += 2 * width {
			mid, hi := min(lo+width, len(from)), min(lo+2*width, len(from))
			if err := f.merge(to[lo:hi], from[lo:mid], from[mid:hi], keys, order); err != nil {
				return nil, err
			}
		}
		from, to = to, from
	}
	out := make([]any, len(items))
	for i, n := range from {
		out[i] = items[n]
	}
	return out, nil
}

// merge merges the sorted runs a and b of indices into out.
func (f *frame) merge(out, a, b []int, keys []any, order func(a, b any) (int, error)) error {
	for n := range out {
		if err := f.m.tick(1); err != nil {
			return err
		}
		takeA := len(b) == 0
		if !takeA && len(a) > 0 {
			o, err := order(keys[a[0]], keys[b[0]])
			if err != nil {
				return err
			}
			takeA = o <= 0
		}
		if takeA {
			out[n], a = a[0], a[1:]
		} else {
			out[n], b = b[0], b[1:]
		}
	}
	return nil
}

// keyOrder orders the keys of a plain map: it takes any two, so that a walk has one order.
func (f *frame) keyOrder(a, b any) (int, error) {
	if o := cmp.Compare(keyClass(a), keyClass(b)); o != 0 {
		return o, nil
	}
	o, err := f.order("<", a, b)
	if err != nil {
		return 0, nil
	}
	return o, nil
}

func keyClass(x any) int {
	if _, ok := number.Of(x); ok {
		return 1
	}
	switch x.(type) {
	case nil:
		return 0
	case string:
		return 2
	case bool:
		return 3
	case time.Time:
		return 4
	case time.Duration:
		return 5
	}
	return 6
}

// sortOrder orders what sort and sortBy get: as < does, and NaN before all other numbers, so
// that there is an order at all; false before true.
func (f *frame) sortOrder(a, b any) (int, error) {
	x, xok := a.(bool)
	y, yok := b.(bool)
	if xok && yok {
		switch {
		case x == y:
			return 0, nil
		case y:
			return -1, nil
		}
		return 1, nil
	}
	n, nok := number.Of(a)
	m, mok := number.Of(b)
	if nok && mok && n.IsFloat && m.IsFloat {
		return cmp.Compare(n.F, m.F), nil
	}
	if nok && mok && (n.IsFloat && n.F != n.F || m.IsFloat && m.F != m.F) {
		if n.IsFloat && n.F != n.F {
			return -1, nil
		}
		return 1, nil
	}
	return f.order("<", a, b)
}

// direction reads the order argument of sort and sortBy.
func (f *frame) direction(x any) (func(a, b any) (int, error), error) {
	if err := refuse(x); err != nil {
		return nil, err
	}
	switch x {
	case "asc":
		return f.sortOrder, nil
	case "desc":
		return func(a, b any) (int, error) { return f.sortOrder(b, a) }, nil
	}
	return nil, fault.New("arguments", `the order is "asc" or "desc"`)
}
