package compile

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// operand is one side of an operator, compiled.
type operand struct {
	place   machine.Code  // does not load its answer
	fields  *fields       // nil if the operand is no chain of fields
	once    *once         // nil if the operand depends on the element
	literal inspect.Datum // what is written out, none if nothing is
	single  inspect.Datum // the literal as a float32, none if it is not one
	at      fault.Pos
}

// operand compiles a side of an operator.
func (c *compiler) operand(n ast.Node) (o operand, err error) {
	if o.place, err = c.operandCode(n); err != nil {
		return o, err
	}
	o.at = at(n)
	if o.fields = c.fields(n, o.place); o.fields != nil {
		o.place = o.fields.place
	}
	o.once = c.once(n)
	if o.literal = literal(n); o.literal.Kind != inspect.NoDatum {
		o.place = constant(ofLiteral(o.literal))
		o.single = singleOf(o.literal)
	}
	return o, nil
}

// ofLiteral is a literal as a Value.
func ofLiteral(d inspect.Datum) value.Value {
	if d.Kind == inspect.FloatDatum {
		return value.Written(math.Float64frombits(d.Bits))
	}
	return value.OfDatum(d)
}

// singleOf returns a literal as a float32, which it is beside one. It is no Datum for a text, and for
// a number that is beyond the largest float32.
func singleOf(literal inspect.Datum) inspect.Datum {
	n, ok := numberOf(literal)
	if !ok {
		return inspect.Datum{}
	}
	f, ok := n.Single()
	if !ok {
		return inspect.Datum{}
	}
	return inspect.Datum{Kind: inspect.Float32Datum, Bits: math.Float64bits(float64(f))}
}

