package scan

import (
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Length is how many elements a slice, a map or a channel has, or how many bytes a text.
type Length struct {
	Of  Node       // the text
	Way *LengthWay // nil if Of is no chain of fields

	asked  inspect.Mask // the lanes that were read by Way
	reads  int          // what each of these tells the Meter
	lacks  bool         // the batch has lanes of which nothing was learned yet
	column inspect.Column
	words  inspect.Column
	none   inspect.Mask
	vector Vector
	bits   []uint64
}

// LengthWay is what is known of a chain of fields whose length is asked, step by step.
type LengthWay struct {
	// Cache has learned the way, by LearnLength, and Nil the way to the same, by LearnNil.
	Cache, Nil access.FieldCache
	// Reads is what a length tells the Meter.
	Reads int
}

// maxLength is more than any collection in memory has: a slice with such a length is torn.
const maxLength = 1 << 48

func (n *Length) parts() []Node { return []Node{n.Of} }

func (n *Length) eval(b *batch, in *inspect.Mask) *Vector {
	if b.Made == nil && n.Way != nil && n.Way.Cache.Leads() {
		n.asked.Or(in)
		c := &n.column
		b.read(&n.Way.Cache, in, c)
		n.reads, n.lacks = n.Way.Reads, c.Kind == inspect.NoDatum
		n.vector = Vector{Kind: c.Kind, Bits: c.Bits, Bad: c.Bad}
		if n.lacks {
			return &n.vector
		}
		if c.Bad.Any() {
			n.vector.Bad.AndNot(n.empty(b))
		}
		var possible inspect.Mask
		inSpan(c.Bits, &span{width: maxLength}, &possible)
		torn := *in
		torn.AndNot(&possible)
		n.vector.Bad.Or(&torn)
		return &n.vector
	}
	v := n.Of.eval(b, in)
	if v.Kind != inspect.TextDatum {
		n.vector = Vector{Bad: *in}
		return &n.vector
	}
	n.bits = room(n.bits, b.n)
	for i, r := range v.Text.Ref[:b.n] {
		n.bits[i] = uint64(len(v.Text.At(int(r))))
	}
	n.vector = Vector{Kind: inspect.IntDatum, Bits: n.bits, Bad: v.Bad}
	return &n.vector
}

// empty returns the lanes that are bad in the column, with a 0, because what they have is nil.
func (n *Length) empty(b *batch) *inspect.Mask {
	b.read(&n.Way.Nil, &n.column.Bad, &n.words)
	if n.none = (inspect.Mask{}); n.words.Kind != inspect.NoDatum {
		inSpan(n.words.Bits, &span{}, &n.none)
		keep(&n.none, &n.column.Bad, &n.words.Bad)
	}
	return &n.none
}

func (n *Length) begin() { n.asked, n.reads, n.lacks = inspect.Mask{}, 0, false }

func (n *Length) took(lo, hi int) int { return Count(&n.asked, lo, hi) * n.reads }

func (n *Length) most() int {
	if n.Way == nil {
		return 0
	}
	return n.Way.Reads
}

func (n *Length) unlearned() bool { return n.lacks }
