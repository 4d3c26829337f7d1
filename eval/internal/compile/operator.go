package compile

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
)

// operators compute with the values of both sides.
var operators = map[string]value.Binary{
	"+": value.Add, "-": value.Subtract, "*": value.Multiply, "/": value.Divide,
	"%": value.Modulo, "**": value.Power, "^": value.Power,
	"==": equals("=="), "!=": equals("!="),
	"<": orders("<"), "<=": orders("<="), ">": orders(">"), ">=": orders(">="),
	"..":       func(_ *value.Thread, a, b value.Value) (value.Value, error) { return value.NewInts(a, b) },
	"in":       value.In,
	"contains": value.Contains.Apply, "startsWith": value.StartsWith.Apply, "endsWith": value.EndsWith.Apply,
}

// equals is == or !=. Two values of kinds that can never be equal are an error, not false: nobody
// would notice the mistake in 5 == "5".
func equals(op string) value.Binary {
	return func(t *value.Thread, a, b value.Value) (value.Value, error) {
		same, comparable, err := value.Same(t, a, b)
		if err != nil {
			return nil, err
		}
		if !comparable {
			return nil, value.Mismatch(op, a, b)
		}
		return value.Bool(same == (op == "==")), nil
	}
}

// orders is <, <=, > or >=.
func orders(op string) value.Binary {
	holds := orderings[op]
	return func(t *value.Thread, a, b value.Value) (value.Value, error) {
		order, err := value.Compare(t, op, a, b)
		return value.Bool(holds(order)), err
	}
}

// orderings tell whether an operator holds for what value.Compare returns. None holds for
// value.Unordered.
var orderings = map[string]func(order int) bool{
	"<":  func(order int) bool { return order == -1 },
	"<=": func(order int) bool { return order == -1 || order == 0 },
	">":  func(order int) bool { return order == 1 },
	">=": func(order int) bool { return order == 1 || order == 0 },
}

func (c *compiler) unary(n *ast.UnaryNode) (machine.Code, error) {
	where := at(n)
	if n.Operator == "!" || n.Operator == "not" {
		cond, err := c.condition(n.Node)
		if err != nil {
			return nil, err
		}
		return func(f *machine.Frame) (value.Value, error) {
			ok, err := cond(f)
			return value.Bool(!ok), err
		}, nil
	}
	run, err := c.compile(n.Node)
	if err != nil {
		return nil, err
	}
	negative := n.Operator == "-"
	return func(f *machine.Frame) (value.Value, error) {
		x, err := run(f)
		if err != nil {
			return nil, err
		}
		if negative {
			x, err = value.Negate(x)
			return x, where.Err(err)
		}
		if _, ok := value.NumberOf(x); !ok {
			return nil, where.Err(value.WrongOperand("+", x, "a number"))
		}
		return x, nil
	}, nil
}

func (c *compiler) binary(n *ast.BinaryNode) (machine.Code, error) {
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
		return nil, at(n).Err(fault.New("syntax", "unknown operator %s", value.Quote(n.Operator)))
	}
	left, err := c.operand(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.operand(n.Right)
	if err != nil {
		return nil, hintField(n, err)
	}
	if n.Operator == "in" {
		c.unlocked = true
	}
	where, sides, test := at(n), operands{left, right}, tests[n.Operator]
	isIn := n.Operator == "in"
	return func(f *machine.Frame) (value.Value, error) {
		var x, y loaded
		if err := sides.load(f, &x, &y); err != nil {
			return nil, err
		}
		if isIn {
			if err := sides.nameList(f, &x, &y); err != nil {
				return nil, err
			}
		}
		if test != nil {
			if ok, known, err := test(f.Meter, x.datum, y.datum); known {
				return value.Bool(ok), where.Err(err)
			}
		}
		z, err := op(&f.Thread, x.boxed(), y.boxed())
		if err != nil {
			return nil, where.Err(sides.addTypes(f, err, &x, &y))
		}
		return z, nil
	}, nil
}

// hintField adds to the error about an unknown name after .. that a field has one dot.
func hintField(n *ast.BinaryNode, err error) error {
	e := fault.From(err)
	field, ok := n.Right.(*ast.IdentifierNode)
	if !ok || n.Operator != ".." || e.Code != "unknown_name" {
		return err
	}
	return e.With("two dots make a range, as in 1..5; a field has one before it: %s.%s", syntax.Text(n.Left), field.Value)
}

// operandCode compiles an operand to a place. It adds to the error of a ! that stands too early
// what was meant.
func (c *compiler) operandCode(n ast.Node) (machine.Code, error) {
	run, err := c.place(n, false)
	u, ok := n.(*ast.UnaryNode)
	if err != nil || !ok || u.Operator != "!" && u.Operator != "not" {
		return run, err
	}
	return func(f *machine.Frame) (value.Value, error) {
		x, err := run(f)
		if err != nil {
			if e := fault.From(err); e.Code == "type" && strings.HasPrefix(e.Text, "a condition is") {
				err = e.With("%s negates only what follows it; write not (a == b)", u.Operator)
			}
		}
		return x, err
	}, nil
}

