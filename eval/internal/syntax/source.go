// Package syntax reads a line: it makes a checked tree of it with expr-lang's parser, or says what is wrong with it.
package syntax

import (
	"errors"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
	"github.com/expr-lang/expr/parser/operator"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Statement is a line that was read: an expression, and the name that its answer gets.
type Statement struct {
	Name    string    // "" if it assigns nothing
	NamePos fault.Pos // of the name
	Tree    ast.Node
	Text    string // the source of the expression alone
	From    int    // where Text begins in the source, in runes

	tokens tokens // of the expression
}

// Limits bound what Parse takes.
type Limits struct {
	Line    int // the length of the source in bytes
	Nesting int // how deep the expression may be nested
}

// Functions says of a name whether it is that of a function, and which of its arguments is a predicate: the index of
// the argument that is evaluated for each element of the first, 0 for none.
type Functions func(name string) (predicate int, known bool)

// isFold reports whether a function of that name takes a predicate.
func (known Functions) isFold(name string) bool {
	predicate, ok := known(name)
	return ok && predicate > 0
}

// isFunction reports whether there is a function of that name.
func (known Functions) isFunction(name string) bool {
	_, ok := known(name)
	return ok
}

// IsBuiltin reports whether name is that of a function of expr-lang.
func IsBuiltin(name string) bool {
	_, ok := builtin.Index[name]
	return ok
}

// Parse reads a line. It takes time and stack that limits bounds: the parser is recursive, and sees only
// what the tokens show to be nested no deeper than limits.Nesting.
func Parse(source string, known Functions, limits Limits) (s Statement, err error) {
	if len(source) > limits.Line {
		return s, fault.New("budget", "the line has %s bytes, and %s are allowed", text.Thousands(len(source)), text.Thousands(limits.Line)).
			With("the server's Limits.Line is the limit")
	}
	if !utf8.ValidString(source) {
		return s, fault.New("syntax", "the line is not valid UTF-8")
	}
	lexed, err := scan(source, limits.Nesting)
	if err != nil {
		return s, err
	}
	tokens := tokens{lexed, known}
	s.Text = source
	if tokens.kind(0) == lexer.Identifier && tokens.is(1, "=") {
		s.Name, s.NamePos = tokens.lexed[0].Value, fault.Pos(tokens.lexed[0].From+1)
		s.Text = string([]rune(source)[tokens.lexed[1].To:])
		// Blanks in place of what was cut off keep the positions right.
		source = strings.Repeat(" ", tokens.lexed[1].To) + s.Text
		tokens.lexed = tokens.lexed[2:]
	}
	if err := noAssignment(tokens.lexed); err != nil {
		return s, mistaken(tokens, err)
	}
	first := tokens.lexed[0]
	if first.Kind == lexer.EOF {
		return s, fault.Pos(first.To + 1).Err(fault.New("syntax", "there is no expression here"))
	}
	s.From = first.From
	s.tokens = tokens
	s.Text = strings.TrimSpace(s.Text)
	if s.Tree, err = parse(disguise(source, tokens)); err != nil {
		return s, mistaken(tokens, err)
	}
	return s, nil
}

// ParsePath parses the path of a live object. A path has no predicates.
func ParsePath(path string) (ast.Node, error) { return parse(path) }

// Postfix reports whether brackets put behind the expression would be about all of it: behind an operator or a pipe
// they belong to its last operand.
func (s Statement) Postfix() bool {
	depth := 0
	for _, t := range s.tokens.lexed {
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			depth++
		case t.Kind == lexer.Bracket:
			depth--
		case depth == 0 && (t.Kind == lexer.Number || t.Kind == lexer.Operator && !t.Is(lexer.Operator, ".", "?.", "#")):
			return false
		}
	}
	return true
}

// Parses counts the calls of expr-lang's parser: a test holds that an evaluation needs one.
func Parses() int64 { return parses.Load() }

var parses atomic.Int64

