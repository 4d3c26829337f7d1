package eval

import (
	"math"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/inspect"
)

// operand is a side of an operator, compiled.
type operand struct {
	place  code         // its place, or its value if it has none
	fields *fields      // what it is, nil if it is something else
	number inspect.Word // that is written out, the zero Word if none is
	at     place
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
	if o.number = numeral(n); o.number.Kind != inspect.NoWord {
		o.place = constant(o.number.Plain())
	}
	return o, nil
}

// numeral is the number that n spells.
func numeral(n ast.Node) inspect.Word {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return inspect.Word{Kind: inspect.IntWord, Bits: uint64(n.Value)}
	case *ast.FloatNode:
		return inspect.Word{Kind: inspect.FloatWord, Bits: math.Float64bits(n.Value)}
	case *ast.UnaryNode:
		switch w := numeral(n.Node); {
		case n.Operator != "-":
		case w.Kind == inspect.IntWord:
			return inspect.Word{Kind: w.Kind, Bits: -w.Bits}
		case w.Kind == inspect.FloatWord:
			return inspect.Word{Kind: w.Kind, Bits: math.Float64bits(-math.Float64frombits(w.Bits))}
		}
	}
	return inspect.Word{}
}

// loaded is an operand, evaluated: what it is, of the application maybe, and what to compute with.
type loaded struct {
	place any
	value any          // nil if word has it
	word  inspect.Word // of numbers that are written out, and of fields that were read as one: those have no place
}

// load evaluates the operand.
func (o *operand) load(f *frame, x *loaded) (err error) {
	if o.fields != nil {
		var ok bool
		if x.word, ok, err = o.fields.word(f); ok {
			return err
		}
	}
	if x.place, err = o.place(f); err != nil {
		return err
	}
	x.word = o.number
	x.value, err = f.load(x.place)
	return o.at.err(err)
}

// plain is what to compute with.
func (x *loaded) plain() any {
	if x.value == nil {
		return x.word.Plain()
	}
	return x.value
}

// tell is tell about operands that an operator could not take.
func (o *operands) tell(f *frame, err error, x, y *loaded) error {
	for _, side := range []struct {
		o *operand
		x *loaded
	}{{&o.left, x}, {&o.right, y}} {
		if side.x.place == nil && side.o.fields != nil {
			// Step by step, to have a View that knows its type and path.
			side.x.place, _ = side.o.place(f)
		}
	}
	return tell(err, x.place, y.place)
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

// compare orders two words that are numbers as compareNumbers does; ok is false if one is none.
func compareWords(a, b inspect.Word) (order int, ok bool) {
	x, xok := wordNumber(a)
	y, yok := wordNumber(b)
	if !xok || !yok {
		return 0, false
	}
	order, ordered := compareNumbers(x, y)
	if !ordered {
		order = unordered
	}
	return order, true
}

// wordNumber is w as a number; ok is false if it is none.
func wordNumber(w inspect.Word) (n number, ok bool) {
	switch w.Kind {
	case inspect.IntWord:
		return fromInt(int64(w.Bits)), true
	case inspect.UintWord:
		return number{mag: w.Bits}, true
	case inspect.FloatWord:
		return number{float: true, f: math.Float64frombits(w.Bits)}, true
	}
	return number{}, false
}
