package scan

import "github.com/sightglass-go/sightglass/inspect"

// Let gives a value a name for a node: the value is asked for once, and for all lanes.
type Let struct {
	Value, In Node

	value  *Vector // of the batch
	vector Vector
	rest   inspect.Mask
}

func (n *Let) parts() []Node { return []Node{n.Value, n.In} }

func (n *Let) eval(b *batch, in *inspect.Mask) *Vector {
	n.value = n.Value.eval(b, in)
	n.rest = *in
	n.rest.AndNot(&n.value.Bad)
	v := n.In.eval(b, &n.rest)
	n.vector = *v
	n.vector.Bad.Or(&n.value.Bad)
	return &n.vector
}

// Named is the value of the Let that it stands in.
type Named struct {
	Let *Let

	vector Vector
}

func (n *Named) eval(_ *batch, in *inspect.Mask) *Vector {
	n.vector = *n.Let.value
	n.vector.Constants = nil // a variable is the number alone
	n.vector.Bad.And(in)
	return &n.vector
}
