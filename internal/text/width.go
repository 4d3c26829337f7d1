package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// joiner is the zero width joiner, which makes one emoji of several. By itself it does not print.
const joiner = '\u200d'

// RuneWidth returns the number of columns that r takes on a terminal: none for a combining
// character, two for a wide East Asian one or an emoji (Unicode TR 11), and one for any other. For
// a character that does not print it returns the width of what Shown returns. Terminals disagree
// about a few emoji.
func RuneWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case r == joiner || unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r) && unicode.IsPrint(r):
		return 2
	}
	return 1
}

// Width returns the number of columns of s, which is one line.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += RuneWidth(r)
	}
	return n
}

// Rows returns how many rows of a screen that is wide columns wide a line of so many columns takes.
func Rows(columns, wide int) int { return max(1, (columns+wide-1)/wide) }

// Fit returns the longest beginning of s that fits into that many columns.
func Fit(s string, columns int) string {
	for i, r := range s {
		if columns -= RuneWidth(r); columns < 0 {
			return s[:i]
		}
	}
	return s
}

// Cut returns s if it fits into that many columns, and otherwise a beginning of s and …, or "" for
// no columns. It reads hardly more of s than it returns.
func Cut(s string, columns int) string {
	if columns <= 0 {
		return ""
	}
	kept, width := 0, 0
	for i, r := range s {
		if width < columns {
			kept = i
		}
		if width += RuneWidth(r); width > columns {
			return s[:kept] + "…"
		}
	}
	return s
}

// pad returns s followed by spaces, up to that many columns.
func pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Width(s)))
}

// Whole returns s without the incomplete character at its end, which cutting at a byte may leave.
// Bytes that are not UTF-8 stay.
func Whole[S ~string | ~[]byte](s S) S {
	for i := len(s) - 1; i >= 0 && i > len(s)-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			if utf8.FullRuneInString(string(s[i:])) {
				break
			}
			return s[:i]
		}
	}
	return s
}
