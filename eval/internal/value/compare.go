package value

import (
	"cmp"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Unordered is what Compare returns of NaN: neither less, equal nor more.
const Unordered = 2

// Compare orders two values of a kind that has an order: numbers by their exact values across widths, strings by bytes,
// times, durations. It returns -1, 0, 1 or Unordered. Others are an error of op, never false.
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

// SortOrder orders what sort and sortBy get: as < does, false before true, and NaN before all other numbers so that there
// is an order at all.
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
