package syntax

import (
	"errors"
	"strings"

	"github.com/expr-lang/expr/file"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
)

// parserError rewords an error of expr-lang's lexer or parser.
func parserError(err error) *fault.Error {
	var e *file.Error
	if !errors.As(err, &e) {
		return fault.New("syntax", "%v", err).Because(err)
	}
	text := signs.Replace(e.Message)
	hint := ""
	switch {
	case strings.HasPrefix(text, "unexpected token EOF"):
		text, hint = "the expression ends too early", "write what comes after its last sign"
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
		text, hint = "this text is not closed", "write the quote that closes it"
	case strings.HasPrefix(text, "bad number syntax"):
		hint = `a duration is written duration("5s"), and a name does not start with a digit`
	case strings.Contains(text, "U+007E '~'"):
		text, hint = "~ is not an operator", `write x matches "…", with a regular expression`
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
