package value

import (
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Hold makes x last beyond the step that reached it: a scalar becomes plain, a View that a walk
// lent is copied. An error that is shown as its text stays the error, with its fields. It charges
// for what is kept. All code that stores a value calls it; what it returns may have to be loaded.
func Hold(t *Thread, x Value) (Value, error) {
	place := x
	x, err := Load(x)
	if err != nil {
		return nil, err
	}
	size := meter.ElementSize
	if s, ok := x.(String); ok && isErrorText(place) {
		size += len(s)
		x = place
	}
	switch x := x.(type) {
	case Live:
		if err := t.Keep(size); err != nil {
			return nil, err
		}
		return live(x.View.Keep())
	case String:
		size += len(x)
	}
	return x, t.Keep(size)
}

// Measure is the size of x in bytes, and whether live objects are in it.
func Measure(x Value, depth int) (size int, live bool) {
	if m, ok := x.(Measured); ok {
		return m.Measure(depth)
	}
	return meter.ElementSize, false
}

// copyLimit bounds what a variable copies of the application.
var copyLimit = render.Limit{Depth: 32, Items: 10_000, Nodes: 10_000, Bytes: 64 << 10}

// maxCopied bounds the text that a variable copies, in bytes.
const maxCopied = 1 << 20

// Copy takes a bounded snapshot of x that lasts. path is the expression that reaches x, "" if there
// is none.
//
// It begins with a sketch that has only the beginnings of the texts: all of them together may be
// far longer than what an evaluation may hold.
func Copy(t *Thread, x Value, path string) *render.Node {
	limit, sketch := copyLimit, copyLimit
	sketch.Bytes = 256
	n := Picture(t, x, sketch, path)
	for textUpTo(n, limit.Bytes) > maxCopied && limit.Nodes > 1 {
		// Many long strings: fewer nodes, until it fits.
		limit.Nodes /= 4
		sketch.Nodes = limit.Nodes
		n = Picture(t, x, sketch, path)
	}
	if textUpTo(n, limit.Bytes) == textUpTo(n, sketch.Bytes) {
		return n
	}
	return Picture(t, x, limit, path)
}

// textUpTo is how many bytes the texts in a snapshot would have if each were shown up to most
// bytes.
func textUpTo(n *render.Node, most int) int {
	size := len(n.Text)
	if n.Shape == inspect.Scalar && n.Cut != nil {
		size += n.Cut.More
	}
	size = min(size, most)
	for _, it := range n.Items {
		size += textUpTo(it.Node, most)
		if it.Key != nil {
			size += textUpTo(it.Key, most)
		}
	}
	return size
}

// isErrorText reports whether x, which loads as text, is an error with fields.
func isErrorText(x Value) bool {
	l, ok := x.(Live)
	if !ok || l.View.Shape() == inspect.Scalar && l.View.Value().Kind() == reflect.String {
		return false
	}
	target, err := l.View.Target()
	return err == nil && target != nil && target.Value().IsError()
}
