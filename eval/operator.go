package eval

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
)

// operators are those that compute with the values of both sides.
var operators = map[string]binary{
	"+": (*frame).add, "-": (*frame).subtract, "*": (*frame).multiply, "/": (*frame).divide,
	"%": (*frame).modulo, "**": (*frame).power, "^": (*frame).power,
	"==": equal, "!=": notEqual, "<": less, "<=": lessOrEqual, ">": more, ">=": moreOrEqual,
	"..": rangeOf, "in": in,
	"contains": contains, "startsWith": startsWith, "endsWith": endsWith,
}

func (c *compiler) unary(n *ast.UnaryNode) (code, error) {
	where := at(n)
	if n.Operator == "!" || n.Operator == "not" {
		cond, err := c.condition(n.Node)
		if err != nil {
			return nil, err
		}
		return func(f *frame) (any, error) {
			ok, err := cond(f)
			return !ok, err
		}, nil
	}
	run, err := c.compile(n.Node)
	if err != nil {
		return nil, err
	}
	negative := n.Operator == "-"
	return func(f *frame) (any, error) {
		x, err := run(f)
		if err != nil {
			return nil, err
		}
		if negative {
			x, err = f.negate(x)
			return x, where.Err(err)
		}
		if _, ok := number.Of(x); !ok {
			return nil, where.Err(unary("+", x, "a number"))
		}
		return x, nil
	}, nil
}

func (c *compiler) binary(n *ast.BinaryNode) (code, error) {
	switch n.Operator {
	case "and", "&&":
		if chain := comparisons(n); chain != nil {
			return c.comparison(chain)
		}
		return c.logical(n, false)
	case "or", "||":
		return c.logical(n, true)
	case "??":
		return c.coalesce(n)
	case "matches":
		return c.matches(n)
	case "==", "!=":
		return c.equality(n)
	}
	op, ok := operators[n.Operator]
	if !ok {
		return nil, at(n).Err(fault.New("syntax", "unknown operator %s", quoted(n.Operator)))
	}
	left, err := c.operand(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.operand(n.Right)
	if err != nil {
		return nil, twoDots(n, err)
	}
	if n.Operator == "in" {
		c.apart = true
	}
	where, sides, test := at(n), operands{left, right}, tests[n.Operator]
	return func(f *frame) (any, error) {
		var x, y loaded
		if err := sides.load(f, &x, &y); err != nil {
			return nil, err
		}
		if test != nil {
			if ok, known, err := test(f, x.datum, y.datum); known {
				return ok, where.Err(err)
			}
		}
		z, err := op(f, x.plain(), y.plain())
		if err != nil {
			return nil, where.Err(sides.tell(f, err, &x, &y))
		}
		return z, nil
	}, nil
}

// twoDots says of a name behind .. that a field was meant.
func twoDots(n *ast.BinaryNode, err error) error {
	e := fault.From(err)
	field, ok := n.Right.(*ast.IdentifierNode)
	if !ok || n.Operator != ".." || e.Code != "unknown_name" {
		return err
	}
	return e.With("two dots make a range, as in 1..5; a field has one before it: %s.%s", syntax.Text(n.Left), field.Value)
}

// side compiles an operand, and says of a ! that stands too early what was meant.
func (c *compiler) side(n ast.Node) (code, error) {
	run, err := c.place(n, false)
	u, ok := n.(*ast.UnaryNode)
	if err != nil || !ok || u.Operator != "!" && u.Operator != "not" {
		return run, err
	}
	return func(f *frame) (any, error) {
		x, err := run(f)
		if err != nil {
			if e := fault.From(err); e.Code == "type" && strings.HasPrefix(e.Text, "a condition is") {
				err = e.With("%s negates only what follows it; write not (a == b)", u.Operator)
			}
		}
		return x, err
	}, nil
}

// unquoted is the error about a name that means nothing where text may be meant.
func unquoted(n ast.Node, err error) error {
	if name, ok := n.(*ast.IdentifierNode); ok {
		return orElse(err, "text is written %q", name.Value)
	}
	return err
}

// tell adds to an error about two operands which value of the application is of which type.
func tell(err error, operands ...any) error {
	e := fault.From(err)
	if e.Code != "type" {
		return err
	}
	about := ""
	for _, x := range operands {
		if v, ok := x.(*access.View); ok && v.Path() != "" && v.Value().Type() != nil && !strings.HasPrefix(e.Text, v.Path()) {
			about += v.Path() + " is " + article(inspect.TypeName(v.Value().Type())) + "; "
		}
	}
	if about == "" || strings.HasPrefix(e.Hint, about) {
		return err
	}
	return e.With("%s", strings.TrimSuffix(about+e.Hint, "; "))
}

// equality compiles == and !=. Behind an interface the next value may be of another kind, so that there a value of
// another kind is just not equal.
func (c *compiler) equality(n *ast.BinaryNode) (code, error) {
	left, err := c.operand(n.Left)
	if err != nil {
		return nil, unquoted(n.Left, err)
	}
	right, err := c.operand(n.Right)
	if err != nil {
		return nil, unquoted(n.Right, err)
	}
	// Two composites are compared by walking them.
	if !scalar(n.Left) && !scalar(n.Right) {
		c.apart = true
	}
	where, sides, test := at(n), operands{left, right}, tests[n.Operator]
	want := n.Operator == "=="
	return func(f *frame) (any, error) {
		var x, y loaded
		if err := sides.load(f, &x, &y); err != nil {
			return nil, err
		}
		if ok, known, err := test(f, x.datum, y.datum); known {
			return ok, where.Err(err)
		}
		a, b := x.plain(), y.plain()
		same, comparable, err := f.same(a, b, 0)
		switch {
		case err != nil:
			return nil, where.Err(err)
		case !comparable && !isOpen(x.place) && !isOpen(y.place):
			return nil, where.Err(sides.tell(f, mismatch(n.Operator, a, b), &x, &y))
		}
		return same == want, nil
	}, nil
}

// isOpen reports whether x lies in an interface, which may hold a value of any kind.
func isOpen(x any) bool {
	v, ok := x.(*access.View)
	return ok && v.Shape() == inspect.Interface
}

// scalar reports whether n can only be a scalar, by its form.
func scalar(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.UnaryNode:
		return true
	case *ast.BinaryNode:
		return n.Operator != "??" && n.Operator != ".."
	}
	return false
}

