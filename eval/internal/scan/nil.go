package scan

import (
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// IsNil is whether a chain of fields leads to nil, or whether it does not.
type IsNil struct {
	Way *NilWay
	Not bool

	asked  inspect.Mask // the lanes that the batch was asked for
	none   inspect.Mask // those of them that have nil, and are not bad
	lacks  bool         // the batch has lanes of which nothing was learned yet
	column inspect.Column
	vector Vector
	bits   []uint64
}

// NilWay is what is known of a chain of fields that is compared with nil, step by step.
type NilWay struct {
	// Cache has learned the way, by LearnNil.
	Cache access.FieldCache
	// Reads is what a comparison tells the Meter, of what is not nil and of what is; Known says of
	// which of them that is known.
	Reads [2]int
	Known [2]bool
}

func (n *IsNil) eval(b *batch, in *inspect.Mask) *Vector { return flags(n, b, in, &n.vector, &n.bits) }

func (n *IsNil) test(b *batch, in, yes, bad *inspect.Mask) {
	n.asked = *in
	c := &n.column
	b.read(&n.Way.Cache, in, c)
	n.none, *bad = inspect.Mask{}, c.Bad
	n.lacks = c.Kind == inspect.NoDatum
	if !n.lacks {
		inSpan(c.Bits, &span{}, &n.none)
		keep(&n.none, in, bad)
	}
	some := *in
	some.AndNot(bad)
	some.AndNot(&n.none)
	if n.Way.Cache.OnlyNil() {
		bad.Or(&some)
		some = inspect.Mask{}
	}
	for i, lanes := range []*inspect.Mask{&some, &n.none} {
		if !n.Way.Known[i] && lanes.Any() {
			bad.Or(lanes)
			n.lacks = true
		}
	}
	if *yes = n.none; n.Not {
		*yes = some
	}
	keep(yes, in, bad)
}

func (n *IsNil) begin() { n.asked, n.none, n.lacks = inspect.Mask{}, inspect.Mask{}, false }

func (n *IsNil) took(lo, hi int) int {
	none := Count(&n.none, lo, hi)
	return none*n.Way.Reads[1] + (Count(&n.asked, lo, hi)-none)*n.Way.Reads[0]
}

func (n *IsNil) most() int { return max(n.Way.Reads[0], n.Way.Reads[1]) }

func (n *IsNil) unlearned() bool { return n.lacks }
