package scan

import (
	"math"

	"github.com/sightglass-go/sightglass/inspect"
)

// MathOp is a function of a number.
type MathOp uint8

const (
	Abs MathOp = iota
	Negate
	Ceil
	Floor
	Round
	ToInt
	ToFloat
)

// Math is a function of a number, or of a duration. A lane is bad whose answer is no number of the
// kind that most have.
type Math struct {
	Op MathOp
	Of Node

	vector Vector
	bits   []uint64
}

func (n *Math) parts() []Node { return []Node{n.Of} }

func (n *Math) eval(b *batch, in *inspect.Mask) *Vector {
	v := n.Of.eval(b, in)
	n.bits = room(n.bits, b.n)
	n.vector = Vector{Kind: v.Kind, Bits: n.bits, Bad: v.Bad, Written: v.Written}
	switch {
	case isFloat(v.Kind):
		n.float(v, in)
	case v.Kind == inspect.IntDatum, v.Kind == inspect.UintDatum && n.Op != Negate, v.Kind == inspect.DurationDatum && (n.Op <= Negate || n.Op == ToInt):
		n.int(v, in)
	default:
		n.vector = Vector{Bad: *in}
	}
	return &n.vector
}

// spoil makes the lanes of in bad for which is holds.
func (n *Math) spoil(in *inspect.Mask, is func(lane int) bool) {
	var bad inspect.Mask
	each(len(n.bits), in, &bad, is)
	n.vector.Bad.Or(&bad)
}

func (n *Math) int(v *Vector, in *inspect.Mask) {
	copy(n.bits, v.Bits)
	signed := v.Kind != inspect.UintDatum
	switch {
	case n.Op <= Negate && signed:
		for i, x := range n.bits {
			if n.Op == Negate || int64(x) < 0 {
				n.bits[i] = -x
			}
		}
		n.spoil(in, func(i int) bool { return n.bits[i] == 1<<63 })
	case n.Op == ToInt && v.Kind == inspect.DurationDatum:
		n.vector.Kind = inspect.IntDatum
	case n.Op == ToFloat:
		n.vector.Kind = inspect.FloatDatum
		for i, x := range n.bits {
			f := float64(x)
			if signed {
				f = float64(int64(x))
			}
			n.bits[i] = math.Float64bits(f)
		}
	}
}

func (n *Math) float(v *Vector, in *inspect.Mask) {
	if n.Op == ToInt {
		n.vector.Kind, n.vector.Written = inspect.IntDatum, false
		n.spoil(in, func(i int) bool {
			x := math.Float64frombits(v.Bits[i])
			if !(x >= -1<<63 && x < 1<<63) {
				return true
			}
			n.bits[i] = uint64(int64(x))
			return false
		})
		return
	}
	if n.Op == ToFloat {
		n.vector.Kind, n.vector.Written = inspect.FloatDatum, false
		copy(n.bits, v.Bits)
		return
	}
	of := [...]func(float64) float64{Abs: math.Abs, Negate: func(x float64) float64 { return -x }, Ceil: math.Ceil, Floor: math.Floor, Round: math.Round}[n.Op]
	for i, x := range v.Bits[:len(n.bits)] {
		n.bits[i] = math.Float64bits(of(math.Float64frombits(x)))
	}
}
