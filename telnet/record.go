package telnet

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Bounds, in bytes, of text in the log that others choose.
const (
	maxSource = 1 << 10        // of an expression or a call that looks
	maxCall   = access.MaxCall // of an action: all of it
	maxWord   = 256            // of a name, an address or an error
)

// recorded returns typed for the log: without secrets, cut, and on one line.
func recorded(typed string) string { return oneLine(secret.RedactSource(typed), maxSource) }

// plain returns a name, an address or an error for the log. A peer may have chosen part of it.
func plain(text string) string { return oneLine(text, maxWord) }

// oneLine returns at most n bytes of text, and escapes each character that does not print: whatever
// writes the log, nobody can begin a line in it, move its reader's cursor or turn its direction.
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

func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// shown returns text for a peer's screen, with U+FFFD for each character that a terminal might act on.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// mustWarn writes a record without which something must not happen, and returns an error if it could
// not. A handler that buffers loses its last records when the process dies.
func (c *conn) mustWarn(message string, attributes ...any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("it could not be put on record: the handler of the log panicked")
		}
	}()
	h := c.log().Handler()
	if !h.Enabled(c.ctx, slog.LevelWarn) {
		return errors.New("it would not be on record: the log takes no warnings")
	}
	r := slog.NewRecord(time.Now(), slog.LevelWarn, message, 0)
	r.Add(attributes...)
	if err := h.Handle(c.ctx, r); err != nil {
		return fmt.Errorf("it could not be put on record: %w", err)
	}
	return nil
}

// seldom limits a record that a peer can cause at will: it is written at most once per interval, with
// the number of records left out.
type seldom struct {
	every  rate.Sometimes
	missed atomic.Int64
}

func (s *seldom) do(record func(missed int64)) {
	written := false
	s.every.Do(func() {
		written = true
		record(s.missed.Swap(0))
	})
	if !written {
		s.missed.Add(1)
	}
}
