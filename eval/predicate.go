package eval

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// predicate is the second argument of filter, count, reduce and the like; the zero predicate
// answers the element itself.
type predicate struct {
	run   code
	where fault.Pos
	apart bool // it reads other live objects, walks, or calls methods: no guard may be held
}

func (c *compiler) predicate(n ast.Node, inside *pointers) (*predicate, error) {
	node, ok := n.(*ast.PredicateNode)
	if !ok {
		return nil, at(n).Err(fault.New("syntax", "a predicate is needed here"))
	}
	outer, apart := c.inner, c.apart
	c.inner, c.apart = inside, false
	run, err := c.compile(node.Node)
	p := &predicate{run: run, where: at(node.Node), apart: c.apart}
	c.inner, c.apart = outer, apart || p.apart
	return p, err
}

// predicateOf compiles the argument of fn that is a predicate. The parser marks those of expr-lang's functions;
// what stands in the place of an own function's is one.
func (c *compiler) predicateOf(fn *function, arg ast.Node) (*predicate, error) {
	p, marked := arg.(*ast.PredicateNode)
	if !marked && fn.ownPredicate() {
		p = &ast.PredicateNode{Node: arg}
		p.SetLocation(arg.Location())
		arg = p
	}
	if fn.keyed && p != nil {
		if s, ok := p.Node.(*ast.StringNode); ok {
			return nil, at(s).Err(fault.New("type", "%s by a text is by the same for each element", fn.name).With("a field is written .%s", s.Value))
		}
	}
	return c.predicate(arg, &pointers{acc: fn.acc})
}

// on runs the predicate in a scope. What it kept is given back if its answer is a scalar, as nothing
// refers to it any more; who holds the answer charges for it.
func (p *predicate) on(f *frame, s *scope) (value.Value, error) {
	if p == nil {
		x, err := value.Load(s.elem)
		return x, err
	}
	outer, kept := f.scope, f.Kept()
	f.scope = s
	x, err := p.run(f)
	f.scope = outer
	if err != nil {
		return nil, err
	}
	if value.IsScalar(x) {
		f.Release(kept)
	}
	return x, nil
}

// test runs a predicate that must answer a boolean.
func (p *predicate) test(f *frame, s *scope) (bool, error) {
	x, err := p.on(f, s)
	if err != nil {
		return false, err
	}
	ok, is := x.(value.Bool)
	if !is {
		return false, p.place().Err(notBool(x))
	}
	return bool(ok), nil
}

func (p *predicate) place() fault.Pos {
	if p == nil {
		return 0
	}
	return p.where
}