// parse is expr-lang's parser, with its errors as ours. It stops at ten thousand nodes, which
// bounds the depth of the tree where the tokens do not: in a.b.c… and 1+1+1….
func parse(source string) (n ast.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New("syntax", "this cannot be read")
		}
	}()
	parses.Add(1)
	tree, err := parser.Parse(widened(source))
	if err != nil {
		return nil, syntaxError(err)
	}
	return tree.Node, nil
}

// syntaxError makes one line of what expr-lang's lexer or parser says.
func syntaxError(err error) *fault.Error {
	var e *file.Error
	if !errors.As(err, &e) {
		return fault.New("syntax", "%v", err).Because(err)
	}
	text := signs.Replace(e.Message)
	hint := ""
	switch {
	case strings.HasPrefix(text, "unexpected token EOF"):
		text, hint = "the expression ends too early", "write what comes behind its last sign"
	case strings.HasPrefix(text, "unexpected token "):
		// The parser writes a token as Kind("text").
		if _, token, ok := strings.Cut(text, "("); ok {
			text = "unexpected " + strings.TrimSuffix(token, ")")
		}
	case strings.Contains(text, "invalid integer literal"):
		text, hint = "this integer is too large to be written", "18446744073709551615 is the largest; write it as a float, as in 1e20"
	case strings.Contains(text, "exceeds maximum allowed nodes"):
		text = "the expression is too long"
	case strings.Contains(text, "not terminated"):
		text, hint = "this text has no end", "write the quote that closes it"
	case strings.HasPrefix(text, "bad number syntax"):
		hint = `a duration is written duration("5s"), and a name does not start with a digit`
	case strings.Contains(text, "U+007E '~'"):
		text, hint = "~ is no operator", `write x matches "…", with a regular expression`
	case strings.HasPrefix(text, "expected at least 2 arguments"):
		text, hint = "the predicate is missing", "it follows the collection, as in filter(xs, .size > 5)"
	case strings.Contains(text, "cannot be mixed"):
		text = "?? and another operator need parentheses, to say which comes first"
	}
	text = strings.ToLower(text[:1]) + text[1:]
	out := fault.New("syntax", "%s", strings.TrimSuffix(text, ".")).Because(err)
	if hint != "" {
		out = out.With("%s", hint)
	}
	out.Pos = fault.Pos(e.From + 1)
	return out
}

// maxTokens bounds the tokens of a line: the parser stops at ten thousand nodes, of few tokens each.
const maxTokens = 100_000

// scan reads the tokens of a line, and refuses one that is nested too deeply.
func scan(source string, nesting int) (tokens []lexer.Token, err error) {
	l := lexer.New()
	l.Reset(file.NewSource(source))
	var d depth
	for {
		t, err := l.Next()
		if err != nil {
			return nil, syntaxError(err)
		}
		tokens = append(tokens, t)
		if t.Kind == lexer.EOF {
			return tokens, nil
		}
		if len(tokens) > maxTokens {
			return nil, fault.New("syntax", "the expression is too long")
		}
		if d.add(t) > nesting {
			return nil, fault.Pos(t.From + 1).Err(fault.New("budget", "this is nested more than %d deep", nesting).
				With("give parts of it a name, as in x = …"))
		}
	}
}

// depth follows how deep the parser would be in its own calls: for each open bracket, for each
// prefix operator that waits for its operand, for each right side of what groups to the right, and for each
// let, if and ?: of a level, as what follows them is parsed inside of them.
type depth struct {
	levels  []level
	current level
	sum     int // of the outer levels
	operand bool
}

type level struct{ prefixes, powers, open int }

func (l level) depth() int { return l.prefixes + l.powers + l.open }

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

// noAssignment finds an = that is not that of a let.
func noAssignment(tokens []lexer.Token) error {
	for i, t := range tokens {
		if !t.Is(lexer.Operator, "=") || i >= 2 && tokens[i-2].Is(lexer.Operator, "let") {
			continue
		}
		return fault.Pos(t.From + 1).Err(fault.New("syntax", "nothing can be assigned to: an expression only looks").
			With("x = … at the start gives a name in this session; did you mean ==?"))
	}
	return nil
}
