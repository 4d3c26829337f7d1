package syntax

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
)

// keyRuns match what follows a dot and may have been meant as a key, as in hdr.Content-Type. Where
// the line can be parsed, : belongs to a condition, and @ stands nowhere.
var (
	keyRun       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\??\.([\pL\d_]+(?:[-/][\pL\d_]+)*)`) })
	unreadKeyRun = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\??\.([\pL\d_]+(?:[-/:@][\pL\d_]+)*)`) })
)

// maxKey bounds a key that is proposed, in bytes.
const maxKey = 100

// maxKeyedSource bounds the line in which such a key is looked for, in bytes.
const maxKeyedSource = 4 << 10

// KeyHint returns how a key that is no name is written if one stands at p, as in hdr.Content-Type;
// "" if none does.
func KeyHint(source string, p fault.Pos) string { return keyHint(source, p, keyRun()) }

func keyHint(source string, p fault.Pos, runs *regexp.Regexp) string {
	if len(source) > maxKeyedSource || p <= 0 {
		return ""
	}
	runes := []rune(source)
	at := len(string(runes[:min(int(p)-1, len(runes))]))
	for _, m := range runs.FindAllStringSubmatchIndex(source, -1) {
		dot, from, to := m[0], m[2], m[3]
		if key := source[from:to]; at >= dot && at <= to && !isName(key) && len(key) <= maxKey {
			if strings.Trim(key, "0123456789") != "" {
				key = strconv.Quote(key)
			}
			return operandBefore(source[:dot]) + "[" + key + "]"
		}
	}
	return ""
}

// isName reports whether key can follow a dot.
func isName(key string) bool {
	return !unicode.IsDigit(rune(key[0])) && !strings.ContainsAny(key, "-/:@")
}

// operandBefore returns the names, dots and brackets at the end of source: # if there are none, and
// x for what is long.
func operandBefore(source string) string {
	runes := []rune(source)
	from, closed := len(runes), 0
	for ; from > 0; from-- {
		switch r := runes[from-1]; {
		case r == ']' || r == ')':
			closed++
			continue
		case r == '[' || r == '(':
			if closed--; closed >= 0 {
				continue
			}
		case closed > 0 || inName(r) || r == '.' || r == '#' || r == '?' && from < len(runes) && runes[from] == '.':
			continue
		}
		break
	}
	operand := string(runes[from:])
	switch {
	case operand == "":
		return "#"
	case closed != 0 || len(operand) > 60:
		return "x"
	case strings.HasPrefix(operand, "."):
		return "#" + operand
	}
	return operand
}
