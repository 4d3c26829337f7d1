package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// asksForStacks reports whether the answer may depend on what the stacks of goroutines tell. It is no
// only where all that the expression does with goroutines is to walk them by predicates, which read
// fields that no stack is needed for, as in count(goroutines, .state == "waiting"). In doubt it is yes.
func (c *compiler) asksForStacks(n ast.Node) bool {
	s := stackSearch{names: c.names, seen: map[ast.Node]bool{}}
	s.visit(n)
	return s.asks
}

type stackSearch struct {
	names Names
	seen  map[ast.Node]bool // the tree of a < b < c has b twice
	asks  bool
}

// visit looks for goroutines that are used as a whole.
func (s *stackSearch) visit(nodes ...ast.Node) {
	for _, n := range nodes {
		if n == nil || s.asks || s.seen[n] {
			continue
		}
		s.seen[n] = true
		s.node(n)
	}
}

func (s *stackSearch) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.BytesNode, *ast.ConstantNode:
	case *ast.IdentifierNode:
		if meant := syntax.Original(n); meant != n {
			s.visit(meant)
			return
		}
		s.asks = n.Value == access.GoroutinesName || n.Value == "$env"
		if v, ok := s.names.variable(n.Value); ok {
			s.visit(v.Path)
		}
	case *ast.PointerNode:
		s.asks = n.Name != "index" && n.Name != "key"
	case *ast.MemberNode:
		name, constant := n.Property.(*ast.StringNode)
		if constant && inspect.OfStack(name.Value) {
			s.asks = true
			return
		}
		if p, ok := plainIdentifier(n.Node).(*ast.PointerNode); !ok || p.Name != "" || !constant {
			s.visit(n.Node, n.Property)
		}
	case *ast.ChainNode:
		s.visit(n.Node)
	case *ast.SliceNode:
		s.visit(n.Node, n.From, n.To)
	case *ast.UnaryNode:
		s.visit(n.Node)
	case *ast.BinaryNode:
		s.visit(n.Left, n.Right)
	case *ast.ConditionalNode:
		s.visit(n.Cond, n.Exp1, n.Exp2)
	case *ast.VariableDeclaratorNode:
		s.visit(n.Value, n.Expr)
	case *ast.SequenceNode:
		s.visit(n.Nodes...)
	case *ast.ArrayNode:
		s.visit(n.Nodes...)
	case *ast.MapNode:
		s.visit(n.Pairs...)
	case *ast.PairNode:
		s.visit(n.Key, n.Value)
	case *ast.PredicateNode:
		s.visit(n.Node)
	case *ast.BuiltinNode, *ast.CallNode:
		s.call(n)
	default:
		s.asks = true
	}
}

// call visits the arguments of a function. Of the first nothing leaves one that counts it, or computes
// an answer of what a predicate is.
func (s *stackSearch) call(n ast.Node) {
	fn, name, args := calledFunction(n)
	switch {
	case fn == nil: // a method
		s.asks = true
	case name == "len", computes(fn, args):
		s.collection(args[0])
		s.visit(args[1:]...)
	case fn.Family == library.ObjectFunctions: // may look at all of an object, or at all goroutines
		s.asks = true
	default:
		s.visit(args...)
	}
}

// collection visits a collection of which nothing but what predicates read of it is asked.
func (s *stackSearch) collection(n ast.Node) {
	if id, ok := n.(*ast.IdentifierNode); ok && id.Value == access.GoroutinesName {
		return
	}
	if fn, _, args := calledFunction(n); fn != nil && fn.Pipe != nil && fn.Answers == library.ItsElements && fn.WithPredicate(args) {
		s.collection(args[0])
		s.visit(args[1:]...)
		return
	}
	s.visit(n)
}

// computes reports whether a call of fn answers what it computes of its predicate, and no element.
func computes(fn *library.Function, args []ast.Node) bool {
	if len(args) <= fn.Predicate || !fn.WithPredicate(args) || fn.Itself || fn.Acc {
		return false
	}
	return fn.Answers == library.SomethingElse || fn.Answers == library.ItsProjections || fn.Answers == library.AnElementAlone
}

// plainIdentifier returns the node that was written where the parser has read a name.
func plainIdentifier(n ast.Node) ast.Node {
	if id, ok := n.(*ast.IdentifierNode); ok {
		return syntax.Original(id)
	}
	return n
}
