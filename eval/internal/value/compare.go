package value

import (
	"cmp"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Unordered is what Compare returns of NaN: neither less, equal nor more.
const Unordered = 2

// Compare orders two values of a kind that has an order: numbers by their exact values across
// widths, strings by bytes, times, durations. It returns -1, 0, 1 or Unordered. Others are an error
// of op, never false.
func Compare(t *Thread, op string, a, b Value) (int, error) {
	switch x := a.(type) {
	case Int:
		if y, ok := b.(Int); ok {
			return cmp.Compare(x, y), nil
		}
	case String:
		if y, ok := b.(String); ok {
			return t.CompareText(string(x), string(y))
		}
	case Ordered:
		if order, ok := x.Compare(b); ok {
			return order, nil
		}
	}
	x, xok := NumberOf(a)
	y, yok := NumberOf(b)
	if !xok || !yok {
		return 0, Mismatch(op, a, b)
	}
	order, ordered := number.Compare(x, y)
	if !ordered {
		return Unordered, nil
	}
	return order, nil
}

// SortOrder orders what sort and sortBy get: as < does, false before true, and NaN before all other
// numbers so that there is an order at all.
func SortOrder(t *Thread, a, b Value) (int, error) {
	if x, ok := a.(Bool); ok {
		if y, ok := b.(Bool); ok {
			switch {
			case x == y:
				return 0, nil
			case bool(y):
				return -1, nil
			}
			return 1, nil
		}
	}
	n, nok := NumberOf(a)
	m, mok := NumberOf(b)
	if nok && mok && (n.IsFloat || m.IsFloat) {
		switch {
		case n.IsFloat && m.IsFloat:
			return cmp.Compare(n.F, m.F), nil
		case n.IsFloat && n.F != n.F:
			return -1, nil
		case m.IsFloat && m.F != m.F:
			return 1, nil
		}
	}
	return Compare(t, "<", a, b)
}

// Ascending is SortOrder.
func Ascending(t *Thread) func(a, b Value) (int, error) {
	return func(a, b Value) (int, error) { return SortOrder(t, a, b) }
}

// Direction returns the order that sort and sortBy are asked for.
func Direction(t *Thread, x Value) (func(a, b Value) (int, error), error) {
	if err := Refuse(x); err != nil {
		return nil, err
	}
	switch x {
	case String("asc"):
		return Ascending(t), nil
	case String("desc"):
		return func(a, b Value) (int, error) { return SortOrder(t, b, a) }, nil
	}
	return nil, fault.New("arguments", `the order is "asc" or "desc"`)
}

// Sorted returns items in the order of their keys, of which there are as many. It is stable. Unlike
// the sorts of package sort it can be stopped.
func Sorted[T, K any](t *Thread, items []T, keys []K, order func(a, b K) (int, error)) ([]T, error) {
	if err := t.Keep(3 * meter.ElementSize * len(items)); err != nil {
		return nil, err
	}
	from, to := make([]int, len(items)), make([]int, len(items))
	for i := range from {
		from[i] = i
	}
	for width := 1; width < len(from); width *= 2 {
		for lo := 0; lo < len(from); lo += 2 * width {
			mid, hi := min(lo+width, len(from)), min(lo+2*width, len(from))
			if err := merge(t, to[lo:hi], from[lo:mid], from[mid:hi], keys, order); err != nil {
				return nil, err
			}
		}
		from, to = to, from
	}
	out := make([]T, len(items))
	for i, n := range from {
		out[i] = items[n]
	}
	return out, nil
}

// merge merges the sorted runs a and b of indices into out.
func merge[K any](t *Thread, out, a, b []int, keys []K, order func(a, b K) (int, error)) error {
	for n := range out {
		if err := t.Tick(1); err != nil {
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
