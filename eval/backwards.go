package eval

import (
	"strconv"

	"github.com/expr-lang/expr/parser/lexer"

	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// backwards reads an unfinished line from its end, for completion. It evaluates what stands before
// a dot or a bracket, as far as that takes no call and no computing. Each step looks at fewer
// tokens than the one before.
type backwards struct {
	e      *evaluation
	tokens []lexer.Token
	names  compile.Names
}

func (e *evaluation) backwards(text string) (*backwards, error) {
	tokens, err := syntax.Lex(text)
	if err != nil {
		return nil, err
	}
	tokens = tokens[:len(tokens)-1] // the end of the text
	return &backwards{e, tokens, e.names()}, nil
}

// offset returns where token i begins in line, in bytes.
func (b *backwards) offset(line string, i int) int {
	runes := b.tokens[i].From
	for at := range line {
		if runes == 0 {
			return at
		}
		runes--
	}
	return len(line)
}

// is reports whether token i is one of these operators or brackets.
func (b *backwards) is(i int, values ...string) bool {
	return i >= 0 && i < len(b.tokens) && b.tokens[i].Kind != lexer.String && b.tokens[i].Is(b.tokens[i].Kind, values...)
}

// isWord reports whether token i is a name.
func (b *backwards) isWord(i int) bool {
	return i >= 0 && i < len(b.tokens) && (b.tokens[i].Kind == lexer.Identifier || b.tokens[i].Kind == lexer.Operator && value.IsName(b.tokens[i].Value))
}

// open returns the bracket that the one at i closes, -1 if there is none.
func (b *backwards) open(i int) int {
	closed := 0
	for ; i >= 0; i-- {
		switch {
		case b.is(i, ")", "]", "}"):
			closed++
		case b.is(i, "(", "[", "{"):
			if closed--; closed == 0 {
				return i
			}
		}
	}
	return -1
}

// operand evaluates the chain of names, dots and brackets that ends before token end. An empty
// chain, as before the dot of filter(xs, .…), is the element of the predicate.
func (b *backwards) operand(end int) (value.Value, error) {
	x, _, err := b.chain(end)
	return x, err
}

// endsOperand reports whether token i is the last of something that a dot or a bracket may follow.
func (b *backwards) endsOperand(i int) bool {
	return b.is(i, ")", "]", "#") || b.isWord(i) && (b.tokens[i].Kind == lexer.Identifier || b.is(i-1, ".", "?."))
}

// indexed evaluates what the bracket at open is behind, and returns its first token.
func (b *backwards) indexed(open int) (x value.Value, start int, err error) {
	if b.is(open-1, "?.") {
		open--
	}
	if !b.endsOperand(open - 1) {
		return nil, 0, errUnknown
	}
	return b.chain(open)
}

// A standIn stands for a collection that is not computed: one of its elements is like any other.
type standIn struct {
	value.Value // so that it is one; says nothing
	elem        func() (value.Value, error)
}

// elementsOf stands for a collection of elements of x.
func (e *evaluation) elementsOf(x value.Value) standIn {
	return standIn{value.Nil, func() (value.Value, error) { return e.some(x) }}
}

// chain is operand, and returns the first token of the chain.
func (b *backwards) chain(end int) (x value.Value, start int, err error) {
	last := end - 1
	switch {
	case b.is(last, "]"):
		open := b.open(last)
		if x, start, err = b.indexed(open); err != nil {
			return nil, 0, err
		}
		if b.isWindow(open) {
			return b.e.elementsOf(x), start, nil
		}
		if x, ok := x.(standIn); ok {
			elem, err := x.elem()
			return elem, start, err
		}
		key, err := b.key(open+1, last)
		if err != nil {
			return nil, 0, err
		}
		x, err = value.Index(&b.e.Thread, x, key)
		return x, start, err
	case b.is(last, ")"):
		return b.call(b.open(last))
	case b.is(last, "#"):
		x, err = b.element(last)
		return x, last, err
	case b.isWord(last) && b.is(last-1, ".", "?."):
		if x, start, err = b.chain(last - 1); err != nil {
			return nil, 0, err
		}
		if ns, ok := x.(value.Namespace); ok {
			x, err = b.name(ns.Prefix() + b.tokens[last].Value)
			return x, start, err
		}
		x, err = value.Member(&b.e.Thread, x, b.tokens[last].Value)
		return x, start, err
	case last >= 0 && b.tokens[last].Kind == lexer.Identifier && !b.is(last-1, "#"):
		x, err = b.name(b.tokens[last].Value)
		return x, last, err
	case last < 0 || b.is(last, ",", "(", "{", ";") || b.tokens[last].Kind == lexer.Operator:
		x, err = b.element(end)
		return x, end, err
	}
	return nil, 0, errUnknown
}

// errUnknown ends the search where nothing can be proposed.
var errUnknown = fault.New("syntax", "nothing is known of what stands here")

// name evaluates the full name of a variable, an exposed object or a namespace.
func (b *backwards) name(name string) (value.Value, error) {
	if b.names.Exposed.Has(name) {
		v, err := b.e.Visit.Get(name)
		if err != nil {
			return nil, err
		}
		return value.Live{View: v}, nil
	}
	if b.names.Exposed.HasNamespace(name) {
		return b.names.Exposed.Namespace(name), nil
	}
	p, err := compile.Identifier(name, b.names, b.e.Meter)
	if err != nil {
		return nil, err
	}
	return p.Run(&b.e.Frame)
}

// key returns the literal between two brackets.
func (b *backwards) key(from, to int) (value.Value, error) {
	sign := 1
	if b.is(from, "-") {
		from, sign = from+1, -1
	}
	if from != to-1 {
		return nil, errUnknown
	}
	switch t := b.tokens[from]; t.Kind {
	case lexer.String:
		return value.String(t.Value), nil
	case lexer.Number:
		n, err := strconv.Atoi(t.Value)
		return value.Int(sign * n), err
	}
	return nil, errUnknown
}

// call stands for the answer of a function that answers elements of its first argument, without
// calling it.
func (b *backwards) call(open int) (x value.Value, start int, err error) {
	name := open - 1
	if !b.isWord(name) || !b.endsOperand(name) {
		return b.parenthesized(open)
	}
	if x, start, err = b.collection(open); err != nil {
		return nil, 0, err
	}
	fn := library.Lookup(b.tokens[name].Value)
	if fn == nil {
		return nil, 0, errUnknown
	}
	switch {
	case fn.Answers == library.ItsElements:
		return b.e.elementsOf(x), start, nil
	case fn.Answers == library.ItsGroups:
		group := b.e.elementsOf(x)
		return standIn{value.Nil, func() (value.Value, error) { return group, nil }}, start, nil
	case fn.Answers == library.ItsProjections:
		// The projection is evaluated when it is asked for: in nested calls it evaluates the
		// collection once more.
		return standIn{value.Nil, func() (value.Value, error) {
			y, from, err := b.chain(b.within(open))
			if err == nil && !b.is(from-1, ",", "(") {
				err = errUnknown // it is computed
			}
			return y, err
		}}, start, nil
	case fn.Answers == library.AnElement, fn.Answers == library.AnElementAlone && b.isAlone(open):
		x, err = b.e.some(x)
		return x, start, err
	}
	return nil, 0, errUnknown
}

// parenthesized evaluates what stands between the bracket at open and the one that closes it.
func (b *backwards) parenthesized(open int) (x value.Value, start int, err error) {
	if open < 0 || b.isWord(open-1) && b.tokens[open-1].Kind == lexer.Identifier {
		return nil, 0, errUnknown
	}
	x, start, err = b.chain(b.within(open))
	if err == nil && start != open+1 {
		err = errUnknown
	}
	return x, open, err
}

// within returns the first of these signs that stands between the bracket at open and the one that
// closes it, and in no bracket there: that which closes it if there is none, or the end of the tokens.
func (b *backwards) within(open int, signs ...string) int {
	depth := 0
	for i := open; i < len(b.tokens); i++ {
		switch {
		case b.is(i, "(", "[", "{"):
			depth++
		case b.is(i, ")", "]", "}"):
			if depth--; depth == 0 {
				return i
			}
		case depth == 1 && len(signs) > 0 && b.is(i, signs...):
			return i
		}
	}
	return len(b.tokens)
}

// isWindow reports whether the bracket at open begins a part of a list, as in xs[2:5].
func (b *backwards) isWindow(open int) bool {
	colon := b.within(open, ":")
	return b.is(colon, ":") && !b.is(colon-1, "?")
}

// isAlone reports whether the call whose bracket is at open has a single argument.
func (b *backwards) isAlone(open int) bool {
	if b.is(open-2, "|") {
		return b.is(open+1, ")")
	}
	return b.is(b.within(open, ","), ")")
}

// collection evaluates the first argument of the call whose bracket is at open: what stands before
// the pipe, or up to the comma.
func (b *backwards) collection(open int) (x value.Value, start int, err error) {
	if b.is(open-2, "|") {
		return b.chain(open - 2)
	}
	x, start, err = b.chain(b.within(open, ","))
	if err == nil && start != open+1 {
		err = errUnknown
	}
	return x, open - 1, err
}

// element returns an element of the collection whose predicate token end is in.
func (b *backwards) element(end int) (value.Value, error) {
	closed := 0
	for i := end - 1; i > 0; i-- {
		switch {
		case b.is(i, ")", "]", "}"):
			closed++
		case b.is(i, "(", "[", "{") && closed > 0:
			closed--
		case b.is(i, "("):
			if !library.Lookup(b.tokens[i-1].Value).IsFold() || !b.inPredicate(i, end) {
				continue
			}
			x, _, err := b.collection(i)
			if err != nil || library.Lookup(b.tokens[i-1].Value).Itself {
				return x, err
			}
			return b.e.some(x)
		}
	}
	return nil, errUnknown
}

// inPredicate reports whether token end comes after the first argument of the call whose bracket is
// at open.
func (b *backwards) inPredicate(open, end int) bool {
	return b.is(open-2, "|") || b.within(open, ",") < end
}

// some returns an element of x, Nil if there is none.
func (e *evaluation) some(x value.Value) (value.Value, error) {
	if x, ok := x.(standIn); ok {
		return x.elem()
	}
	x, err := value.Load(x)
	if err != nil {
		return nil, err
	}
	var elem value.Value = value.Nil
	err = value.Each(&e.Thread, x, true, func(_ int, _, first value.Value) (bool, error) {
		var err error
		elem, err = value.Hold(&e.Thread, first)
		return false, err
	})
	return elem, err
}