// literal returns the number, duration or text that n spells, the zero Datum for anything else.
func literal(n ast.Node) inspect.Datum {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return inspect.Datum{Kind: inspect.IntDatum, Bits: uint64(n.Value)}
	case *ast.FloatNode:
		return inspect.Datum{Kind: inspect.FloatDatum, Bits: math.Float64bits(n.Value)}
	case *ast.StringNode:
		return inspect.Datum{Kind: inspect.TextDatum, Text: n.Value}
	case *ast.ConstantNode:
		if d, ok := n.Value.(time.Duration); ok {
			return inspect.Datum{Kind: inspect.DurationDatum, Bits: uint64(d)}
		}
	case *ast.IdentifierNode:
		if meant := syntax.Original(n); meant != n {
			return literal(meant)
		}
	case *ast.UnaryNode:
		switch d := literal(n.Node); {
		case n.Operator != "-":
		case d.Kind == inspect.IntDatum, d.Kind == inspect.DurationDatum:
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
	read := o.once.reading(f)
	if x.place, err = o.place(f); err != nil {
		return err
	}
	if v, live := x.place.(value.Live); live {
		x.datum, x.value, err = v.Load()
	} else {
		x.value, err = value.Load(x.place)
	}
	if err != nil {
		return o.at.Err(err)
	}
	read(x.datum, x.value)
	return nil
}

// boxed is the operand as a Value, loaded.
func (x *loaded) boxed() value.Value {
	if x.value == nil {
		return value.OfDatum(x.datum)
	}
	return x.value
}

// operands are both sides of a binary operator.
type operands struct{ left, right operand }

// load evaluates both.
func (o *operands) load(f *machine.Frame, x, y *loaded) error {
	if err := o.left.load(f, x); err != nil {
		return err
	}
	if err := o.right.load(f, y); err != nil {
		return err
	}
	if x.isSingle() {
		y.become(o.right.single)
	} else if y.isSingle() {
		x.become(o.left.single)
	}
	return nil
}

// isSingle reports whether x is a float32.
func (x *loaded) isSingle() bool {
	if x.datum.Kind != inspect.NoDatum {
		return x.datum.Kind == inspect.Float32Datum
	}
	_, single := x.value.(value.Single)
	return single
}

// asDatum returns what x is as a Datum, the zero Datum if it is none.
func (x *loaded) asDatum() inspect.Datum {
	if x.value == nil {
		return x.datum
	}
	return value.DatumOf(x.value)
}

// name makes a text that is compared with an integer of a type with constants the integer that it
// names, on either side. It is an error if it names none. changed reports whether it did.
func (o *operands) name(f *machine.Frame, x, y *loaded) (changed bool, err error) {
	if x.asDatum().Kind == inspect.TextDatum {
		return o.right.naming(f, y, &o.left, x)
	}
	return o.left.naming(f, x, &o.right, y)
}

// naming is name for x, the integer, and y, the text, the operand of which is other.
func (o *operand) naming(f *machine.Frame, x *loaded, other *operand, y *loaded) (changed bool, err error) {
	d := y.asDatum()
	if d.Kind != inspect.TextDatum {
		return false, nil
	}
	names, err := o.constants(f, x)
	if names == nil || err != nil {
		return false, o.at.Err(err)
	}
	if y.value, err = value.Constant(names, d.Text); err != nil {
		return false, other.at.Err(err)
	}
	y.datum = value.DatumOf(y.value)
	return true, nil
}

// nameList makes the texts of y, a list of the session that x may be in, the integers that they name if
// x is of a type with constants.
func (o *operands) nameList(f *machine.Frame, x, y *loaded) error {
	list, ok := y.value.(value.List)
	if !ok || !slices.ContainsFunc(list, isText) {
		return nil
	}
	names, err := o.left.constants(f, x)
	if names == nil || err != nil {
		return o.left.at.Err(err)
	}
	named := make(value.List, len(list))
	for i, e := range list {
		if s, ok := e.(value.String); ok {
			if e, err = value.Constant(names, string(s)); err != nil {
				return o.right.at.Err(err)
			}
		}
		named[i] = e
	}
	y.value = named
	return nil
}

func isText(x value.Value) bool {
	_, ok := x.(value.String)
	return ok
}

// constants returns the names that x has, if it is an integer. What an interface holds is read again,
// together with its type.
func (o *operand) constants(f *machine.Frame, x *loaded) (*inspect.Constants, error) {
	if k := x.asDatum().Kind; k != inspect.IntDatum && k != inspect.UintDatum {
		return nil, nil
	}
	if x.place == nil && o.fields != nil {
		return o.fields.cache.Constants(), nil
	}
	if !f.Visit.HasConstants() || !value.InInterface(x.place) {
		return value.ConstantsOf(x.place), nil
	}
	content, err := value.Content(x.place)
	if err != nil {
		return nil, err
	}
	names := value.ConstantsOf(content)
	if names == nil {
		return nil, nil
	}
	x.datum = inspect.Datum{}
	if x.value, err = value.Load(content); err != nil {
		return nil, err
	}
	x.datum = value.DatumOf(x.value)
	return names, nil
}

// become replaces a literal by d, if there is one.
func (x *loaded) become(d inspect.Datum) {
	if d.Kind != inspect.NoDatum {
		x.datum, x.value = d, nil
	}
}

// addTypes is the function addTypes for the operands of an operator.
func (o *operands) addTypes(f *machine.Frame, err error, x, y *loaded) error {
	return addTypes(err, o.left.origin(f, x), o.right.origin(f, y))
}

// origin returns the place of x. If x was read by a cache, origin walks to it step by step.
func (o *operand) origin(f *machine.Frame, x *loaded) value.Value {
	if x.place == nil && o.fields != nil {
		x.place, _ = o.place(f)
	}
	return x.place
}

// test is an operator that answers true or false, on scalars that are not boxed. ok is false for
// scalars that it does not know, which the operator has to see boxed.
type test func(m *meter.Meter, x, y inspect.Datum) (answer, ok bool, err error)

// tests are the operators that have a test.
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

// compareNumbers is value.Compare of two numbers or two durations; ok is false for anything else.
func compareNumbers(x, y inspect.Datum) (order int, ok bool) {
	if x.Kind == inspect.DurationDatum && y.Kind == inspect.DurationDatum {
		return cmp.Compare(int64(x.Bits), int64(y.Bits)), true
	}
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
	case inspect.Float32Datum:
		return number.Number{IsFloat: true, IsSingle: true, F: math.Float64frombits(d.Bits)}, true
	}
	return number.Number{}, false
}
