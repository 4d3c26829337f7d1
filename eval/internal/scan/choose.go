package scan

import (
	"math/bits"

	"github.com/sightglass-go/sightglass/inspect"
)

// Choose is if ? then : else. Each side is asked only for the lanes that choose it.
type Choose struct {
	If, Then Node
	// Else is nil if lanes that do not choose Then have no answer: they are in Skip of its vector.
	Else Node

	vector       Vector
	bits         []uint64
	yes, no, bad inspect.Mask
}

func (n *Choose) parts() []Node {
	if n.Else == nil {
		return []Node{n.If, n.Then}
	}
	return []Node{n.If, n.Then, n.Else}
}

func (n *Choose) eval(b *batch, in *inspect.Mask) *Vector {
	test(n.If, b, in, &n.yes, &n.bad)
	n.no = *in
	n.no.AndNot(&n.yes)
	n.no.AndNot(&n.bad)
	switch {
	case n.Else == nil:
		n.vector = Vector{}
		if n.yes.Any() {
			n.vector = *n.Then.eval(b, &n.yes)
		}
		n.vector.Skip = &n.no
	case !n.no.Any():
		n.vector = *n.Then.eval(b, &n.yes)
	case !n.yes.Any():
		n.vector = *n.Else.eval(b, &n.no)
	default:
		n.both(b, n.Then.eval(b, &n.yes), n.Else.eval(b, &n.no))
	}
	n.vector.Constants = nil // the other side may have others
	n.vector.Bad.Or(&n.bad)
	return &n.vector
}

// both makes one vector of two. All lanes are bad if they have several kinds.
func (n *Choose) both(b *batch, yes, no *Vector) {
	n.vector = Vector{Kind: yes.Kind, Bad: yes.Bad, Written: yes.Written}
	n.vector.Bad.Or(&no.Bad)
	if yes.Kind != no.Kind || yes.Written != no.Written || yes.Bits == nil || no.Bits == nil {
		n.vector = Vector{Bad: n.yes}
		n.vector.Bad.Or(&n.no)
		return
	}
	n.bits = room(n.bits, b.n)
	copy(n.bits, no.Bits)
	for w, m := range n.yes[:(b.n+63)/64] {
		for ; m != 0; m &= m - 1 {
			i := w*64 + bits.TrailingZeros64(m)
			n.bits[i] = yes.Bits[i]
		}
	}
	n.vector.Bits = n.bits
}
