package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quote returns s as a literal of Go in which each character prints. Text that has quotes or
// backslashes in it, such as JSON, stands between back quotes where it can.
func Quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "`") && Printable(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// Literal returns s as a literal of the expression language, on one line. That is Go's, except
// that text which is no UTF-8 takes the form for bytes: \xff is a character in a string there.
func Literal(s string) string {
	if utf8.ValidString(s) {
		return strconv.Quote(s)
	}
	b := []byte(`b"`)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ' && c < 0x7f:
			b = append(b, c)
		default:
			b = appendHex(b, c)
		}
	}
	return string(append(b, '"'))
}
