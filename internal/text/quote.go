package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quote returns s as a Go literal of characters that print. Text with quotes or backslashes, such
// as JSON, is put between back quotes if possible.
func Quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "`") && printable(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// Literal returns s as a literal of the expression language, on one line. It is Go's literal,
// except for text that is not UTF-8: as \xff in a string is a character there, that becomes a
// literal of bytes.
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
