package syntax

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// tokens are those of a line, of which the last is the end. The methods take any index: before the
// first token and behind the last there is the end too.
type tokens struct {
	list      []lexer.Token
	functions Functions
}

// kind returns the kind of token i.
func (t tokens) kind(i int) lexer.Kind {
	if i < 0 || i >= len(t.list) {
		return lexer.EOF
	}
	return t.list[i].Kind
}

// is reports whether token i is one of these operators and brackets.
func (t tokens) is(i int, values ...string) bool {
	kind := t.kind(i)
	return (kind == lexer.Operator || kind == lexer.Bracket) && slices.Contains(values, t.list[i].Value)
}

// has reports whether some token is that operator or bracket.
func (t tokens) has(value string) bool {
	for i := range t.list {
		if t.is(i, value) {
			return true
		}
	}
	return false
}

// adjacent reports whether tokens i and i+1 are a and b, with no blank between them.
func (t tokens) adjacent(i int, a, b string) bool {
	return t.is(i, a) && t.is(i+1, b) && t.touches(i)
}

// touches reports whether no blank is between tokens i and i+1.
func (t tokens) touches(i int) bool {
	return i >= 0 && i+1 < len(t.list) && t.list[i].To == t.list[i+1].From
}

// isWord reports whether token i is one of these words in any case, and not the name of a field.
func (t tokens) isWord(i int, words ...string) bool {
	kind := t.kind(i)
	return (kind == lexer.Identifier || kind == lexer.Operator) &&
		!t.is(i-1, ".", "?.") && slices.Contains(words, strings.ToLower(t.list[i].Value))
}

// hasWord reports whether some token is that word.
func (t tokens) hasWord(word string) bool {
	for i := range t.list {
		if t.isWord(i, word) {
			return true
		}
	}
	return false
}

// isFunction reports whether token i is the name of a function.
func (t tokens) isFunction(i int) bool {
	return t.kind(i) == lexer.Identifier && t.functions.has(t.list[i].Value)
}

// takesPredicate reports whether token i is the name of a function that takes a predicate.
func (t tokens) takesPredicate(i int) bool {
	return t.kind(i) != lexer.EOF && t.functions.takesPredicate(t.list[i].Value)
}

// signs returns in which arguments of the call at token i, the first being 0, a # or a leading dot
// stands that belongs to no call within.
func (t tokens) signs(i int) (args []int) {
	depth, arg := 0, 0
	if t.is(i-1, "|") {
		arg = 1
	}
	for j := i + 1; j < len(t.list); j++ {
		switch {
		case t.opens(j):
			depth++
		case t.kind(j) == lexer.Bracket:
			if depth--; depth == 0 {
				return args
			}
		case depth == 1 && t.is(j, ","):
			arg++
		case depth == 1 && (t.is(j, "#") || t.is(j, ".") && !t.endsOperand(j-1)):
			args = append(args, arg)
		}
	}
	return args
}

// isGivenPredicate reports whether token i is the name of a function that takes no predicate, and is
// given one.
func (t tokens) isGivenPredicate(i int) bool {
	return t.isFunction(i) && t.is(i+1, "(") && !t.takesPredicate(i) && !t.inBrackets(i) && t.signs(i) != nil
}

// isMisplacedPredicate reports whether token i is the name of a function whose predicate is another
// argument than the one that is given one.
func (t tokens) isMisplacedPredicate(i int) bool {
	if !t.isFunction(i) || !t.is(i+1, "(") || !t.takesPredicate(i) || t.inBrackets(i) {
		return false
	}
	predicate, _ := t.functions(t.list[i].Value)
	return slices.ContainsFunc(t.signs(i), func(arg int) bool { return arg > 0 && arg < predicate })
}

// isLiteral reports whether token i is an operand by itself.
func (t tokens) isLiteral(i int) bool {
	switch t.kind(i) {
	case lexer.Identifier, lexer.Number, lexer.String, lexer.Bytes:
		return true
	}
	return false
}

// endsOperand reports whether an operand may end with token i.
func (t tokens) endsOperand(i int) bool { return t.isLiteral(i) || t.is(i, ")", "]", "}", "#") }

// startsOperand reports whether an operand may start with token i.
func (t tokens) startsOperand(i int) bool { return t.isLiteral(i) || t.is(i, "(", "[", "{", "#") }

// closing has the other half of each opening bracket.
var closing = map[string]string{"(": ")", "[": "]", "{": "}"}

// opens reports whether token i is an opening bracket.
func (t tokens) opens(i int) bool { return t.is(i, "(", "[", "{") }

// inBrackets reports whether token i is between parentheses or braces, where a predicate may be.
func (t tokens) inBrackets(i int) bool {
	depth := 0
	for j := range i {
		switch {
		case t.is(j, "(", "{"):
			depth++
		case t.is(j, ")", "}"):
			depth--
		}
	}
	return depth > 0
}

// callee returns the index of the name of the function in whose arguments token i stands; -1 if it
// stands in none.
func (t tokens) callee(i int) int {
	depth := 0
	for i--; i > 0; i-- {
		switch {
		case t.kind(i) != lexer.Bracket:
		case !t.opens(i):
			depth++
		case depth > 0:
			depth--
		case t.is(i, "(") && t.kind(i-1) == lexer.Identifier:
			return i - 1
		default:
			return -1
		}
	}
	return -1
}

// isUnclosed reports whether token i is an opening bracket that its other half does not close,
// while all brackets within are closed.
func (t tokens) isUnclosed(i int) bool {
	if !t.opens(i) {
		return false
	}
	depth := 0
	for j := i; j < len(t.list); j++ {
		switch {
		case t.kind(j) != lexer.Bracket:
		case t.opens(j):
			depth++
		default:
			if depth--; depth == 0 {
				return !t.is(j, closing[t.list[i].Value])
			}
		}
	}
	return depth == 1
}

// isUnopened reports whether token i is a closing bracket that closes none.
func (t tokens) isUnopened(i int) bool {
	if t.kind(i) != lexer.Bracket || t.opens(i) {
		return false
	}
	depth := 0
	for j := i - 1; j >= 0; j-- {
		switch {
		case t.kind(j) != lexer.Bracket:
		case !t.opens(j):
			depth++
		default:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return true
}
