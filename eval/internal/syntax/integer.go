package syntax

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/expr-lang/expr/parser/lexer"
)

// The parser reads no integer above the ints; hashes and identifiers of 64 bits are often larger.
// So replaceLargeIntegers makes a name of the same length of each, with $ in place of its first
// digit, and Original makes an integer of the name.

var mayBeLarge = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[$0-9][0-9]{18}|[$0][xX][0-9a-fA-F]{16}`)
})

// replaceLargeIntegers replaces the integers that only a uint64 can hold.
func replaceLargeIntegers(source string) string {
	if !mayBeLarge().MatchString(source) {
		return source
	}
	list, err := scan(source, math.MaxInt)
	if err != nil {
		return source // the parser says why
	}
	runes := []rune(source)
	for i, t := range list {
		if _, taken := largeInteger(t.Value); taken && t.Kind == lexer.Identifier {
			runes[t.From] = '_' // was typed as a name, and means nothing either way
		}
		if t.Kind != lexer.Number {
			continue
		}
		u, err := strconv.ParseUint(t.Value, 0, 64)
		isKey := i > 0 && list[i-1].Is(lexer.Bracket, "{") && list[i+1].Is(lexer.Operator, ":")
		if err != nil || u <= math.MaxInt64 || isKey {
			continue
		}
		runes[t.From] = '$'
		if _, ok := largeInteger(string(runes[t.From:t.To])); !ok {
			runes[t.From] = rune(t.Value[0]) // octal, binary or with _: the parser refuses it
		}
	}
	return string(runes)
}

// largeInteger returns the integer that name stands for.
func largeInteger(name string) (u uint64, ok bool) {
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
