package telnet

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Bounds, in bytes, of text in the log that others choose.
const (
	maxSource = 1 << 10        // of an expression, or of a call that only looks
	maxCall   = access.MaxCall // of an action: all of it
	maxWord   = 256            // of a name, an address or an error
)

// recorded returns an expression for the log: without secrets, cut, and on one line.
func recorded(typed string) string { return oneLine(secret.RedactSource(typed), maxSource) }

// plain returns a name, an address or an error for the log. A peer may have chosen part of it.
func plain(text string) string { return oneLine(text, maxWord) }

// oneLine returns at most n bytes of text, with each character that does not print escaped:
// whatever handler writes the log, text cannot begin a line in it, move its reader's cursor or
// change its direction.
func oneLine(text string, n int) string {
	rest := ""
	if len(text) > n {
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		rest = fmt.Sprintf("… %d bytes more", len(text)-n)
		text = text[:n]
	}
	if strings.IndexFunc(text, unprintable) < 0 {
		return text + rest
	}
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case r == '\n':
			b.WriteString(`\n`)
		case unprintable(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
		text = text[size:]
	}
	return b.String() + rest
}

// shown returns text for a peer's screen, with U+FFFD for each character that a terminal might act
// on.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
