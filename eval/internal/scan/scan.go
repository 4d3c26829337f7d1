// Package scan evaluates expressions over many entries of a collection at once.
//
// An expression is a tree of nodes. Each node takes a batch of entries, the lanes, and a mask of the
// lanes that need its answer, and gives a [Vector] with an answer for each. A lane of which a node
// knows no answer, or for which there may be none, is bad: the caller does it step by step, and gets
// the answer or the error there. So a node may give up on whatever is rare. It must never guess.
//
// What a lane costs is what it costs step by step: a column counts the lanes that asked for it.
//
// The package knows nothing of syntax, and nothing of how entries are walked.
package scan

import (
	"math"
	"math/bits"
	"slices"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Vector has a value for each lane. It is good until its node is asked again.
type Vector struct {
	Kind inspect.DatumKind // of all lanes; NoDatum if all are bad
	Bits []uint64          // by lane, as in a Datum; nil for texts and for NoDatum
	Text *inspect.Texts    // for TextDatum
	Bad  inspect.Mask      // the lanes without a value, of those that were asked for
	// Written says that a float was written out, so that it takes the type of what it meets.
	Written bool
	// Constants are the names that integers have which were read, nil if they have none.
	Constants *inspect.Constants
	// Skip has lanes without a value that are not bad; nil if there are none. Only a Choose without Else
	// has some.
	Skip *inspect.Mask
	// Sum is the sum of all Bits if Summed, each of which is less than 1<<52. Only a Field has one.
	Sum    uint64
	Summed bool
}

// Node is a part of an expression.
type Node interface {
	// eval returns the values of the lanes in in. Other lanes have any value, and are not bad.
	eval(b *batch, in *inspect.Mask) *Vector
}

// Condition is a Node whose answer is yes or no.
type Condition interface {
	Node
	// test sets yes to the lanes of in that meet it, and bad to those of which that is not known.
	test(b *batch, in *inspect.Mask, yes, bad *inspect.Mask)
}

// Elements are what an expression is evaluated of.
type Elements struct {
	*access.Batch // they are its entries
	// Keys says that they are the keys of the entries, as those of a set are.
	Keys bool
	// Made has them where they are no entries, but what another expression made of these; nil otherwise.
	// See [Scan.OfMade].
	Made *Vector
}

// batch is what nodes are asked about.
type batch struct {
	Elements
	n int
}

// read reads what c has learned from the elements.
func (b *batch) read(c *access.FieldCache, in *inspect.Mask, to *inspect.Column) {
	b.Read(c, b.Keys, in, to)
}

// Scan is an expression. It keeps the memory of its nodes from one batch to the next, and is for one
// goroutine at a time.
type Scan struct {
	root Node
	// readers are the nodes that read something, and keepers those that keep something.
	readers []reader
	keepers []keeper

	yes, bad inspect.Mask
	none     Vector
	batch    batch
}

// New returns the Scan of an expression.
func New(root Node) *Scan {
	s := &Scan{root: root}
	walk(root, func(n Node) {
		if k, ok := n.(keeper); ok {
			s.keepers = append(s.keepers, k)
		}
		if c, ok := n.(*Constant); ok && c.Once == nil {
			return
		}
		if r, ok := n.(reader); ok {
			s.readers = append(s.readers, r)
		}
	})
	return s
}

// reader is a node that reads something in each lane that asks it.
type reader interface {
	// begin begins with a batch.
	begin()
	// took returns how many reads the lanes from lo up to hi took, of which none is bad.
	took(lo, hi int) int
	// most returns the most reads that a lane takes, as far as is known.
	most() int
	// unlearned reports whether lanes of the batch are bad because it is not known yet how to read them.
	unlearned() bool
}

// keeper is a node that keeps something for a lane that asks it, until the lane is evaluated.
type keeper interface {
	// begin begins with a batch.
	begin()
	// keeps returns how many bytes a lane keeps, 0 if it did not ask.
	keeps(lane int) int
}

// IsCondition reports whether the expression is a condition by its form. Any other may still be one
// by its values.
func (s *Scan) IsCondition() bool {
	_, ok := s.root.(Condition)
	return ok
}

// IsField reports whether the expression is a chain of fields, a key, a position or the element itself.
func (s *Scan) IsField() bool {
	switch s.root.(type) {
	case *Field, *Key, *Index:
		return true
	}
	return false
}

// begin begins with a batch.
func (s *Scan) begin(of Elements) {
	s.batch = batch{of, of.Len()}
	for _, r := range s.readers {
		r.begin()
	}
	for _, k := range s.keepers {
		k.begin()
	}
}

// Test evaluates the expression as a condition, for the lanes that are in in. It returns those that meet
// it, and those that have to be done step by step. Both are good until the next call.
func (s *Scan) Test(of Elements, in *inspect.Mask) (yes, bad *inspect.Mask) {
	s.begin(of)
	test(s.root, &s.batch, in, &s.yes, &s.bad)
	return &s.yes, &s.bad
}

// Values evaluates the expression for the lanes that are in in. Bad has the lanes that have to be done
// step by step.
func (s *Scan) Values(of Elements, in *inspect.Mask) *Vector {
	v := s.Moments(of, in)
	if v.Kind == inspect.TimeDatum {
		// As an answer a time has a location.
		s.none = Vector{Bad: *in}
		return &s.none
	}
	return v
}

// Moments is Values, but has times too: without their locations, so that they are good for comparing.
func (s *Scan) Moments(of Elements, in *inspect.Mask) *Vector {
	s.begin(of)
	return s.root.eval(&s.batch, in)
}

// OfMade reports whether the expression can be evaluated of values that were made: it takes the element
// as a whole.
func (s *Scan) OfMade() bool {
	whole := true
	walk(s.root, func(n Node) {
		switch n := n.(type) {
		case *Field:
			whole = whole && n.Self
		case *IsNil:
			whole = false
		}
	})
	return whole
}

// Positional reports whether the expression asks for the position of an element, in a list or else
// in a map.
func (s *Scan) Positional(list bool) (is bool) {
	walk(s.root, func(n Node) {
		switch n.(type) {
		case *Index:
			is = true
		case *Key:
			is = is || list
		}
	})
	return is
}

// Reads returns how many reads the lanes from lo up to hi took, of which none is bad.
func (s *Scan) Reads(lo, hi int) (n int) {
	for _, r := range s.readers {
		n += r.took(lo, hi)
	}
	return n
}

// Weight returns how many bytes are kept, at the most, while one of the lanes from lo up to hi is
// evaluated.
func (s *Scan) Weight(lo, hi int) (bytes int) {
	if len(s.keepers) == 0 {
		return 0
	}
	for lane := lo; lane < hi; lane++ {
		// What is kept is given back at the end of the lane, so all of it adds up.
		kept := 0
		for _, k := range s.keepers {
			kept += k.keeps(lane)
		}
		bytes = max(bytes, kept)
	}
	return bytes
}

// Unlearned reports whether lanes of the last batch are bad because the way to a field was not known,
// or a constant was not read yet.
func (s *Scan) Unlearned() bool {
	return slices.ContainsFunc(s.readers, reader.unlearned)
}

// MaxReads returns the most reads that a lane takes, as far as is known.
func (s *Scan) MaxReads() (n int) {
	for _, r := range s.readers {
		n += r.most()
	}
	return n
}

// Between returns the lanes from lo up to hi.
func Between(lo, hi int) inspect.Mask {
	var m inspect.Mask
	if lo >= hi {
		return m
	}
	first, last := lo/64, (hi-1)/64
	for w := first; w <= last; w++ {
		m[w] = math.MaxUint64
	}
	m[first] &= math.MaxUint64 << (lo % 64)
	m[last] &= math.MaxUint64 >> (63 - (hi-1)%64)
	return m
}

// Count returns how many of the lanes from lo up to hi are in m.
func Count(m *inspect.Mask, lo, hi int) int {
	n := 0
	if lo >= hi {
		return 0
	}
	first, last := lo/64, (hi-1)/64
	for _, word := range m[first : last+1] {
		n += bits.OnesCount64(word)
	}
	// Those below lo and from hi on.
	n -= bits.OnesCount64(m[first] &^ (math.MaxUint64 << (lo % 64)))
	return n - bits.OnesCount64(m[last]&^(math.MaxUint64>>(63-(hi-1)%64)))
}

// Run returns how many lanes from lo on, but below hi, follow each other in m.
func Run(m *inspect.Mask, lo, hi int) (n int) {
	for lo+n < hi && m.Has(lo+n) {
		n++
	}
	return n
}

// FirstEnd returns the end of the lanes from lo up to hi that ends with the first one in m, hi if there
// is none.
func FirstEnd(m *inspect.Mask, lo, hi int) int { return min(m.Next(lo)+1, hi) }

// test tests any node.
func test(n Node, b *batch, in, yes, bad *inspect.Mask) {
	if c, ok := n.(Condition); ok {
		c.test(b, in, yes, bad)
		return
	}
	v := n.eval(b, in)
	*yes = inspect.Mask{}
	if v.Kind != inspect.BoolDatum {
		*bad = *in
		return
	}
	*bad = v.Bad
	good := *in
	good.AndNot(bad)
	each(b.n, &good, yes, func(i int) bool { return v.Bits[i] != 0 })
}

// each sets yes to the lanes of in for which is holds.
func each(n int, in, yes *inspect.Mask, is func(lane int) bool) {
	*yes = inspect.Mask{}
	for w, word := range in[:(n+63)/64] {
		var m uint64
		for ; word != 0; word &= word - 1 {
			low := word & -word
			if is(w*64 + bits.TrailingZeros64(low)) {
				m |= low
			}
		}
		yes[w] = m
	}
}

// walk calls f for n and all nodes below it.
func walk(n Node, f func(Node)) {
	f(n)
	if p, ok := n.(interface{ parts() []Node }); ok {
		for _, part := range p.parts() {
			walk(part, f)
		}
	}
}
