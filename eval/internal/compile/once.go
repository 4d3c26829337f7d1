package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// once is a place that a predicate reads, and that does not depend on the element, as config.limit.
// Step by step it is read for each element. A walk in batches reads it step by step for the first
// element that asks for it, and has the others share what was read.
type once struct {
	scan.Once
	text string // as it is written, for people
}

// maxOnce bounds the bytes of a text that is shared.
const maxOnce = 1 << 10

// once returns the once for n, nil if n depends on the element or is no place.
func (c *compiler) once(n ast.Node) *once {
	if c.inner == nil || !c.fixed(n) {
		return nil
	}
	o := c.onces[n]
	if o == nil {
		if c.onces == nil {
			c.onces = map[ast.Node]*once{}
		}
		o = &once{text: text.Cut(syntax.Text(n), 60)}
		c.onces[n] = o
	}
	return o
}

// fixed reports whether n is a chain of fields and constant keys that begins at an exposed object, or
// at a variable that was declared outside of the predicate. A variable alone is one only if it stands
// for a path: any other has its value already.
func (c *compiler) fixed(n ast.Node) bool {
	for chain := false; ; chain = true {
		switch m := n.(type) {
		case *ast.ChainNode:
			n = m.Node
		case *ast.MemberNode:
			switch m.Property.(type) {
			case *ast.StringNode, *ast.IntegerNode:
			default:
				return false
			}
			if name, ok := c.dotted(m); ok {
				return c.names.Exposed.Has(name)
			}
			n = m.Node
		case *ast.IdentifierNode:
			if syntax.Original(m) != m {
				return false
			}
			for i := len(c.lets) - 1; i >= 0; i-- {
				if c.lets[i].name == m.Value {
					return chain && i < c.outer
				}
			}
			if v, ok := c.names.variable(m.Value); ok {
				return v.Gone == "" && (chain || v.Path != nil)
			}
			return c.names.Exposed.Has(m.Value)
		default:
			return false
		}
	}
}

// reading returns what to call with what a reading of o gave, loaded: x, or d if x is nil. o may be nil.
func (o *once) reading(f *machine.Frame) func(d inspect.Datum, x value.Value) {
	if o == nil || o.Known {
		return func(inspect.Datum, value.Value) {}
	}
	before, kept := f.Reads(), f.Kept()
	return func(d inspect.Datum, x value.Value) {
		reads := f.Reads() - before
		o.Once = scan.Once{Known: true, Datum: d, Reads: reads}
		if x != nil {
			o.Datum, o.Written = datumOf(x)
		}
		if f.Kept() != kept || len(o.Datum.Text) > maxOnce {
			o.Datum = inspect.Datum{} // which is to be accounted for each time
		}
	}
}
