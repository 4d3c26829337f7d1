package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shown returns r if a terminal only shows it, and U+FFFD if it would move the cursor, change the
// direction of writing or hide.
func Shown(r rune) rune {
	if unicode.IsPrint(r) || r == joiner {
		return r
	}
	return unicode.ReplacementChar
}

// printable reports whether s is UTF-8 and each of its characters prints, so that a terminal only
// shows it, on one line.
func printable(s string) bool {
	for i, r := range s {
		if !prints(s[i:], r) {
			return false
		}
	}
	return true
}

// prints reports whether r, the first rune of s, prints.
func prints(s string, r rune) bool {
	if r == utf8.RuneError {
		return strings.HasPrefix(s, "\uFFFD")
	}
	return unicode.IsPrint(r)
}

// Escape returns s with a Go escape for each character that does not print, newlines included, and
// for each byte that is not UTF-8. Backslashes stay as they are: the result is for people to read,
// and cannot be decoded.
func Escape(s string) string { return escape(s, "") }

// EscapeLines is like Escape, but keeps newlines, and the joiners in emoji.
func EscapeLines(s string) string { return escape(s, "\n"+string(joiner)) }

func escape(s, except string) string {
	clean := func(i int, r rune) bool {
		return prints(s[i:], r) || strings.ContainsRune(except, r) && r != utf8.RuneError
	}
	first := len(s)
	for i, r := range s {
		if !clean(i, r) {
			first = i
			break
		}
	}
	if first == len(s) {
		return s
	}
	b := make([]byte, first, len(s)+16)
	copy(b, s)
	for i, r := range s[first:] {
		i += first
		switch {
		case clean(i, r):
			b = utf8.AppendRune(b, r)
		case r == utf8.RuneError:
			b = appendHex(b, s[i])
		default:
			q := strconv.QuoteRune(r)
			b = append(b, q[1:len(q)-1]...)
		}
	}
	return string(b)
}

func appendHex(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'x', hex[c>>4], hex[c&15])
}
