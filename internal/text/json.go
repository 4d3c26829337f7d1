package text

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeJSON escapes the characters in JSON that encoding/json does not and that a terminal would act
// on: DEL, the C1 controls, and those that change the direction of writing or hide. It returns p
// itself if there are none.
func EscapeJSON(p []byte) []byte {
	hostile := func(r rune) bool { return r >= 0x7f && Shown(r) != r }
	if bytes.IndexFunc(p, hostile) < 0 {
		return p
	}
	out := make([]byte, 0, len(p)+16)
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if hostile(r) {
			for _, u := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, u)
			}
		} else {
			out = append(out, p[:n]...)
		}
		p = p[n:]
	}
	return out
}
