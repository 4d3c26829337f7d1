package render

import (
	"bytes"
	"reflect"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A struct of so many fields is large, and if so many of them are zero these share a line.
const (
	minLarge = 10
	minZeros = 4
)

// isRestful reports whether text is how a zero value of that type describes itself.
func isRestful(typ, text string) bool {
	switch typ {
	case "sync.Mutex", "sync.RWMutex":
		return text == "unlocked"
	case "sync.Once":
		return text == "not done"
	case "sync.WaitGroup":
		return text == "waits for 0"
	}
	return false
}

// isZero reports whether all that text would say of n is that it is the zero value of its type, so
// that its name among others says as much. What is hidden, cut, unreadable or torn is never zero:
// to say so would tell what it holds, or something that nobody knows.
func (n *Node) isZero(a context, depth int) bool {
	switch {
	case n == nil:
		return true
	case n.Hidden, n.boxed, n.Cut != nil, n.Err != "", n.Cycle != "", n.Same != "", n.mark()&^a.mark != 0, depth > maxWritten:
		return false
	}
	switch n.Shape {
	case inspect.Nil:
		return true
	case inspect.Scalar:
		if x, ok := n.Scalar.([]byte); ok {
			return isArray(n.Type) && len(bytes.Trim(x, "\x00")) == 0
		}
		return isZeroScalar(n.Scalar)
	case inspect.Opaque:
		return isRestful(n.Type, n.Text)
	case inspect.Struct:
		if strings.HasPrefix(n.Type, "*") {
			return false // it is behind a pointer, which is not nil
		}
	case inspect.List:
		if !isArray(n.Type) {
			return false
		}
	default:
		return false
	}
	for _, item := range n.Items {
		if !item.Node.isZero(a, depth+1) {
			return false
		}
	}
	return true
}

// isDull reports whether n says little beside the other fields of a struct that has one line: it is
// zero, a func, or elsewhere.
func (n *Node) isDull(a context) bool {
	return n.isZero(a, 0) || n.Shape == inspect.Func || n.Cycle != "" || n.Same != ""
}

// isArray reports whether the type of that name is an array and no slice, which is not zero even if
// it is empty. Of a named type that is not known.
func isArray(name string) bool { return strings.HasPrefix(name, "[") && !strings.HasPrefix(name, "[]") }

func isZeroScalar(x any) bool {
	if at, ok := x.(time.Time); ok {
		return at.IsZero() // in any location
	}
	return x != nil && reflect.ValueOf(x).IsZero()
}

// zeros returns the indexes of the fields of n that share a line because they are zero, nil if each
// has its own.
func (w *writer) zeros(n *Node, inside context) map[int]bool {
	if w.folder == nil || n.Shape != inspect.Struct || n.Type == "" || len(n.Items) < minLarge {
		return nil
	}
	zeros := map[int]bool{}
	for i, item := range n.Items {
		if item.Node.isZero(inside, 0) {
			zeros[i] = true
		}
	}
	if len(zeros) < minZeros {
		return nil
	}
	return zeros
}

// zeroLine writes the names of the fields that are zero, as many as fit the line, and the
// expression that shows each with its value.
func (w *writer) zeroLine(l *line, n *Node, zeros map[int]bool, right int) {
	var names []string
	for i, item := range n.Items {
		if zeros[i] {
			names = append(names, text.Escape(item.Name))
		}
	}
	all := ""
	if n.Path != "" {
		all = ": " + text.Escape(n.Path) + "!"
	}
	w.names(l, "zero: ", names, "", all, right)
}
