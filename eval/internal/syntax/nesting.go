package syntax

import (
	"math"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
	"github.com/expr-lang/expr/parser/operator"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
)

// maxTokens bounds the tokens of a line. The parser makes no more than ten thousand nodes, each of
// few tokens.
const maxTokens = 100_000

// Lex returns the tokens of source, of which the last is the end.
func Lex(source string) ([]lexer.Token, error) { return scan(replaceQuantities(source), math.MaxInt) }

// scan returns the tokens of source, of which the last is the end. It refuses a line nested deeper
// than nesting before the parser, which is recursive, sees it.
func scan(source string, nesting int) ([]lexer.Token, error) {
	l := lexer.New()
	l.Reset(file.NewSource(source))
	var list []lexer.Token
	var d depth
	for {
		t, err := l.Next()
		if err != nil {
			return nil, parserError(err, source)
		}
		list = append(list, t)
		if t.Kind == lexer.EOF {
			return list, nil
		}
		if len(list) > maxTokens {
			return nil, fault.New("syntax", "the expression is too long")
		}
		if d.add(t) > nesting {
			return nil, fault.Pos(t.From + 1).Err(fault.New("budget", "this is nested more than %d deep", nesting).
				With("give parts of it a name, as in x = …"))
		}
	}
}

// depth follows, token by token, how deep the parser would be in its own recursion.
type depth struct {
	levels  []level // of the open brackets around current
	sum     int     // the depth of levels
	current level   // within the innermost open bracket
	operand bool    // the last token ended an operand: a + or - now is binary
}

// level is the recursion within one pair of brackets.
type level struct {
	prefixes int // prefix operators that wait for their operand
	powers   int // operators that group to the right, as **
	open     int // let, if and ?:, whose last part the parser reads inside of them
}

func (l level) depth() int { return l.prefixes + l.powers + l.open }

// add returns the depth behind t.
func (d *depth) add(t lexer.Token) int {
	c := &d.current
	operand := false
	switch {
	case t.Is(lexer.Bracket, "(", "[", "{"):
		d.levels = append(d.levels, *c)
		d.sum += c.depth() + 1
		*c = level{}
	case t.Kind == lexer.Bracket:
		operand = true
		if n := len(d.levels); n > 0 {
			*c = d.levels[n-1]
			d.levels = d.levels[:n-1]
			d.sum -= c.depth() + 1
		}
		c.prefixes = 0
	case t.Is(lexer.Operator, "let", "if", "else", "?"):
		c.open++
	case t.Is(lexer.Operator, ","):
		*c = level{}
	case t.Kind == lexer.Operator && !d.operand && operator.Unary[t.Value].Precedence > 0:
		c.prefixes++
	case t.Is(lexer.Operator, "**", "^"):
		c.prefixes = 0
		c.powers++
	case t.Is(lexer.Operator, "#", ".", "?."):
		operand = t.Value == "#"
	case t.Kind == lexer.Operator:
		c.prefixes, c.powers = 0, 0
	default:
		operand = true
		c.prefixes = 0
	}
	d.operand = operand
	return d.sum + c.depth()
}
