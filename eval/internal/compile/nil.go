package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// nilTest is a chain of fields that is compared with nil. What a comparison step by step tells the
// meter depends on whether it is nil, and on types: it is learned from one of each.
type nilTest struct{ scan.NilWay }

// comparedWithNil returns the nilTest of n if it is .field == nil or # == nil, in either order, or !=;
// nil otherwise.
func (c *compiler) comparedWithNil(n *ast.BinaryNode, sides *operands) *nilTest {
	of, fields, other := n.Left, sides.left.fields, n.Right
	if isNil(n.Left) {
		of, fields, other = n.Right, sides.right.fields, n.Left
	}
	if !isNil(other) || fields == nil && !isElement(of) {
		return nil
	}
	if c.nils == nil {
		c.nils = map[*ast.BinaryNode]*nilTest{}
	}
	t := new(nilTest)
	c.nils[n] = t
	return t
}

func isNil(n ast.Node) bool {
	_, ok := n.(*ast.NilNode)
	return ok
}

// isElement reports whether n is #.
func isElement(n ast.Node) bool {
	p := pointerOf(n)
	return p != nil && p.Name == ""
}

// pointerOf returns n if it is #, #key or the like, and nil otherwise.
func pointerOf(n ast.Node) *ast.PointerNode {
	if name, ok := n.(*ast.IdentifierNode); ok {
		// In a predicate of a function of ours, it stands for # or .field.
		n = syntax.Original(name)
	}
	p, _ := n.(*ast.PointerNode)
	return p
}

// learn learns from a comparison of x, which is nil or not. before is what the meter had counted.
func (t *nilTest) learn(f *machine.Frame, x *loaded, isNil bool, before int) {
	from, ok := f.Scope.Elem.(value.Live)
	to, live := x.place.(value.Live)
	if !ok || !live {
		return
	}
	if t.Cache.LearnNil(from.View, to.View) {
		t.Known = [2]bool{}
	}
	i := 0
	if isNil {
		i = 1
	}
	t.Reads[i], t.Known[i] = f.Reads()-before, true
}
