package scan

import (
	"math"
	"math/bits"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// ArithOp is an operator that computes.
type ArithOp uint8

const (
	Add ArithOp = iota
	Subtract
	Multiply
	Divide
	Modulo
	Power
)

// Arith is l op r of numbers, durations, or times. A lane is bad whose answer does not fit, or that has
// none.
type Arith struct {
	Op          ArithOp
	Left, Right Node

	vector Vector
	bits   []uint64
	x, y   []float64 // of both sides
	rest   inspect.Mask
}

func (n *Arith) parts() []Node { return []Node{n.Left, n.Right} }

func (n *Arith) eval(b *batch, in *inspect.Mask) *Vector {
	l := n.Left.eval(b, in)
	n.rest = *in
	n.rest.AndNot(&l.Bad)
	r := n.Right.eval(b, &n.rest)
	n.vector = Vector{Bad: l.Bad}
	n.vector.Bad.Or(&r.Bad)
	if k, ok := n.Right.(*Constant); ok && l.Kind == inspect.Float32Datum {
		r = k.besideSingle(b.n, in)
	} else if k, ok := n.Left.(*Constant); ok && r.Kind == inspect.Float32Datum {
		l = k.besideSingle(b.n, in)
	}
	n.bits = room(n.bits, b.n)
	n.rest.AndNot(&r.Bad)
	if n.vector.Kind = n.compute(l, r); n.vector.Kind == inspect.NoDatum {
		n.vector.Bad = *in
		return &n.vector
	}
	n.vector.Written = n.vector.Kind == inspect.FloatDatum && (l.Written && (r.Written || isInt(r.Kind)) || r.Written && isInt(l.Kind))
	n.vector.Bits = n.bits
	return &n.vector
}

// besideSingle returns the constant as it is beside float32s.
func (c *Constant) besideSingle(n int, in *inspect.Mask) *Vector {
	return c.as(c.beside(inspect.Float32Datum), n, in)
}

func isInt(k inspect.DatumKind) bool { return k == inspect.IntDatum || k == inspect.UintDatum }

func isFloat(k inspect.DatumKind) bool {
	return k == inspect.FloatDatum || k == inspect.Float32Datum
}

// compute computes the lanes in n.rest, and returns the kind of their answers, NoDatum if these
// operands are not for it.
func (n *Arith) compute(l, r *Vector) inspect.DatumKind {
	switch {
	case l.Kind == inspect.DurationDatum && r.Kind == inspect.DurationDatum && n.Op <= Subtract:
		n.ints(l.Bits, r.Bits)
		return inspect.DurationDatum
	case l.Kind == inspect.DurationDatum && r.Kind == inspect.IntDatum && n.Op == Multiply, l.Kind == inspect.IntDatum && r.Kind == inspect.DurationDatum && n.Op == Multiply:
		n.ints(l.Bits, r.Bits)
		return inspect.DurationDatum
	case l.Kind == inspect.DurationDatum && r.Kind == inspect.DurationDatum && n.Op == Divide:
		n.spoil(func(i int) bool { return r.Bits[i] == 0 })
		n.quotients(l, r)
		return inspect.FloatDatum
	case l.Kind == inspect.DurationDatum && isInt(r.Kind) && n.Op == Divide:
		return n.divided(l, r)
	case l.Kind == inspect.DurationDatum && isFloat(r.Kind) && (n.Op == Multiply || n.Op == Divide), isFloat(l.Kind) && r.Kind == inspect.DurationDatum && n.Op == Multiply:
		return n.scaled(l, r)
	case l.Kind == inspect.TimeDatum && r.Kind == inspect.TimeDatum && n.Op == Subtract:
		n.since1970(l)
		n.since1970(r)
		n.ints(l.Bits, r.Bits)
		return inspect.DurationDatum
	case l.Kind == inspect.TimeDatum && r.Kind == inspect.DurationDatum && n.Op <= Subtract:
		n.since1970(l)
		return n.shifted(l, r)
	case l.Kind == inspect.DurationDatum && r.Kind == inspect.TimeDatum && n.Op == Add:
		n.since1970(r)
		return n.shifted(l, r)
	case isInt(l.Kind) && isInt(r.Kind):
		n.small(l)
		n.small(r)
		if n.Op == Divide || n.Op == Power && n.inverse(r) {
			n.floats(l, r, false)
			return inspect.FloatDatum
		}
		n.ints(l.Bits, r.Bits)
		return inspect.IntDatum
	case n.Op == Modulo:
		return inspect.NoDatum
	case l.Kind == inspect.Float32Datum && r.Kind == inspect.Float32Datum:
		n.floats(l, r, true)
		return inspect.Float32Datum
	case (l.Kind == inspect.Float32Datum || r.Kind == inspect.Float32Datum) && (l.Written || r.Written || isInt(l.Kind) || isInt(r.Kind)):
		return inspect.NoDatum // the other may become a float32, too
	case isFloat(l.Kind) && isFloat(r.Kind), isFloat(l.Kind) && isInt(r.Kind), isInt(l.Kind) && isFloat(r.Kind):
		n.floats(l, r, false)
		return inspect.FloatDatum
	}
	return inspect.NoDatum
}

// since1970 makes the lanes bad that have the zero time, which does not count from 1970.
func (n *Arith) since1970(v *Vector) {
	n.spoil(func(i int) bool { return v.Bits[i] == inspect.ZeroTimeBits })
}

// shifted computes times that are moved by durations.
func (n *Arith) shifted(l, r *Vector) inspect.DatumKind {
	n.ints(l.Bits, r.Bits)
	n.spoil(func(i int) bool { return n.bits[i] == inspect.ZeroTimeBits })
	return inspect.TimeDatum
}

// small makes the lanes bad that are above the largest int64: from there on all is one by one.
func (n *Arith) small(v *Vector) {
	if v.Kind == inspect.UintDatum {
		n.spoil(func(i int) bool { return v.Bits[i] > math.MaxInt64 })
	}
}

// spoil makes lanes of n.rest bad.
func (n *Arith) spoil(is func(lane int) bool) {
	var bad inspect.Mask
	each(len(n.bits), &n.rest, &bad, is)
	n.vector.Bad.Or(&bad)
	n.rest.AndNot(&bad)
}

// floatsOf returns the lanes of v, numbers or durations, as floats, in to if that has room.
func floatsOf(v *Vector, to []float64) []float64 {
	if cap(to) < len(v.Bits) {
		to = make([]float64, inspect.BatchSize)
	}
	to = to[:len(v.Bits)]
	switch v.Kind {
	case inspect.UintDatum:
		for i, x := range v.Bits {
			to[i] = float64(x)
		}
	case inspect.IntDatum, inspect.DurationDatum:
		for i, x := range v.Bits {
			to[i] = float64(int64(x))
		}
	default:
		for i, x := range v.Bits {
			to[i] = math.Float64frombits(x)
		}
	}
	return to
}

// ints computes with int64s.
func (n *Arith) ints(x, y []uint64) {
	dst := n.bits
	x, y = x[:len(dst)], y[:len(dst)]
	var over uint64 // the sign bit of any lane that does not fit
	switch n.Op {
	case Add:
		for i := range dst {
			z := x[i] + y[i]
			over |= (x[i] ^ z) & (y[i] ^ z)
			dst[i] = z
		}
		if over>>63 != 0 {
			n.spoil(func(i int) bool { return (x[i]^dst[i])&(y[i]^dst[i])>>63 != 0 })
		}
	case Subtract:
		for i := range dst {
			z := x[i] - y[i]
			over |= (x[i] ^ y[i]) & (x[i] ^ z)
			dst[i] = z
		}
		if over>>63 != 0 {
			n.spoil(func(i int) bool { return (x[i]^y[i])&(x[i]^dst[i])>>63 != 0 })
		}
	case Multiply:
		for i := range dst {
			dst[i] = x[i] * y[i]
			over |= productOverflow(x[i], y[i])
		}
		if over != 0 {
			n.spoil(func(i int) bool { return productOverflow(x[i], y[i]) != 0 })
		}
	case Power:
		n.spoil(func(i int) bool {
			p, ok := number.Pow(number.OfInt(int64(x[i])), y[i])
			dst[i] = p.Mag
			if p.Neg {
				dst[i] = -p.Mag
			}
			// What needs 64 bits without a sign is another kind.
			return !ok || int64(y[i]) < 0 || p.Mag > 0 && p.Neg != (int64(dst[i]) < 0)
		})
	case Modulo:
		n.spoil(func(i int) bool { return y[i] == 0 })
		var done inspect.Mask
		each(len(dst), &n.rest, &done, func(i int) bool {
			dst[i] = uint64(int64(x[i]) % int64(y[i]))
			return true
		})
	}
}

// inverse reports whether all of the exponents v are negative, so that powers of integers are floats.
func (n *Arith) inverse(v *Vector) bool {
	for i := n.rest.Next(0); i < len(v.Bits); i = n.rest.Next(i + 1) {
		if v.Kind == inspect.UintDatum || int64(v.Bits[i]) >= 0 {
			return false
		}
	}
	return true
}

// productOverflow is not 0 if the product of two int64s does not fit in one.
func productOverflow(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	hi -= uint64(int64(x)>>63)&y + uint64(int64(y)>>63)&x
	return hi ^ uint64(int64(lo)>>63)
}

// floats computes with the lanes of l and r as floats. Of float32s it rounds to one.
func (n *Arith) floats(l, r *Vector, single bool) {
	n.x, n.y = floatsOf(l, n.x), floatsOf(r, n.y)
	x, y, dst := n.x[:len(n.bits)], n.y[:len(n.bits)], n.bits
	switch n.Op {
	case Add:
		for i := range dst {
			dst[i] = math.Float64bits(x[i] + y[i])
		}
	case Subtract:
		for i := range dst {
			dst[i] = math.Float64bits(x[i] - y[i])
		}
	case Multiply:
		for i := range dst {
			dst[i] = math.Float64bits(x[i] * y[i])
		}
	case Power:
		for i := range dst {
			dst[i] = math.Float64bits(math.Pow(x[i], y[i]))
		}
	case Divide:
		if !single {
			// An integer above 2⁵³ may have a quotient that no float holds.
			n.spoil(func(i int) bool { return math.Abs(x[i]) > 1<<53 })
		}
		for i := range dst {
			dst[i] = math.Float64bits(x[i] / y[i])
		}
	}
	odd := false
	for i, bits := range dst {
		z := math.Float64frombits(bits)
		if single {
			z = float64(float32(z))
			dst[i] = math.Float64bits(z)
		}
		odd = odd || z-z != 0
	}
	if odd {
		n.spoil(func(i int) bool { z := math.Float64frombits(dst[i]); return z-z != 0 })
	}
}

// scaled computes a duration and a float.
func (n *Arith) scaled(l, r *Vector) inspect.DatumKind {
	n.x, n.y = floatsOf(l, n.x), floatsOf(r, n.y)
	x, y, dst := n.x, n.y, n.bits
	n.spoil(func(i int) bool {
		z := x[i] * y[i]
		if n.Op == Divide {
			z = x[i] / y[i]
		}
		if !(math.Abs(z) < 1<<63) { // what is divided by zero does not fit either
			return true
		}
		dst[i] = uint64(int64(z))
		return false
	})
	return inspect.DurationDatum
}

// divided computes durations by integers.
func (n *Arith) divided(l, r *Vector) inspect.DatumKind {
	n.small(r)
	dst := n.bits
	n.spoil(func(i int) bool {
		x, y := int64(l.Bits[i]), int64(r.Bits[i])
		if y == 0 || y == -1 && x == math.MinInt64 {
			return true
		}
		dst[i] = uint64(x / y)
		return false
	})
	return inspect.DurationDatum
}

// quotients computes durations by durations.
func (n *Arith) quotients(l, r *Vector) {
	n.x, n.y = floatsOf(l, n.x), floatsOf(r, n.y)
	for i, x := range n.x[:len(n.bits)] {
		n.bits[i] = math.Float64bits(x / n.y[i])
	}
}
