package syntax

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/file"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
)

// parserError rewords an error of expr-lang's lexer or parser about source.
func parserError(err error, source string) *fault.Error {
	var e *file.Error
	if !errors.As(err, &e) {
		return fault.New("syntax", "%v", err).Because(err)
	}
	text, source := signs.Replace(e.Message), signs.Replace(source)
	hint := ""
	pos := fault.Pos(e.From + 1)
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
		text, hint, pos = numberError(source, pos)
	case strings.Contains(text, "invalid char escape"):
		text, hint, pos = escapeError(source, pos)
	case strings.Contains(text, "U+0040 '@'") && keyHint(source, pos, unreadKeyRun()) == "":
		text, hint = "@ has no meaning", "# is the element and .name a field of it, as in filter(xs, .size > 5)"
	case strings.Contains(text, "U+007E '~'"):
		text, hint = "~ is not an operator", `write x matches "…", with a regular expression`
	case strings.HasPrefix(text, "expected at least 2 arguments"):
		text, hint = "the predicate is missing", "it follows the collection, as in filter(xs, .size > 5)"
	case strings.Contains(text, "cannot be mixed"):
		text = "?? and another operator need parentheses, to say which comes first"
	}
	text = strings.ToLower(text[:1]) + text[1:]
	out := fault.New("syntax", "%s", strings.TrimSuffix(text, ".")).Because(err)
	out.Pos = pos
	if hint == "" {
		if key := keyHint(source, pos, unreadKeyRun()); key != "" {
			hint = "a key that is no name is written " + key
		}
	}
	if hint != "" {
		out = out.With("%s", hint)
	}
	return out
}

// maxNumber bounds a number that an error repeats, in runes.
const maxNumber = 40

// numberError says what is wrong with the number at p of source, where it begins, and what to write.
func numberError(source string, p fault.Pos) (text, hint string, from fault.Pos) {
	runes := []rune(source)
	start := min(int(p)-1, len(runes))
	end := start
	for start > 0 && (inName(runes[start-1]) || runes[start-1] == '.') {
		start--
	}
	for end < len(runes) && inName(runes[end]) {
		end++
	}
	number := string(runes[start:min(end, start+maxNumber)])
	from = fault.Pos(start + 1)
	at := from
	if number != "" && (inName(runes[start]) && !unicode.IsDigit(runes[start]) || start > 0 && strings.ContainsRune(")]", runes[start-1])) {
		at = p // it begins with what the digits follow
	}
	if at == p || start > 0 && strings.ContainsRune("-/:@", runes[start-1]) {
		if key := keyHint(source, at, unreadKeyRun()); key != "" {
			return "a name does not start with a digit", "a key that is no name is written " + key, p
		}
	}
	digits := strings.TrimLeft(number, "0123456789_.")
	switch {
	case quantityOf(number) != nil:
		return number + " is no key here", fmt.Sprintf("a key is a text: {%q: …}", number), from
	case aDuration().FindString(number) == number:
		return number + " is too long", "a duration has at most 292 years", from
	case aSize().FindString(number) == number:
		return number + " is no integer of 64 bits", "18446744073709551615 is the largest", from
	case digits == "d":
		hint = "a day is 24h"
	case digits != "" && strings.Trim(digits, "kKMGTi") == "":
		hint = "10MB is 10,000,000 and 10MiB is 10,485,760"
	default:
		hint = "a duration is written 90s, 5ms or 1h30m, a size 10MB or 64KiB"
	}
	return number + " is no number", hint, from
}

// escapeError says what is wrong with the backslash before p.
func escapeError(source string, p fault.Pos) (text, hint string, from fault.Pos) {
	runes := []rune(source)
	for from = min(p, fault.Pos(len(runes))); from > 1 && runes[from-1] != '\\'; from-- {
	}
	escaped := string(runes[from:min(int(from)+1, len(runes))])
	if escaped != "" && strings.Contains("xuU01234567", escaped) {
		return "\\" + escaped + " is not complete", `it is written \x41, \u0041, \U00000041 or \101`, from
	}
	escape := string(runes[from-1 : min(int(from)+1, len(runes))])
	return escape + " has no meaning between these quotes", "between backquotes it stands for itself, as in matches `" + escape + "+`", from
}
