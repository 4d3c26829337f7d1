// Package syntax parses a line of the language: it returns a syntax tree that is safe to compile,
// or an error that says what is wrong with the line and what to type instead.
//
// The parser is expr-lang's. It is recursive, has no predicates but those of its own functions and
// no integers above the ints; this package bounds what the parser gets to see and makes up for the
// rest.
package syntax

import (
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Statement is a parsed line: an expression, and the name of the variable that its answer is
// assigned to.
type Statement struct {
	Name    string    // "" for an expression alone
	NamePos fault.Pos // of Name
	Tree    ast.Node  // positions count from the start of the line
	Text    string    // the source of the expression, trimmed
	All     bool      // an exclamation mark behind the expression asks for all of the answer
	From    int       // where Text begins in the line, in runes

	tokens tokens // of the expression
}

// Limits bound the lines that Parse accepts.
type Limits struct {
	Line    int // bytes
	Nesting int // open brackets, operators that wait for an operand, and the like
}

// Functions reports whether a function has that name and, if so, which of its arguments is or may be
// a predicate, evaluated for each element of the first: the argument's index, 0 for none.
type Functions func(name string) (predicate int, known bool)

// has reports whether a function has that name.
func (f Functions) has(name string) bool {
	_, known := f(name)
	return known
}

// takesPredicate reports whether the function of that name takes a predicate.
func (f Functions) takesPredicate(name string) bool {
	predicate, known := f(name)
	return known && predicate > 0
}

// IsBuiltin reports whether expr-lang has a function of that name.
func IsBuiltin(name string) bool {
	_, ok := builtin.Index[name]
	return ok
}

// ParsesPredicate reports whether expr-lang's parser knows that the function of that name takes a
// predicate.
func ParsesPredicate(name string) bool {
	i, ok := builtin.Index[name]
	return ok && builtin.Builtins[i].Predicate
}

// Parse parses a line. The error is a *fault.Error.
func Parse(source string, functions Functions, limits Limits) (Statement, error) {
	if len(source) > limits.Line {
		return Statement{}, fault.New("budget", "the line has %s bytes, and %s are allowed", text.Thousands(len(source)), text.Thousands(limits.Line)).
			With("the server's Limits.Line is the limit")
	}
	if !utf8.ValidString(source) {
		return Statement{}, fault.New("syntax", "the line is not valid UTF-8")
	}
	typed := source
	source = replaceQuantities(source)
	list, err := scan(source, limits.Nesting)
	if err != nil {
		return Statement{}, err
	}
	s := Statement{Text: typed, tokens: tokens{list, functions}}
	if s.tokens.kind(0) == lexer.Identifier && s.tokens.is(1, "=") {
		name, equals := list[0], list[1]
		s.Name, s.NamePos = name.Value, fault.Pos(name.From+1)
		s.Text = string([]rune(typed)[equals.To:])
		// Blanks in place of name = keep the positions right.
		source = strings.Repeat(" ", equals.To) + string([]rune(source)[equals.To:])
		s.tokens.list = list[2:]
	}
	if n := len(s.tokens.list); n > 2 && s.tokens.is(n-2, "!") && s.tokens.endsOperand(n-3) {
		mark := s.tokens.list[n-2]
		s.All = true
		runes := []rune(source)
		source = string(runes[:mark.From]) + " " + string(runes[mark.To:])
		s.Text = string([]rune(s.Text)[:len([]rune(s.Text))-(len(runes)-mark.From)])
		s.tokens.list = slices.Delete(slices.Clone(s.tokens.list), n-2, n-1)
	}
	s.Text = strings.TrimSpace(s.Text)
	s.From = utf8.RuneCountInString(source) - utf8.RuneCountInString(strings.TrimLeftFunc(source, unicode.IsSpace))
	if err = s.tokens.checkAssignment(); err == nil {
		s.Tree, err = s.tokens.parse(source)
	}
	if err != nil {
		return Statement{}, s.tokens.explain(err)
	}
	return s, nil
}

// ParsePath parses the path of a live object, which contains no predicate.
func ParsePath(path string) (ast.Node, error) { return parse(path) }

// parse parses source, whose tokens are t.
func (t tokens) parse(source string) (ast.Node, error) {
	if end := t.list[0]; end.Kind == lexer.EOF {
		return nil, fault.Pos(end.To + 1).Err(fault.New("syntax", "there is no expression here"))
	}
	return parse(t.replaceSigns(source))
}

// parses counts the runs of expr-lang's parser.
var parses atomic.Int64

// ParseCount returns how often this process has run expr-lang's parser. A test holds that an
// evaluation runs it once.
func ParseCount() int64 { return parses.Load() }

// parse runs expr-lang's parser and makes its errors ours. The parser stops at ten thousand nodes,
// which bounds the depth of the tree where scan does not: in a.b.c… and 1+1+1….
func parse(source string) (n ast.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New("syntax", "this cannot be read")
		}
	}()
	parses.Add(1)
	tree, err := parser.Parse(replaceLargeIntegers(source))
	if err != nil {
		return nil, parserError(err, source)
	}
	return tree.Node, nil
}

// Postfix reports whether brackets put behind the expression would apply to all of it. Behind an
// operator or a pipe they apply to its last operand.
func (s Statement) Postfix() bool {
	depth := 0
	for _, t := range s.tokens.list {
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
