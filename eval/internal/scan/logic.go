package scan

import "github.com/sightglass-go/sightglass/inspect"

// Logic is l && r, or l || r. The right side is asked only for lanes that the left does not decide.
type Logic struct {
	Left, Right Node
	Or          bool

	vector     Vector
	bits       []uint64
	right, not inspect.Mask
	rest       inspect.Mask
}

func (n *Logic) parts() []Node { return []Node{n.Left, n.Right} }

func (n *Logic) test(b *batch, in, yes, bad *inspect.Mask) {
	test(n.Left, b, in, yes, bad)
	n.rest = *in
	n.rest.AndNot(bad)
	if n.Or {
		n.rest.AndNot(yes)
	} else {
		n.rest.And(yes)
	}
	if !n.rest.Any() {
		return
	}
	test(n.Right, b, &n.rest, &n.right, &n.not)
	bad.Or(&n.not)
	if n.Or {
		yes.Or(&n.right)
	} else {
		*yes = n.right
	}
	yes.AndNot(bad)
}

func (n *Logic) eval(b *batch, in *inspect.Mask) *Vector { return flags(n, b, in, &n.vector, &n.bits) }

// Not is the opposite.
type Not struct {
	Of Node

	vector Vector
	bits   []uint64
}

func (n *Not) parts() []Node { return []Node{n.Of} }

func (n *Not) test(b *batch, in, yes, bad *inspect.Mask) {
	test(n.Of, b, in, yes, bad)
	for w := range yes {
		yes[w] = in[w] &^ bad[w] &^ yes[w]
	}
}

func (n *Not) eval(b *batch, in *inspect.Mask) *Vector { return flags(n, b, in, &n.vector, &n.bits) }

// flags returns the answers of a condition as a vector.
func flags(c Condition, b *batch, in *inspect.Mask, v *Vector, bits *[]uint64) *Vector {
	var yes inspect.Mask
	*v = Vector{Kind: inspect.BoolDatum}
	c.test(b, in, &yes, &v.Bad)
	*bits = room(*bits, b.n)
	v.Bits = *bits
	for i := range v.Bits {
		v.Bits[i] = yes[i/64] >> (i % 64) & 1
	}
	return v
}
