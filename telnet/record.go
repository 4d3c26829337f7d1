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
)

// The bounds of what others decide about in the log, in bytes.
const (
	maxSource = 1 << 10        // of an expression or a call that looks
	maxCall   = access.MaxCall // of an action: all of it
	maxWord   = 256            // of a name, an address or an error
)

// recorded is what was typed as the log has it: without secrets, cut, and on one line.
func recorded(typed string) string { return oneLine(access.RedactSource(typed), maxSource) }

// plain is a name, an address or an error as the log has it. All of them may hold what a peer has
// chosen.
func plain(text string) string { return oneLine(text, maxWord) }

// oneLine is text of which at most n bytes are there, with an escape in place of each character
// that does not print: whatever the log is written with, nobody can begin a line in it, move the
// cursor of who reads it, or turn its direction.
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

// shown is text for the screen of a peer: a sign in place of what its terminal would take for
// more than text.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// mustWarn writes a record that has to be there before something may happen. The error says that
// it is not. Handlers that write later, on their own, lose the last records when the process dies.
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

// seldom is a record that a peer can cause as often as it likes: it is written at most once in a
// while, with the number of those that were not.
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