// logical compiles && and ||, which look at the right side only if they must.
func (c *compiler) logical(n *ast.BinaryNode, decided bool) (code, error) {
	left, err := c.condition(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.condition(n.Right)
	if err != nil {
		return nil, err
	}
	return func(f *frame) (any, error) {
		ok, err := left(f)
		if err != nil || ok == decided {
			return ok, err
		}
		ok, err = right(f)
		return ok, err
	}, nil
}

// comparisons returns the links of a < b < c, which the parser turns into a < b && b < c with one
// node for both b; nil for any other &&.
func comparisons(n *ast.BinaryNode) []*ast.BinaryNode {
	right, ok := n.Right.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	left, ok := n.Left.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	links := comparisons(left)
	if links == nil {
		links = []*ast.BinaryNode{left}
	}
	if links[len(links)-1].Right != right.Left {
		return nil
	}
	return append(links, right)
}

// comparison compiles a < b < c. Each operand is compiled and evaluated once: as nested chains
// share their nodes, anything else would take time exponential in their depth.
func (c *compiler) comparison(links []*ast.BinaryNode) (code, error) {
	first, err := c.compile(links[0].Left)
	if err != nil {
		return nil, err
	}
	rest := make([]code, len(links))
	for i, l := range links {
		if rest[i], err = c.compile(l.Right); err != nil {
			return nil, err
		}
	}
	return func(f *frame) (any, error) {
		a, err := first(f)
		if err != nil {
			return nil, err
		}
		for i, l := range links {
			b, err := rest[i](f)
			if err != nil {
				return nil, err
			}
			ok, err := operators[l.Operator](f, a, b)
			if err != nil || ok == false {
				return false, at(l).Err(err)
			}
			a = b
		}
		return true, nil
	}, nil
}
