package render

import (
	"cmp"
	"time"

	"github.com/sightglass-go/sightglass/internal/number"
)

// A sortKey orders the keys of a map: numbers by value, then strings, then times, then everything
// else by its text. Hidden keys come last, in the order of the walk.
type sortKey struct {
	rank int
	x    any // the number or time
	text string
}

const (
	rankNumber = iota
	rankText
	rankTime
	rankOther
	rankHidden
)

// Compare orders values like the keys of a map: numbers by value, NaN first, then strings, then
// times, then everything else as it is written, nil included. Redacted values come last and are
// equal. The result is negative if n comes first, positive if o does.
//
// Equal numbers of different types are in the order of their types.
func (n *Node) Compare(o *Node) int {
	order := n.sortKey().compare(o.sortKey())
	if order == 0 && n != nil && o != nil && !n.Hidden {
		return cmp.Compare(n.Type, o.Type)
	}
	return order
}

func (n *Node) sortKey() sortKey {
	switch {
	case n == nil:
		return sortKey{rank: rankOther}
	case n.Hidden:
		return sortKey{rank: rankHidden}
	}
	if k := scalarKey(n.Scalar); k.rank != rankOther {
		return k
	}
	return sortKey{rank: rankOther, text: n.Line(0)}
}

// scalarKey is the sortKey of a plain scalar. Its rank is rankOther if x is none.
func scalarKey(x any) sortKey {
	switch x := x.(type) {
	case int, int64, uint64, float32, float64, time.Duration:
		return sortKey{rank: rankNumber, x: x}
	case string:
		return sortKey{rank: rankText, text: x}
	case time.Time:
		return sortKey{rank: rankTime, x: x}
	}
	return sortKey{rank: rankOther}
}

func (k sortKey) compare(o sortKey) int {
	switch {
	case k.rank != o.rank:
		return cmp.Compare(k.rank, o.rank)
	case k.rank == rankNumber:
		return compareNumbers(k.x, o.x)
	case k.rank == rankTime:
		return k.x.(time.Time).Compare(o.x.(time.Time))
	}
	return cmp.Compare(k.text, o.text)
}

// compareNumbers orders numbers and durations of any kinds exactly, NaN first.
func compareNumbers(a, b any) int {
	x, y := numberOf(a), numberOf(b)
	order, ordered := number.Compare(x, y)
	switch {
	case ordered || isNaN(x) && isNaN(y):
		return order
	case isNaN(x):
		return -1
	}
	return 1
}

func numberOf(x any) number.Number {
	if d, ok := x.(time.Duration); ok {
		x = int64(d)
	}
	n, _ := number.Of(x)
	return n
}

func isNaN(n number.Number) bool { return n.IsFloat && n.F != n.F }
