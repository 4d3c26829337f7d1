package scan

import (
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// In is whether a value is one of some constants, which are all texts, or all numbers, or all
// durations. The texts may be names of integers.
type In struct {
	Of   Node
	List []*Constant
	// Weight is how many bytes the list takes while it is made, as it is for each lane that asks.
	Weight int

	vector Vector
	bits   []uint64
	is     []bool
	asked  inspect.Mask
	texts  map[string]bool
	words  map[inspect.DatumKind]map[uint64]bool

	namedBy *inspect.Constants // what asNamed is of
	asNamed []*Constant        // List as integers, nil if one is no name of namedBy
}

func (n *In) parts() []Node { return []Node{n.Of} }

func (n *In) begin() { n.asked = inspect.Mask{} }

func (n *In) keeps(lane int) int {
	if n.asked.Has(lane) {
		return n.Weight
	}
	return 0
}

func (n *In) eval(b *batch, in *inspect.Mask) *Vector { return flags(n, b, in, &n.vector, &n.bits) }

func (n *In) test(b *batch, in, yes, bad *inspect.Mask) {
	n.asked.Or(in)
	*yes = inspect.Mask{}
	v := n.Of.eval(b, in)
	*bad = v.Bad
	list := n.List
	if k := list[0].Datum.Kind; k == inspect.TextDatum && isInt(v.Kind) {
		if list = n.named(v.Constants); list == nil {
			*bad = *in
			return
		}
	}
	kind := list[0].Datum.Kind
	_, numbers := numberOf(kind, 0, false)
	good := *in
	good.AndNot(bad)
	switch {
	case v.Kind == inspect.TextDatum && kind == inspect.TextDatum:
		if n.texts == nil {
			n.texts = map[string]bool{}
			for _, k := range n.List {
				n.texts[k.Datum.Text] = true
			}
		}
		n.is = testTexts(v.Text, n.is, func(s []byte) bool { return n.texts[string(s)] })
		spread(v.Text.Ref[:b.n], n.is, yes)
	case v.Kind == inspect.DurationDatum && kind == inspect.DurationDatum, isInt(v.Kind) && numbers:
		words := n.wordsOf(v.Kind, list)
		each(b.n, &good, yes, func(i int) bool { return words[v.Bits[i]] })
	case isFloat(v.Kind) && numbers:
		each(b.n, &good, yes, func(i int) bool {
			x, _ := numberOf(v.Kind, v.Bits[i], v.Written)
			for _, k := range list {
				c, _ := numberOf(k.Datum.Kind, k.Datum.Bits, k.Written)
				if order, ordered := number.Compare(x, c); ordered && order == 0 {
					return true
				}
			}
			return false
		})
	default:
		*bad = *in
	}
	keep(yes, in, bad)
}

// named returns the list of texts as the integers that they are names of, nil if one is no such name.
func (n *In) named(by *inspect.Constants) []*Constant {
	switch by {
	case nil:
		return nil
	case n.namedBy:
		return n.asNamed
	}
	n.namedBy, n.asNamed, n.words = by, nil, nil
	var list []*Constant
	for _, k := range n.List {
		d, ok := by.Datum(k.Datum.Text)
		if !ok {
			return nil
		}
		list = append(list, &Constant{Datum: d})
	}
	n.asNamed = list
	return list
}

// wordsOf returns the words of kind k that are in the list.
func (n *In) wordsOf(k inspect.DatumKind, list []*Constant) map[uint64]bool {
	if words := n.words[k]; words != nil {
		return words
	}
	words := map[uint64]bool{}
	for _, c := range list {
		if k == inspect.DurationDatum {
			words[c.Datum.Bits] = true
			continue
		}
		x, _ := numberOf(c.Datum.Kind, c.Datum.Bits, c.Written)
		if s := spanOf(k, Equal, x); !s.empty {
			words[s.lo] = true
		}
	}
	if n.words == nil {
		n.words = map[inspect.DatumKind]map[uint64]bool{}
	}
	n.words[k] = words
	return words
}

// InRange is whether an integer lies between two.
type InRange struct {
	Of     Node
	Lo, Hi int64

	vector Vector
	bits   []uint64
}

func (n *InRange) parts() []Node { return []Node{n.Of} }

func (n *InRange) eval(b *batch, in *inspect.Mask) *Vector {
	return flags(n, b, in, &n.vector, &n.bits)
}

func (n *InRange) test(b *batch, in, yes, bad *inspect.Mask) {
	*yes = inspect.Mask{}
	v := n.Of.eval(b, in)
	*bad = v.Bad
	switch {
	case v.Kind == inspect.IntDatum && n.Lo <= n.Hi:
		inSpan(v.Bits, &span{lo: uint64(n.Lo), width: uint64(n.Hi - n.Lo)}, yes)
	case v.Kind == inspect.UintDatum && n.Lo <= n.Hi:
		lo := max(n.Lo, 0)
		inSpan(v.Bits, &span{lo: uint64(lo), width: uint64(n.Hi - lo), empty: n.Hi < 0}, yes)
	default:
		// Of an empty range, and for what is no integer.
		*bad = *in
	}
	keep(yes, in, bad)
}

// Chain is a < b < c, and so on: each value is asked for once, and only while the ones before are in
// order.
type Chain struct {
	Nodes []Node
	Ops   []Op // between two of Nodes

	compares []*Compare
	vector   Vector
	bits     []uint64
	rest     inspect.Mask
	not      inspect.Mask
}

func (n *Chain) parts() []Node { return n.Nodes }

func (n *Chain) eval(b *batch, in *inspect.Mask) *Vector {
	return flags(n, b, in, &n.vector, &n.bits)
}

func (n *Chain) test(b *batch, in, yes, bad *inspect.Mask) {
	if n.compares == nil {
		for i, op := range n.Ops {
			// As values and not as literals: they are compared after they were loaded.
			n.compares = append(n.compares, &Compare{Op: op, Left: n.Nodes[i], Right: n.Nodes[i+1], loaded: true})
		}
	}
	*bad = inspect.Mask{}
	n.rest = *in
	l := n.compares[0].ask(n.Nodes[0], b, &n.rest, bad)
	for i, c := range n.compares {
		r := c.ask(n.Nodes[i+1], b, &n.rest, bad)
		c.pair(b, l, r, &n.rest, yes, &n.not)
		bad.Or(&n.not)
		n.rest = *yes
		l = r
	}
	yes.AndNot(bad)
}
