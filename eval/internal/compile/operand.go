package compile

import (
	"math"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// operand is a side of an operator, compiled.
type operand struct {
	place   machine.Code  // its place, or its value if it has none
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
		o.place = constant(value.OfDatum(o.literal))
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

// loaded is an operand, evaluated.
type loaded struct {
	place value.Value   // not loaded; nil where fields were read as one
	value value.Value   // loaded; nil where datum has it
	datum inspect.Datum // of what is written out, and of scalars of the application
}

// load evaluates the operand.
func (o *operand) load(f *machine.Frame, x *loaded) (err error) {
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
	if v, live := x.place.(value.Live); live {
		x.datum, x.value, err = v.Load()
		return o.at.Err(err)
	}
	x.value = x.place
	return nil
}

// boxed is what to compute with.
func (x *loaded) boxed() value.Value {
	if x.value == nil {
		return value.OfDatum(x.datum)
	}
	return x.value
}

// operands are the two of an operator.
type operands struct{ left, right operand }

// load evaluates both.
func (o *operands) load(f *machine.Frame, x, y *loaded) error {
	if err := o.left.load(f, x); err != nil {
		return err
	}
	return o.right.load(f, y)
}

// tell is tell about operands that an operator could not take.
func (o *operands) tell(f *machine.Frame, err error, x, y *loaded) error {
	return tell(err, o.left.origin(f, x), o.right.origin(f, y))
}

// origin is the place of x, reached step by step if it was not, to have a View that knows its type and path.
func (o *operand) origin(f *machine.Frame, x *loaded) value.Value {
	if x.place == nil && o.fields != nil {
		x.place, _ = o.place(f)
	}
	return x.place
}

// test is an operator that answers true or false, on scalars that are not boxed. ok is false for those that it does not
// know: then the operator has to see them boxed.
type test func(m *meter.Meter, x, y inspect.Datum) (answer, ok bool, err error)

// tests do what operators do, on what is not boxed.
var tests = map[string]test{
	"<": testOrder("<"), "<=": testOrder("<="), ">": testOrder(">"), ">=": testOrder(">="),
	"==": testEqual(true), "!=": testEqual(false),
	"contains": testText(value.Contains), "startsWith": testText(value.StartsWith), "endsWith": testText(value.EndsWith),
}

func testOrder(op string) test {
	holds := orderings[op]
	return func(m *meter.Meter, x, y inspect.Datum) (answer, ok bool, err error) {
		if x.Kind == inspect.TextDatum && y.Kind == inspect.TextDatum {
			order, err := m.CompareText(x.Text, y.Text)
			return holds(order), true, err
		}
		order, ok := compareNumbers(x, y)
		return ok && holds(order), ok, nil
	}
}

func testEqual(want bool) test {
	return func(m *meter.Meter, x, y inspect.Datum) (answer, ok bool, err error) {
		if x.Kind == inspect.TextDatum && y.Kind == inspect.TextDatum {
			same, err := m.SameText(x.Text, y.Text)
			return same == want, true, err
		}
		order, ok := compareNumbers(x, y)
		return (order == 0) == want, ok, nil
	}
}

func testText(of value.TextTest) test {
	return func(m *meter.Meter, x, y inspect.Datum) (answer, ok bool, err error) {
		if x.Kind != inspect.TextDatum || y.Kind != inspect.TextDatum {
			return false, false, nil
		}
		answer, err = of.Short(m, x.Text, y.Text)
		return answer, true, err
	}
}

// compareNumbers is value.Compare of two numbers; ok is false if one is none.
func compareNumbers(x, y inspect.Datum) (order int, ok bool) {
	a, aok := numberOf(x)
	b, bok := numberOf(y)
	if !aok || !bok {
		return 0, false
	}
	order, ordered := number.Compare(a, b)
	if !ordered {
		order = value.Unordered
	}
	return order, true
}

// numberOf returns d as a number; ok is false if it is none.
func numberOf(d inspect.Datum) (n number.Number, ok bool) {
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