// hintQuotes adds to the error about an unknown name how text is written.
func hintQuotes(n ast.Node, err error) error {
	if name, ok := n.(*ast.IdentifierNode); ok {
		return withHint(err, "text is written %q", name.Value)
	}
	return err
}

// addTypes adds to an error about operands the paths and types of those that are live.
func addTypes(err error, operands ...value.Value) error {
	e := fault.From(err)
	if e.Code != "type" {
		return err
	}
	about := ""
	for _, x := range operands {
		if path := value.Path(x); path != "" && x.Kind() != "nil" && !strings.HasPrefix(e.Text, path) {
			about += path + " is " + x.Kind() + "; "
		}
	}
	if about == "" || strings.HasPrefix(e.Hint, about) {
		return err
	}
	return e.With("%s", strings.TrimSuffix(about+e.Hint, "; "))
}

// equality compiles == and !=. Operands of different kinds are an error, unless one lies in an
// interface, which may hold another kind next time: then they are not equal.
func (c *compiler) equality(n *ast.BinaryNode) (machine.Code, error) {
	left, err := c.operand(n.Left)
	if err != nil {
		return nil, hintQuotes(n.Left, err)
	}
	right, err := c.operand(n.Right)
	if err != nil {
		return nil, hintQuotes(n.Right, err)
	}
	// Comparing two composites walks them.
	if !scalar(n.Left) && !scalar(n.Right) {
		c.unlocked = true
	}
	where, sides, test := at(n), operands{left, right}, tests[n.Operator]
	want := n.Operator == "=="
	nils := c.comparedWithNil(n, &sides)
	return func(f *machine.Frame) (value.Value, error) {
		var x, y loaded
		before := f.Reads()
		if err := sides.load(f, &x, &y); err != nil {
			return nil, err
		}
		if ok, known, err := test(f.Meter, x.datum, y.datum); known {
			return value.Bool(ok), where.Err(err)
		}
		if named, err := sides.name(f, &x, &y); err != nil {
			return nil, err
		} else if named {
			if ok, known, err := test(f.Meter, x.asDatum(), y.asDatum()); known {
				return value.Bool(ok), where.Err(err)
			}
		}
		a, b := x.boxed(), y.boxed()
		same, comparable, err := value.Same(&f.Thread, a, b)
		switch {
		case err != nil:
			return nil, where.Err(err)
		case !comparable && !value.InInterface(x.place) && !value.InInterface(y.place):
			return nil, where.Err(sides.addTypes(f, value.Mismatch(n.Operator, a, b), &x, &y))
		}
		if nils != nil {
			of := &x
			if isNil(n.Left) {
				of = &y
			}
			nils.learn(f, of, same, before)
		}
		return value.Bool(same == want), nil
	}, nil
}

// scalar reports whether the form of n allows scalars only.
func scalar(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.UnaryNode:
		return true
	case *ast.BinaryNode:
		return n.Operator != "??" && n.Operator != ".."
	}
	return literal(n).Kind != inspect.NoDatum
}

// logical compiles && and ||. The right side is evaluated only if the left, decided, does not
// decide.
func (c *compiler) logical(n *ast.BinaryNode, decided bool) (machine.Code, error) {
	left, err := c.condition(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.condition(n.Right)
	if err != nil {
		return nil, err
	}
	return func(f *machine.Frame) (value.Value, error) {
		ok, err := left(f)
		if err != nil || ok == decided {
			return value.Bool(ok), err
		}
		ok, err = right(f)
		return value.Bool(ok), err
	}, nil
}

// comparisons returns the links of a < b < c, nil for any other &&. The parser turns a < b < c into
// a < b && b < c, with one node for both b.
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

// comparison compiles a < b < c. It compiles and evaluates each operand once: nested chains share
// their nodes, so anything else would take time exponential in their depth.
func (c *compiler) comparison(links []*ast.BinaryNode) (machine.Code, error) {
	first, err := c.compile(links[0].Left)
	if err != nil {
		return nil, err
	}
	rest := make([]machine.Code, len(links))
	for i, l := range links {
		if rest[i], err = c.compile(l.Right); err != nil {
			return nil, err
		}
	}
	return func(f *machine.Frame) (value.Value, error) {
		a, err := first(f)
		if err != nil {
			return nil, err
		}
		for i, l := range links {
			b, err := rest[i](f)
			if err != nil {
				return nil, err
			}
			ok, err := operators[l.Operator](&f.Thread, a, b)
			if err != nil || ok == value.Bool(false) {
				return value.Bool(false), at(l).Err(err)
			}
			a = b
		}
		return value.Bool(true), nil
	}, nil
}
