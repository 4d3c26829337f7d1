package syntax

import (
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// The parser knows which functions take a predicate, and which of their arguments it is; elsewhere it
// refuses # and .field. So in the predicates of own functions each of these two signs is replaced by a
// letter that nobody types, one for one so that all places stay what they are, and the compiler takes
// the names that begin with it for what they stand for.
const (
	dotLetter  = 'ꓸ'
	hashLetter = 'ꓺ'
)

// Text is the source of a node of a tree.
func Text(n ast.Node) string { return signs.Replace(n.String()) }

// signs gives a text of the parser back the signs.
var signs = strings.NewReplacer(string(dotLetter), ".", string(hashLetter), "#")

// disguise replaces the signs. in has the tokens of source.
func disguise(source string, in tokens) string {
	type call struct {
		pred   int // which argument is the predicate; -1 if none is
		arg    int // where we are
		braces int // how many { enclose the predicate at this place: 0 or 1
	}
	var (
		runes   []rune // made when it is first needed
		calls   []call
		within  int  // predicates
		operand bool // what was before can have a dot behind it
		name    bool // what was before is a dot: what follows is a name
	)
	replace := func(at int, r rune) {
		if runes == nil {
			runes = []rune(source)
		}
		runes[at] = r
	}
	for i, t := range in.lexed {
		top := len(calls) - 1
		first := top >= 0 && calls[top].arg == calls[top].pred && in.is(i-1, "(", ",")
		wasName := name
		name = false
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			if first && t.Value == "{" {
				// { … } around a predicate is only for the parser's own.
				replace(t.From, '(')
				calls[top].braces = 1
			}
			c := call{pred: -1}
			if pred, ok := in.ownCall(i); ok {
				c.pred = pred
			}
			if calls = append(calls, c); c.pred == 0 {
				within++
			}
			operand = false
		case t.Kind == lexer.Bracket:
			if top >= 0 {
				if calls[top].pred >= 0 && calls[top].arg >= calls[top].pred {
					within--
				}
				calls = calls[:top]
				if top--; top >= 0 && calls[top].braces == 1 && t.Value == "}" {
					replace(t.From, ')')
					calls[top].braces = 0
				}
			}
			operand = true
		case t.Is(lexer.Operator, ","):
			if top >= 0 {
				if calls[top].arg++; calls[top].arg == calls[top].pred {
					within++
				}
			}
			operand = false
		case t.Is(lexer.Operator, "#"):
			if within > 0 {
				replace(t.From, hashLetter)
			}
			operand = true
		case t.Is(lexer.Operator, "."):
			if within > 0 && !operand {
				replace(t.From, dotLetter)
			}
			operand, name = false, true
		case t.Is(lexer.Operator, "?."):
			operand, name = false, true
		default:
			operand = t.Kind != lexer.Operator || wasName
		}
	}
	if runes == nil {
		return source
	}
	return string(runes)
}

// ownCall reports whether the bracket at i opens the arguments of an own function, and at which of those
// that are written there its predicate is: behind a pipe the first is not.
func (t tokens) ownCall(i int) (pred int, ok bool) {
	if !t.is(i, "(") || t.kind(i-1) != lexer.Identifier {
		return 0, false
	}
	name := t.lexed[i-1].Value
	predicate, _ := t.known(name)
	switch {
	case predicate == 0, IsBuiltin(name), t.is(i-2, ".", "?."):
		return 0, false
	case t.is(i-2, "|"):
		return predicate - 1, true
	}
	return predicate, true
}

// Revealed is what a name in disguise stands for; n itself if it is no such name.
func Revealed(n *ast.IdentifierNode) ast.Node {
	if u, ok := wideValue(n.Value); ok {
		wide := &ast.ConstantNode{Value: u}
		wide.SetLocation(n.Location())
		return wide
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
