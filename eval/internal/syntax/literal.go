package syntax

import (
	"math/big"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// Durations and sizes are written as 1m30s and 10MB. The parser knows neither, and refuses each
// number that letters follow. So replaceQuantities makes a name of the same length of each, with a
// letter that nobody types in place of its first digit and of each point, and Original makes the
// duration or the integer of the name.
const firstDigitLetter = 'ꓐ' // for 0, and those behind it for 1 to 9

// digitLetters puts the digits back into a text of the parser, as pairs for a Replacer.
func digitLetters() (pairs []string) {
	for i := range 10 {
		pairs = append(pairs, string(rune(firstDigitLetter+i)), string(rune('0'+i)))
	}
	return pairs
}

var (
	mayBeQuantity = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9](?:[nuµμm]?s|[mh]|(?:[kKMGTPE]i?)?B)`) })
	aDuration     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:[0-9][0-9_]*(?:\.[0-9]+)?(?:ns|us|µs|μs|ms|s|m|h))+`)
	})
	aSize = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9][0-9_]*(?:\.[0-9]+)?)((?:[kKMGTPE]i?)?)B`) })
)

// maxQuantity bounds the text of a quantity, in bytes. Fewer write each of 64 bits.
const maxQuantity = 64

// replaceQuantities replaces the durations and sizes outside of texts and comments. Those that do
// not fit in 64 bits stay, and the parser refuses them.
func replaceQuantities(source string) string {
	if !mayBeQuantity().MatchString(source) {
		return source
	}
	var out strings.Builder
	var before, sign rune // the last rune, and the last that is no blank
	var point bool        // a single point comes before
	for i := 0; i < len(source); {
		n := skip(source[i:])
		switch c := source[i]; {
		case n > 0:
		case c >= '0' && c <= '9' && !point:
			if n = quantity(source[i:], sign); n > 0 {
				out.WriteRune(firstDigitLetter + rune(c-'0'))
				out.WriteString(strings.ReplaceAll(source[i+1:i+n], ".", string(dotLetter)))
				before, sign, i = 'x', 'x', i+n
				continue
			}
			n = len(source[i:]) - len(strings.TrimLeft(source[i:], "0123456789_"))
		default:
			_, n = utf8.DecodeRuneInString(source[i:])
		}
		out.WriteString(source[i : i+n])
		last, _ := utf8.DecodeLastRuneInString(source[i : i+n])
		point = last == '.' && before != '.'
		if before = last; !unicode.IsSpace(last) {
			sign = last
		}
		i += n
	}
	return out.String()
}

// skip returns the length of the text, comment or name that s begins with, 0 for anything else.
func skip(s string) int {
	length := func(open int, end string) int {
		if n := strings.Index(s[open:], end); n >= 0 {
			return open + n + len(end)
		}
		return len(s)
	}
	switch r, _ := utf8.DecodeRuneInString(s); {
	case r == '"' || r == '\'':
		for i := 1; i < len(s); i++ {
			switch s[i] {
			case '\\':
				i++
			case s[0], '\n':
				return i + 1
			}
		}
		return len(s)
	case r == '`':
		return length(1, "`")
	case strings.HasPrefix(s, "//"):
		return length(2, "\n")
	case strings.HasPrefix(s, "/*"):
		return length(2, "*/")
	case r == '_' || r == '$' || unicode.IsLetter(r):
		return len(s) - len(strings.TrimLeftFunc(s, inName))
	}
	return 0
}

// inName reports whether r may stand in a name behind its first letter.
func inName(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// quantity returns the length of the duration or size that s begins with, behind the sign before; 0
// if it begins with none. A key, as in {5s: 1}, is none: the parser would take it for a text.
func quantity(s string, sign rune) int {
	n := max(len(aDuration().FindString(s)), len(aSize().FindString(s)))
	after, _ := utf8.DecodeRuneInString(s[n:])
	if inName(after) || quantityOf(s[:n]) == nil {
		return 0
	}
	if (sign == '{' || sign == ',') && strings.HasPrefix(strings.TrimLeft(s[n:], " \t\r\n"), ":") {
		return 0
	}
	return n
}

// multiples of the sizes: as Go's and SI's names have it, MB is a million and MiB 2²⁰.
var multiples = map[string]int64{
	"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"ki": 1 << 10, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
}

// quantityOf returns the constant that text spells, nil if it spells none of 64 bits.
func quantityOf(text string) ast.Node {
	if len(text) > maxQuantity {
		return nil
	}
	text = strings.ReplaceAll(text, "_", "")
	size := aSize().FindStringSubmatch(text)
	if size == nil || len(size[0]) != len(text) {
		if d, err := time.ParseDuration(text); err == nil {
			return &ast.ConstantNode{Value: d}
		}
		return nil
	}
	n, _ := new(big.Rat).SetString(size[1])
	n.Mul(n, new(big.Rat).SetInt64(multiples[size[2]]))
	switch whole := n.Num(); {
	case !n.IsInt() || !whole.IsUint64():
		return nil
	case whole.IsInt64() && int64(int(whole.Int64())) == whole.Int64():
		return &ast.IntegerNode{Value: int(whole.Int64())}
	default:
		return &ast.ConstantNode{Value: whole.Uint64()}
	}
}

// namedQuantity returns the constant that the name stands for, nil if it stands for none.
func namedQuantity(name string) ast.Node {
	first, n := utf8.DecodeRuneInString(name)
	if first < firstDigitLetter || first >= firstDigitLetter+10 {
		return nil
	}
	return quantityOf(string('0'+first-firstDigitLetter) + strings.ReplaceAll(name[n:], string(dotLetter), "."))
}
