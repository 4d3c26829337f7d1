package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
)

// predicate compiles a predicate. inside says which names it may use.
func (c *compiler) predicate(n ast.Node, inside *pointers) (*machine.Predicate, error) {
	node, ok := n.(*ast.PredicateNode)
	if !ok {
		return nil, at(n).Err(fault.New("syntax", "a predicate is missing here"))
	}
	outer, lets, unlocked := c.inner, c.outer, c.unlocked
	c.inner, c.outer, c.unlocked = inside, len(c.lets), false
	run, err := c.compile(node.Node)
	p := &machine.Predicate{Run: run, Where: at(node.Node), Unlocked: c.unlocked, Itself: isElement(node.Node)}
	switch {
	case err != nil:
	case inside.acc:
		p.Reduction, p.Scan, p.Why = c.reductionOf(node.Node)
	default:
		p.Scan, p.Why = c.scanOf(node.Node)
	}
	if f := c.known[node.Node]; f != nil {
		p.Constants = f.cache.Constants
	}
	c.inner, c.outer, c.unlocked = outer, lets, unlocked || p.Unlocked
	return p, err
}

// predicateOf compiles the argument of fn that is a predicate. The parser marks the predicates of
// expr-lang's functions; those of our own are found by their index.
func (c *compiler) predicateOf(fn *library.Function, arg ast.Node) (*machine.Predicate, error) {
	p, marked := arg.(*ast.PredicateNode)
	if !marked && fn.OwnPredicate() {
		p = &ast.PredicateNode{Node: arg}
		p.SetLocation(arg.Location())
		arg = p
	}
	if fn.Keyed && p != nil {
		if s, ok := p.Node.(*ast.StringNode); ok {
			return nil, at(s).Err(fault.New("type", "%s needs a key that depends on the element, and a constant text does not", fn.Name).With("a field is written .%s", s.Value))
		}
	}
	return c.predicate(arg, &pointers{acc: fn.Acc})
}
