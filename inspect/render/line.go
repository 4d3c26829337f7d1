package render

import (
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Role says what a piece of text is, and so its colour.
type Role uint8

const (
	PlainRole  Role = iota // punctuation, and messages to people
	NameRole               // of fields and objects
	TypeRole               // of types
	stringRole             // strings
	NumberRole             // numbers, times and all other scalars
	NoteRole               // cuts and marks
	alarmRole              // what is redacted or unreadable
)

// colours are the SGR parameters of ECMA-48 for each role. Nobody knows whether the terminal is
// black or white, so they are those that read on both: bold and faint letters, magenta, green and
// red. Blue does not read on black, yellow and cyan do not on white.
var colours = [...]string{NameRole: "1", TypeRole: "35", stringRole: "32", NoteRole: "2", alarmRole: "31"}

// A line is a line of text being written. It holds at most max columns; what does not fit is cut,
// and over is set.
type line struct {
	spans []span
	width int
	max   int // 0 for no limit
	over  bool
}

type span struct {
	role Role
	text string
}

func (l *line) add(r Role, s string) {
	if l.over || s == "" {
		return
	}
	w := text.Width(s)
	if l.max > 0 && l.width+w > l.max {
		l.over = true
		s = text.Fit(s, l.max-l.width)
		w = text.Width(s)
	}
	l.width += w
	if l.spans == nil {
		l.spans = make([]span, 0, 8)
	}
	l.spans = append(l.spans, span{r, s})
}

// append adds the spans of other.
func (l *line) append(other line) {
	for _, s := range other.spans {
		l.add(s.role, s.text)
	}
}

// mark and reset restore an earlier state of the line.
type lineMark struct{ spans, width int }

func (l *line) mark() lineMark { return lineMark{len(l.spans), l.width} }

func (l *line) reset(m lineMark) {
	l.spans, l.width, l.over = l.spans[:m.spans], m.width, false
}

func (l *line) pad(columns int) {
	if columns > 0 {
		l.add(PlainRole, strings.Repeat(" ", columns))
	}
}

// text returns the line, with colours or without.
func (l *line) text(colour bool) string {
	if len(l.spans) == 1 && !colour {
		return l.spans[0].text
	}
	return string(l.appendTo(nil, colour))
}

// appendTo appends text to b.
func (l *line) appendTo(b []byte, colour bool) []byte {
	n := 0
	for _, p := range l.spans {
		n += len(p.text)
	}
	b = slices.Grow(b, n)
	for _, p := range l.spans {
		if sgr := colours[p.role]; colour && sgr != "" && strings.TrimLeft(p.text, " ") != "" {
			b = append(append(append(b, "\x1b["...), sgr...), 'm')
			b = append(append(b, p.text...), "\x1b[0m"...)
		} else {
			b = append(b, p.text...)
		}
	}
	return b
}
