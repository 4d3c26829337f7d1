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

// HoldElement is Hold for an element of a list, which is loaded again when it is used: an integer keeps
// the names that its type has.
func HoldElement(t *Thread, x Value) (Value, error) {
	names := ConstantsOf(x)
	x, err := Hold(t, x)
	if err != nil {
		return nil, err
	}
	return Named(x, names), nil
}

// Measure is the size of x in bytes, and whether live objects are in it.
func Measure(x Value, depth int) (size int, live bool) {
	if m, ok := x.(Measured); ok {
		return m.Measure(depth)
	}
	return meter.ElementSize, false
}

// copyLimit bounds what is copied of the application for a variable that was named.
var copyLimit = render.Limit{Depth: 32, Items: 10_000, Nodes: 10_000, Bytes: 64 << 10, Text: 1 << 20}

// Copy takes a bounded snapshot of x that lasts. path is the expression that reaches x, "" if there
// is none.
func Copy(t *Thread, x Value, path string) *render.Node { return Picture(t, x, copyLimit, path) }

// manyElements is how many elements an answer has of which people see only a part.
const manyElements = 64

// Recall takes the snapshot that _ keeps of x, of which shown is shown, to that depth. It has the
// elements of x as Copy has, and less of what they lead to, which may be all of the application:
// nobody has asked to keep that.
func Recall(t *Thread, x Value, path string, shown *render.Node, depth int) *render.Node {
	limit := copyLimit
	limit.Taper, limit.Depth, limit.Below = true, depth, manyElements/4
	limit.Bytes, limit.Text = 4*limit.Bytes, limit.Text/4 // it tapers: an element's text has as much as Copy's
	if shown.Len > manyElements {
		limit.Depth, limit.Below = min(depth, 3), manyElements/16
	}
	return Picture(t, x, limit, path)
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
