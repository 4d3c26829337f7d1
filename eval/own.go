package eval

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

// signs gives a text of the parser back the signs.
var signs = strings.NewReplacer(string(dotLetter), ".", string(hashLetter), "#")

// disguise replaces the signs. tokens are those of source.
func disguise(source string, tokens []lexer.Token) string {
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
	for i, t := range tokens {
		top := len(calls) - 1
		first := top >= 0 && calls[top].arg == calls[top].pred && i > 0 && (tokens[i-1].Is(lexer.Bracket, "(") || tokens[i-1].Is(lexer.Operator, ","))
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
			if pred, ok := ownCall(tokens, i); ok {
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
func ownCall(tokens []lexer.Token, i int) (pred int, ok bool) {
	if i == 0 || !tokens[i].Is(lexer.Bracket, "(") || tokens[i-1].Kind != lexer.Identifier {
		return 0, false
	}
	fn := lookup(tokens[i-1].Value)
	switch {
	case !fn.ownPredicate(), i > 1 && tokens[i-2].Is(lexer.Operator, ".", "?."):
		return 0, false
	case i > 1 && tokens[i-2].Is(lexer.Operator, "|"):
		return fn.predicate - 1, true
	}
	return fn.predicate, true
}

// revealed is what a name in disguise stands for; n itself if it is no such name.
func revealed(n *ast.IdentifierNode) ast.Node {
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
