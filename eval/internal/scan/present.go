package scan

import "github.com/sightglass-go/sightglass/inspect"

// Present is of ?? otherwise, where Of has a value. A lane without one is bad: what is nil or missing has
// another value, and what may not be read is an error.
type Present struct {
	Of Node

	vector Vector
}

func (n *Present) parts() []Node { return []Node{n.Of} }

func (n *Present) eval(b *batch, in *inspect.Mask) *Vector {
	n.vector = *n.Of.eval(b, in)
	n.vector.Constants = nil // it is a number now
	return &n.vector
}
