package scan

import "github.com/sightglass-go/sightglass/inspect"

// Concat is l + r of two texts, of which one may be a Constant. Each different pair of a batch is made
// once.
type Concat struct {
	Left, Right Node

	vector Vector
	texts  inspect.Texts
	buf    []byte
	rest   inspect.Mask
	kept   kept
}

func (n *Concat) parts() []Node { return []Node{n.Left, n.Right} }

func (n *Concat) begin() { n.kept.begin() }

func (n *Concat) keeps(lane int) int { return n.kept.keeps(lane) }

func (n *Concat) eval(b *batch, in *inspect.Mask) *Vector {
	n.vector = Vector{Bad: *in}
	n.rest = *in
	l, before, ok := n.side(n.Left, b)
	if !ok {
		return &n.vector
	}
	r, behind, ok := n.side(n.Right, b)
	if !ok {
		return &n.vector
	}
	steps := 0
	done := n.texts.Join(l, r, b.n, &n.rest, func(l, r []byte) ([]byte, bool) {
		n.buf = append(append(append(append(n.buf[:0], before...), l...), r...), behind...)
		steps += len(n.buf)
		return n.buf, steps <= maxSteps
	})
	made := Between(0, done)
	n.rest.And(&made)
	n.vector = Vector{Kind: inspect.TextDatum, Text: &n.texts, Bad: *in}
	n.vector.Bad.AndNot(&n.rest)
	n.kept.ask(&n.texts, &n.rest, copied)
	return &n.vector
}

// side returns the texts of a side, or the constant that it is, and takes the lanes that are bad from
// n.rest; ok is false if it has no texts.
func (n *Concat) side(side Node, b *batch) (of *inspect.Texts, constant string, ok bool) {
	if k, is := side.(*Constant); is {
		k.ask(&n.rest)
		return nil, k.Datum.Text, k.Datum.Kind == inspect.TextDatum
	}
	v := side.eval(b, &n.rest)
	n.rest.AndNot(&v.Bad)
	return v.Text, "", v.Kind == inspect.TextDatum
}

// IsText reports whether n makes a text, or nothing, by its form.
func IsText(n Node) bool {
	switch n := n.(type) {
	case *Constant:
		return n.Datum.Kind == inspect.TextDatum
	case *Convert, *Concat:
		return true
	}
	return false
}
