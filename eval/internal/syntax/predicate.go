package syntax

import (
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// The parser knows which of expr-lang's functions take a predicate, and rejects # and .field
// everywhere else. In the predicates of our functions, replaceSigns puts a letter that nobody types
// in place of each of these two signs, one rune for one, so that every position stays what it was.
// The parser then reads a name, which Original turns back into what was written.
const (
	dotLetter  = 'ꓸ'
	hashLetter = 'ꓺ'
)

// signs puts the signs and digits back into a text of the parser.
var signs = strings.NewReplacer(append(digitLetters(), string(dotLetter), ".", string(hashLetter), "#")...)

// Text returns the source of n.
func Text(n ast.Node) string { return signs.Replace(n.String()) }

// replaceSigns replaces the signs in the predicates of our functions. The tokens of source are t.
func (t tokens) replaceSigns(source string) string {
	type bracket struct {
		predicate int  // the index of the argument that is a predicate; -1 if none is
		arg       int  // the index of the argument at this token
		braced    bool // { } encloses the predicate
	}
	var (
		runes   []rune    // of source, once one of them is replaced
		open    []bracket // around this token, the innermost last
		within  int       // how many of them are at their predicate
		operand bool      // the last token ended an operand: a dot now selects from it
		name    bool      // the last token was a dot: this one is a name
	)
	replace := func(at int, r rune) {
		if runes == nil {
			runes = []rune(source)
		}
		runes[at] = r
	}
	for i, token := range t.list {
		top := len(open) - 1
		first := top >= 0 && open[top].arg == open[top].predicate && t.is(i-1, "(", ",")
		wasName := name
		name = false
		switch {
		case token.Is(lexer.Bracket, "(", "[", "{"):
			if first && token.Value == "{" {
				// The parser has { } around the predicates that it knows only.
				replace(token.From, '(')
				open[top].braced = true
			}
			b := bracket{predicate: t.predicate(i)}
			if open = append(open, b); b.predicate == 0 {
				within++
			}
			operand = false
		case token.Kind == lexer.Bracket:
			if top >= 0 {
				if open[top].predicate >= 0 && open[top].arg >= open[top].predicate {
					within--
				}
				open = open[:top]
				if top--; top >= 0 && open[top].braced && token.Value == "}" {
					replace(token.From, ')')
					open[top].braced = false
				}
			}
			operand = true
		case token.Is(lexer.Operator, ","):
			if top >= 0 {
				if open[top].arg++; open[top].arg == open[top].predicate {
					within++
				}
			}
			operand = false
		case token.Is(lexer.Operator, "#"):
			if within > 0 {
				replace(token.From, hashLetter)
			}
			operand = true
		case token.Is(lexer.Operator, "."):
			if within > 0 && !operand {
				replace(token.From, dotLetter)
			}
			operand, name = false, true
		case token.Is(lexer.Operator, "?."):
			operand, name = false, true
		default:
			operand = token.Kind != lexer.Operator || wasName
		}
	}
	if runes == nil {
		return source
	}
	return string(runes)
}

// predicate returns the index of the predicate among the arguments behind token i, if that is the
// bracket of a call of one of our functions; otherwise -1. Behind a pipe the first argument is not
// written.
func (t tokens) predicate(i int) int {
	if !t.is(i, "(") || t.kind(i-1) != lexer.Identifier || t.is(i-2, ".", "?.") {
		return -1
	}
	name := t.list[i-1].Value
	predicate, _ := t.functions(name)
	switch {
	case predicate == 0, ParsesPredicate(name):
		return -1
	case t.is(i-2, "|"):
		return predicate - 1
	}
	return predicate
}

// Original returns the node that was written where the parser has read the name n: #, .field, a
// duration, a size or an integer above the ints. For any other name it returns n.
func Original(n *ast.IdentifierNode) ast.Node {
	if u, ok := largeInteger(n.Value); ok {
		integer := &ast.ConstantNode{Value: u}
		integer.SetLocation(n.Location())
		return integer
	}
	if quantity := namedQuantity(n.Value); quantity != nil {
		quantity.SetLocation(n.Location())
		return quantity
	}
	letter, size := utf8.DecodeRuneInString(n.Value)
	if letter != dotLetter && letter != hashLetter {
		return n
	}
	from := n.Location()
	element := &ast.PointerNode{}
	element.SetLocation(from)
	if letter == hashLetter {
		element.Name = n.Value[size:]
		return element
	}
	property := &ast.StringNode{Value: n.Value[size:]}
	member := &ast.MemberNode{Node: element, Property: property}
	behind := file.Location{From: from.From + 1, To: from.To}
	property.SetLocation(behind)
	member.SetLocation(behind)
	return member
}
