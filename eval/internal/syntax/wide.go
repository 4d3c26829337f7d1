package syntax

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// The parser reads no integer above the ints, and hashes and identifiers of 64 bits are often larger. One that
// is written as such is given to the parser as a name of the same length, with $ in the place of its first digit.

var mayBeWide = regexp.MustCompile(`[$0-9][0-9]{18}|[$0][xX][0-9a-fA-F]{16}`)

// widened is source with names for what only a uint64 can hold.
func widened(source string) string {
	if !mayBeWide.MatchString(source) {
		return source
	}
	tokens, err := scan(source, math.MaxInt)
	if err != nil {
		return source // the parser says why
	}
	runes := []rune(source)
	for i, t := range tokens {
		if _, taken := wideValue(t.Value); taken && t.Kind == lexer.Identifier {
			runes[t.From] = '_' // no name that means anything either
		}
		if t.Kind != lexer.Number {
			continue
		}
		u, err := strconv.ParseUint(t.Value, 0, 64)
		isKey := i > 0 && tokens[i-1].Is(lexer.Bracket, "{") && tokens[i+1].Is(lexer.Operator, ":")
		if err != nil || u <= math.MaxInt64 || isKey {
			continue
		}
		runes[t.From] = '$'
		if _, ok := wideValue(string(runes[t.From:t.To])); !ok {
			runes[t.From] = rune(t.Value[0]) // of a form that has no name
		}
	}
	return string(runes)
}

// wideValue is the integer that a name stands for.
func wideValue(name string) (u uint64, ok bool) {
	digits, ok := strings.CutPrefix(name, "$")
	if !ok {
		return 0, false
	}
	var err error
	switch {
	case strings.HasPrefix(digits, "x"), strings.HasPrefix(digits, "X"):
		u, err = strconv.ParseUint(digits[1:], 16, 64)
	case len(digits) == 19: // 2⁶⁴ has twenty digits, of which the first is 1
		u, err = strconv.ParseUint("1"+digits, 10, 64)
	case len(digits) == 18:
		u, err = strconv.ParseUint("9"+digits, 10, 64)
	default:
		return 0, false
	}
	return u, err == nil && u > math.MaxInt64
}
