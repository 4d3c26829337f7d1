package scan

import (
	"math"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Compare is l op r, of two numbers, durations, times, texts or booleans.
type Compare struct {
	Op          Op
	Left, Right Node

	vector Vector
	bits   []uint64
	rest   inspect.Mask
	not    inspect.Mask
	loaded bool // no constant takes the type of the other side
	span   folded
	is     []bool // of each text
}

// folded is a comparison of integers with a constant, worked out.
type folded struct {
	kind  inspect.DatumKind
	datum inspect.Datum
	op    Op
	span  span
	known bool
}

func (n *Compare) parts() []Node { return []Node{n.Left, n.Right} }

func (n *Compare) eval(b *batch, in *inspect.Mask) *Vector {
	return flags(n, b, in, &n.vector, &n.bits)
}

func (n *Compare) test(b *batch, in, yes, bad *inspect.Mask) {
	*bad = inspect.Mask{}
	n.rest = *in
	l := n.ask(n.Left, b, &n.rest, bad)
	r := n.ask(n.Right, b, &n.rest, bad)
	n.pair(b, l, r, &n.rest, yes, &n.not)
	bad.Or(&n.not)
}

// ask evaluates a side for the lanes in rest, from which it takes those that are bad. It returns nil
// for a constant.
func (n *Compare) ask(side Node, b *batch, rest, bad *inspect.Mask) *Vector {
	if k, ok := side.(*Constant); ok {
		k.ask(rest)
		return nil
	}
	v := side.eval(b, rest)
	bad.Or(&v.Bad)
	rest.AndNot(&v.Bad)
	return v
}

// pair compares two sides, of which l or r is nil if it is a constant.
func (n *Compare) pair(b *batch, l, r *Vector, in, yes, bad *inspect.Mask) {
	*yes, *bad = inspect.Mask{}, inspect.Mask{}
	switch {
	case l == nil && r == nil:
		*bad = *in
	case r == nil:
		n.constant(b, l, n.Op, n.Right.(*Constant), in, yes, bad)
	case l == nil:
		n.constant(b, r, n.Op.Mirrored(), n.Left.(*Constant), in, yes, bad)
	case !n.vectors(b, l, r, yes):
		*bad = *in
	}
	keep(yes, in, bad)
}

// keep keeps the lanes that were asked for and are not bad.
func keep(yes, in, bad *inspect.Mask) {
	for w := range yes {
		yes[w] &= in[w] &^ bad[w]
	}
}

// constant tests v op k.
func (n *Compare) constant(b *batch, v *Vector, op Op, k *Constant, in, yes, bad *inspect.Mask) {
	d := k.Datum
	if !n.loaded {
		d = k.beside(v.Kind)
		if named, ok := v.Constants.Datum(d.Text); ok && d.Kind == inspect.TextDatum && op >= Equal && isInt(v.Kind) {
			d = named
		}
	}
	known := false
	switch {
	case v.Kind == inspect.TextDatum && d.Kind == inspect.TextDatum:
		n.is = testTexts(v.Text, n.is, func(s []byte) bool { return op.holds(compareText(s, d.Text), true) })
		spread(v.Text.Ref[:b.n], n.is, yes)
		known = true
	case v.Kind == inspect.BoolDatum && d.Kind == inspect.BoolDatum && op >= Equal,
		v.Kind == inspect.DurationDatum && d.Kind == inspect.DurationDatum,
		v.Kind == inspect.TimeDatum && d.Kind == inspect.TimeDatum:
		// The words are compared as those of integers.
		inSpan(v.Bits, n.fold(inspect.IntDatum, inspect.Datum{Kind: inspect.IntDatum, Bits: d.Bits}, op, number.OfInt(int64(d.Bits))), yes)
		known = true
	case v.Kind == inspect.IntDatum || v.Kind == inspect.UintDatum:
		c, ok := numberOf(d.Kind, d.Bits, k.Written)
		if known = ok; ok {
			inSpan(v.Bits, n.fold(v.Kind, d, op, c), yes)
		}
	case v.Kind == inspect.FloatDatum || v.Kind == inspect.Float32Datum:
		c, ok := numberOf(d.Kind, d.Bits, k.Written)
		// A Written vector beside a float32 would take its type.
		if known = ok && !(v.Written && c.IsSingle); known {
			if c.FitsFloat() && !(c.Written && v.Kind == inspect.Float32Datum) {
				compareFloats(v.Bits, op, c.Float64(), yes)
			} else {
				each(b.n, in, yes, func(i int) bool {
					x, _ := numberOf(v.Kind, v.Bits[i], v.Written)
					return op.holds(number.Compare(x, c))
				})
			}
		}
	}
	if !known {
		*bad = *in
	}
}

// fold returns the integers of kind k for which op holds with the constant d, c as a number.
func (n *Compare) fold(k inspect.DatumKind, d inspect.Datum, op Op, c number.Number) *span {
	if f := &n.span; !f.known || f.kind != k || f.datum != d || f.op != op {
		*f = folded{k, d, op, spanOf(k, op, c), true}
	}
	return &n.span.span
}

// vectors tests l op r; ok is false if their kinds are not compared here.
func (n *Compare) vectors(b *batch, l, r *Vector, yes *inspect.Mask) (ok bool) {
	op := n.Op
	switch {
	case l.Kind == inspect.TextDatum && r.Kind == inspect.TextDatum:
		all := inspect.FirstLanes(b.n)
		each(b.n, &all, yes, func(i int) bool {
			x, y := l.Text.At(int(l.Text.Ref[i])), r.Text.At(int(r.Text.Ref[i]))
			return op.holds(compareText(x, string(y)), true)
		})
	case l.Kind == inspect.BoolDatum && r.Kind == inspect.BoolDatum && op >= Equal,
		l.Kind == inspect.DurationDatum && r.Kind == inspect.DurationDatum,
		l.Kind == inspect.TimeDatum && r.Kind == inspect.TimeDatum,
		l.Kind == inspect.IntDatum && r.Kind == inspect.IntDatum:
		compareWords(l.Bits[:b.n], r.Bits[:b.n], op, 1<<63, yes)
	case l.Kind == inspect.UintDatum && r.Kind == inspect.UintDatum:
		compareWords(l.Bits[:b.n], r.Bits[:b.n], op, 0, yes)
	default:
		if _, ok := numberOf(l.Kind, 0, false); !ok {
			return false
		}
		if _, ok := numberOf(r.Kind, 0, false); !ok {
			return false
		}
		all := inspect.FirstLanes(b.n)
		each(b.n, &all, yes, func(i int) bool {
			x, _ := numberOf(l.Kind, l.Bits[i], l.Written)
			y, _ := numberOf(r.Kind, r.Bits[i], r.Written)
			return op.holds(number.Compare(x, y))
		})
	}
	return true
}

// inSpan sets yes to the lanes whose words lie in s.
func inSpan(col []uint64, s *span, yes *inspect.Mask) {
	if s.empty {
		if s.outside {
			*yes = inspect.FirstLanes(len(col))
		}
		return
	}
	lo, width := s.lo, s.width
	flip := uint64(0)
	if s.outside {
		flip = math.MaxUint64
	}
	w := 0
	for ; len(col) >= 64; col = col[64:] {
		c := col[:64]
		var m uint64
		for j := 0; j < 64; j += 4 {
			m |= (within(c[j]-lo, width) | within(c[j+1]-lo, width)<<1 | within(c[j+2]-lo, width)<<2 | within(c[j+3]-lo, width)<<3) << (j & 63)
		}
		yes[w] = m ^ flip
		w++
	}
	if len(col) > 0 {
		var m uint64
		for j, x := range col {
			m |= within(x-lo, width) << (j & 63)
		}
		yes[w] = m ^ flip&(1<<len(col)-1)
	}
}

// within is 1 if x <= width, else 0.
func within(x, width uint64) uint64 {
	if x <= width {
		return 1
	}
	return 0
}

// compareWords compares word by word; flip is 1<<63 for words in two's complement, 0 for unsigned
// ones.
func compareWords(x, y []uint64, op Op, flip uint64, yes *inspect.Mask) {
	y = y[:len(x)]
	not := uint64(0)
	switch op {
	case More, LessOrEqual: // x > y is y < x
		x, y = y, x
		if op == LessOrEqual {
			not = math.MaxUint64
		}
	case MoreOrEqual, NotEqual:
		not = math.MaxUint64
	}
	for w := 0; len(x) > 0; w++ {
		n := min(64, len(x))
		a, b := x[:n], y[:n]
		var m uint64
		if op >= Equal {
			for j, v := range a {
				m |= within(v^b[j], 0) << (j & 63)
			}
		} else {
			for j, v := range a {
				m |= below(v^flip, b[j]^flip) << (j & 63)
			}
		}
		yes[w] = m ^ not>>(64-n)
		x, y = x[n:], y[n:]
	}
}

// below is 1 if x < y, else 0.
func below(x, y uint64) uint64 {
	if x < y {
		return 1
	}
	return 0
}

// compareFloats compares floats with c.
func compareFloats(col []uint64, op Op, c float64, yes *inspect.Mask) {
	for w := 0; len(col) > 0; w++ {
		n := min(64, len(col))
		var m uint64
		for j, bits := range col[:n] {
			x := math.Float64frombits(bits)
			var is bool
			switch op {
			case Less:
				is = x < c
			case LessOrEqual:
				is = x <= c
			case More:
				is = x > c
			case MoreOrEqual:
				is = x >= c
			case Equal:
				is = x == c
			default:
				is = x != c
			}
			if is {
				m |= 1 << (j & 63)
			}
		}
		yes[w] = m
		col = col[n:]
	}
}
