package inspect

import (
	"cmp"
	"math"
	"math/big"
	"time"
)

// sortKey is what the keys of a map are ordered by: numbers by value, then
// strings, then times, then all else by its text; hidden ones last, as they came.
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

// Compare orders values as the keys of a map are ordered: numbers by value, NaN first,
// then strings, then times, then all else as it is written, nil with it; what is
// redacted comes last, and is the same as all else that is. The result is negative
// where n comes first, positive where o does.
func (n *Node) Compare(o *Node) int { return n.sortKey().compare(o.sortKey()) }

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

// scalarKey is the sortKey of a plain scalar; its rank is rankOther for what is
// none.
func scalarKey(x any) sortKey {
	switch x := x.(type) {
	case int, int64, uint64, float64, time.Duration:
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

// compareNumbers orders numbers of any kinds exactly, NaN first.
func compareNumbers(a, b any) int {
	x, y := exact(a), exact(b)
	if x == nil || y == nil {
		return cmp.Compare(either(x != nil, "1", "0"), either(y != nil, "1", "0"))
	}
	return x.Cmp(y)
}

// exact is a number as it is, nil for NaN. A float of 64 bits of mantissa holds
// every kind that there is.
func exact(x any) *big.Float {
	f := new(big.Float).SetPrec(64)
	switch x := x.(type) {
	case int:
		return f.SetInt64(int64(x))
	case int64:
		return f.SetInt64(x)
	case time.Duration:
		return f.SetInt64(int64(x))
	case uint64:
		return f.SetUint64(x)
	case float64:
		if !math.IsNaN(x) {
			return f.SetFloat64(x)
		}
	}
	return nil
}
