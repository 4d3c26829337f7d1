package render

import (
	"unicode"
	"unicode/utf8"
)

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
