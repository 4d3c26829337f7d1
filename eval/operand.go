package eval

import (
	"math"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// operand is a side of an operator, compiled.
type operand struct {
	place   code          // its place, or its value if it has none
	fields  *fields       // what it is, nil if it is something else
	literal inspect.Datum // what is written out, none if nothing is
	at      fault.Pos
}

// operand compiles a side of an operator.
func (c *compiler) operand(n ast.Node) (o operand, err error) {
	if o.place, err = c.side(n); err != nil {
		return o, err
	}
	o.at = at(n)
	if o.fields = c.fields(n, o.place); o.fields != nil {
		o.place = o.fields.place
	}
	if o.literal = literal(n); o.literal.Kind != inspect.NoDatum {
		o.place = constant(o.literal.Plain())
	}
	return o, nil
}

// literal is the number or text that n spells.
func literal(n ast.Node) inspect.Datum {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return inspect.Datum{Kind: inspect.IntDatum, Bits: uint64(n.Value)}
	case *ast.FloatNode:
		return inspect.Datum{Kind: inspect.FloatDatum, Bits: math.Float64bits(n.Value)}
	case *ast.StringNode:
		return inspect.Datum{Kind: inspect.TextDatum, Text: n.Value}
	case *ast.UnaryNode:
		switch d := literal(n.Node); {
		case n.Operator != "-":
		case d.Kind == inspect.IntDatum:
			return inspect.Datum{Kind: d.Kind, Bits: -d.Bits}
		case d.Kind == inspect.FloatDatum:
			return inspect.Datum{Kind: d.Kind, Bits: math.Float64bits(-math.Float64frombits(d.Bits))}
		}
	}
	return inspect.Datum{}
}

// loaded is an operand, evaluated: what it is, of the application maybe, and what to compute with.
type loaded struct {
	place any
	value any           // nil if datum has it
	datum inspect.Datum // of what is written out, and of fields that were read as one: those have no place
}

// load evaluates the operand.
func (o *operand) load(f *frame, x *loaded) (err error) {
	if o.fields != nil {
		var ok bool
		if x.datum, ok, err = o.fields.read(f); ok {
			return err
		}
	}
	x.datum = o.literal
	if x.place, err = o.place(f); err != nil {
		return err
	}
	x.value, err = f.load(x.place)
	return o.at.Err(err)
}

// plain is what to compute with.
func (x *loaded) plain() any {
	if x.value == nil {
		return x.datum.Plain()
	}
	return x.value
}

// operands are the two of an operator.
type operands struct{ left, right operand }

// load evaluates both.
func (o *operands) load(f *frame, x, y *loaded) error {
	if err := o.left.load(f, x); err != nil {
		return err
	}
	return o.right.load(f, y)
}

// tell is tell about operands that an operator could not take.
func (o *operands) tell(f *frame, err error, x, y *loaded) error {
	return tell(err, o.left.origin(f, x), o.right.origin(f, y))
}

// origin is the place of x, reached step by step if it was not, to have a View that knows its type and path.
func (o *operand) origin(f *frame, x *loaded) any {
	if x.place == nil && o.fields != nil {
		x.place, _ = o.place(f)
	}
	return x.place
}

// test is an operator that answers true or false, on operands that are not boxed. ok is false if they are
// of other kinds: then the operator has to see them boxed.
type test func(f *frame, x, y inspect.Datum) (answer, ok bool, err error)

// tests do what operators do, on what is not boxed.
var tests = map[string]test{
	"<": ordering(isLess), "<=": ordering(isLessOrEqual), ">": ordering(isMore), ">=": ordering(isMoreOrEqual),
	"==": equality(true), "!=": equality(false),
	"contains": onTexts((*frame).contains), "startsWith": onTexts((*frame).begins), "endsWith": onTexts((*frame).ends),
}

// ordering is the test of an order.
func ordering(is func(order int) bool) test {
	return func(f *frame, x, y inspect.Datum) (answer, ok bool, err error) {
		if x.Kind == inspect.TextDatum && y.Kind == inspect.TextDatum {
			order, err := f.compareText(x.Text, y.Text)
			return is(order), true, err
		}
		order, ok := orderNumbers(x, y)
		return ok && is(order), ok, nil
	}
}

// equality is the test whether two are the same, or are not.
func equality(want bool) test {
	return func(f *frame, x, y inspect.Datum) (answer, ok bool, err error) {
		if x.Kind == inspect.TextDatum && y.Kind == inspect.TextDatum {
			same, err := f.sameText(x.Text, y.Text)
			return same == want, true, err
		}
		order, ok := orderNumbers(x, y)
		return (order == 0) == want, ok, nil
	}
}

// onTexts is a test of two texts.
func onTexts(is func(f *frame, s, t string) (bool, error)) test {
	return func(f *frame, x, y inspect.Datum) (answer, ok bool, err error) {
		if x.Kind != inspect.TextDatum || y.Kind != inspect.TextDatum {
			return false, false, nil
		}
		answer, err = is(f, x.Text, y.Text)
		return answer, true, err
	}
}

// orderNumbers is order of two that are numbers; ok is false if one is none.
func orderNumbers(x, y inspect.Datum) (order int, ok bool) {
	a, ok := datumNumber(x)
	b, also := datumNumber(y)
	if !ok || !also {
		return 0, false
	}
	order, ordered := number.Compare(a, b)
	if !ordered {
		order = unordered
	}
	return order, true
}

// datumNumber is d as a number; ok is false if it is none.
func datumNumber(d inspect.Datum) (n number.Number, ok bool) {
	switch d.Kind {
	case inspect.IntDatum:
		return number.OfInt(int64(d.Bits)), true
	case inspect.UintDatum:
		return number.Number{Mag: d.Bits}, true
	case inspect.FloatDatum:
		return number.Number{IsFloat: true, F: math.Float64frombits(d.Bits)}, true
	}
	return number.Number{}, false
}
