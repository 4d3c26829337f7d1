package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
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
	p := &machine.Predicate{Run: run, Where: at(node.Node), Unlocked: c.unlocked}
	switch {
	case err != nil:
	case inside.acc:
		p.Reduction, p.Scan, p.Why = c.reductionOf(node.Node)
	default:
		p.Scan, p.Why = c.scanOf(node.Node)
	}
	p.Constants = c.constantsOf(node.Node)
	c.inner, c.outer, c.unlocked = outer, lets, unlocked || p.Unlocked
	return p, err
}

// constantsOf returns how to tell which names an integer has that n answered, nil if they are not known.
func (c *compiler) constantsOf(n ast.Node) func(*machine.Scope) *inspect.Constants {
	if f := c.known[n]; f != nil {
		return func(*machine.Scope) *inspect.Constants { return f.cache.Constants() }
	}
	switch p := pointerOf(n); {
	case p == nil:
	case p.Name == "":
		return func(s *machine.Scope) *inspect.Constants { return value.ConstantsOf(s.Elem) }
	case p.Name == "key":
		return func(s *machine.Scope) *inspect.Constants { return value.ConstantsOf(s.Key) }
	}
	return nil
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
