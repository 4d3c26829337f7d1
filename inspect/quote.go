package inspect

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quote is s as a literal of Go and of the expression language. Nothing that is
// not printable stays as it is: no control character, no invalid UTF-8, none of
// the characters that turn the direction of writing. Text with quotes in it,
// such as JSON, stands between back quotes.
func quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "`") && printable(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// clean is s with the same characters escaped, without quotes.
func clean(s string) string {
	if printable(s) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'x', hex[s[i]>>4], hex[s[i]&15])
		case unicode.IsPrint(r):
			b = utf8.AppendRune(b, r)
		default:
			q := strconv.QuoteRune(r)
			b = append(b, q[1:len(q)-1]...)
		}
	}
	return string(b)
}

// printable reports whether s may be written to a terminal as it is.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// isText reports whether b reads as text: printable characters, tabs and ends of
// lines.
func isText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// runeWidth is how many columns of a terminal r takes, roughly: combining
// characters take none, East Asian wide ones and emoji two (Unicode Standard
// Annex 11).
func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	for _, wide := range [...][2]rune{
		{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
		{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
		{0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
	} {
		if r >= wide[0] && r <= wide[1] {
			return 2
		}
	}
	return 1
}

func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}
