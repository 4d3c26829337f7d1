package console

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/internal/text"
)

// screen knows what the terminal shows of the line being typed, and writes as little as possible to
// show another. It needs no more than a VT100: moving the cursor and erasing below it.
type screen struct {
	out   []byte // to be sent; the Output turns a newline into what begins a new line
	width int    // columns of the terminal
	rows  int    // rows of the terminal; 0 if a list has to go above the line
	below int    // rows of a list below the text, which goes when anything else changes
	marks bool   // the terminal was asked to mark what is pasted

	label string // the prompt shown
	text  []rune // the text shown
	pos   int    // the cursor's place in text
	// cursor is where the cursor is, and end where text ends, relative to the first cell of label.
	cursor, end cell
}

type cell struct{ row, col int }

// take returns what is to be sent, and forgets it. The result is valid until the next call of a
// method.
func (s *screen) take() []byte {
	out := s.out
	s.out = s.out[:0]
	return out
}

func (s *screen) put(text string) { s.out = append(s.out, text...) }

// markPastes asks the terminal to mark what is pasted (xterm's bracketed paste), or to stop that.
func (s *screen) markPastes(on bool) {
	switch {
	case on && !s.marks:
		s.put("\x1b[?2004h")
	case s.marks && !on:
		s.put("\x1b[?2004l")
	}
	s.marks = on
}

// begin writes label at the cursor, which is at the beginning of a row.
func (s *screen) begin(label string) {
	s.text, s.pos, s.label, s.below = s.text[:0], 0, label, 0
	s.cursor = cell{}
	s.write([]rune(label))
	s.end = s.cursor
}

// write writes runes at the cursor, and moves cursor along.
func (s *screen) write(runes []rune) {
	for _, r := range runes {
		if r == '\n' {
			s.wrap()
			s.put("\n" + more)
			s.cursor = cell{s.cursor.row + 1, len(more)}
			continue
		}
		r = text.Shown(r)
		w := text.RuneWidth(r)
		if s.cursor.col+w > s.width {
			if s.cursor.col < s.width {
				s.put(" ") // a wide one does not fit into the last column
			}
			s.cursor = cell{s.cursor.row + 1, 0}
		}
		s.out = utf8.AppendRune(s.out, r)
		s.cursor.col += w
	}
	s.wrap()
}

// wrap moves to the next row if the current one is full: a blank makes the terminal wrap, and a
// carriage return brings the cursor back. Terminals differ in whether they wrap before the next
// character.
func (s *screen) wrap() {
	if s.cursor.col >= s.width {
		s.put(" \r")
		s.cursor = cell{s.cursor.row + 1, 0}
	}
}

// cellBehind returns the cell where the cursor is behind label and text.
func (s *screen) cellBehind(label string, text []rune) cell {
	dry := screen{width: s.width}
	dry.write(append([]rune(label), text...))
	return dry.cursor
}

// show makes the terminal show label, line and the cursor at pos.
func (s *screen) show(label string, line []rune, pos int) {
	if s.below > 0 && (label != s.label || pos != s.pos || !slices.Equal(line, s.text)) {
		s.hideBelow()
	}
	n := len(s.text)
	same := label == s.label && len(line) >= n && slices.Equal(line[:n], s.text)
	// New text can be added at the end, unless it combines with the character before.
	appends := len(line) > n
	if !same || appends && (s.pos < n || text.RuneWidth(line[n]) == 0) {
		s.erase()
		s.label = label
		s.write(append([]rune(label), line...))
	} else {
		s.write(line[n:])
	}
	if appends || !same {
		s.end = s.cursor
	}
	s.text = append(s.text[:0], line...)
	s.pos = pos
	to := s.end
	if pos < len(line) {
		to = s.cellBehind(label, line[:pos])
	}
	s.move(to)
}

// roomBelow returns how many rows a list can have below the text.
func (s *screen) roomBelow() int { return s.rows - s.end.row - 1 }

// showBelow shows lines below the text, each shorter than a row, and leaves the cursor where it is.
// There must be room, or they would move what is above out of reach.
func (s *screen) showBelow(lines []string) {
	s.hideBelow()
	at := s.cursor
	s.move(s.end)
	for _, line := range lines {
		s.put("\n" + line)
	}
	s.cursor = cell{s.end.row + len(lines), text.Width(lines[len(lines)-1])}
	s.below = len(lines)
	s.move(at)
}

// hideBelow removes what showBelow has shown.
func (s *screen) hideBelow() {
	if s.below == 0 {
		return
	}
	s.below = 0
	at := s.cursor
	s.move(s.end)
	s.put("\x1b[J")
	s.move(at)
}

// move moves the cursor. Moving down never scrolls: the cell was written to before.
func (s *screen) move(to cell) {
	if to == s.cursor {
		return
	}
	s.control(s.cursor.row-to.row, 'A')
	s.control(to.row-s.cursor.row, 'B')
	switch {
	case to.col < s.cursor.col && to.col > 0:
		s.control(s.cursor.col-to.col, 'D')
	case to.col < s.cursor.col:
		s.put("\r")
	default:
		s.control(to.col-s.cursor.col, 'C')
	}
	s.cursor = to
}

// control writes the sequence ESC [ n final if n is positive.
func (s *screen) control(n int, final byte) {
	if n > 0 {
		s.put("\x1b[")
		s.out = strconv.AppendInt(s.out, int64(n), 10)
		s.out = append(s.out, final)
	}
}

// erase removes all that is shown, and leaves the cursor where label began.
func (s *screen) erase() {
	s.control(s.cursor.row, 'A')
	s.put("\r\x1b[J")
	s.cursor, s.below = cell{}, 0
}

// clear clears the whole terminal and writes label at its top. show has to follow.
func (s *screen) clear() {
	s.put("\x1b[H\x1b[2J")
	s.begin(s.label)
}

// resize sets the width and removes what is shown. It assumes what most terminals do: they have
// wrapped all rows anew, and moved the cursor along.
func (s *screen) resize(width int) {
	s.cursor = cell{row: s.rewrapped(width)}
	s.width = width
	s.erase()
}

// rewrapped returns the row of the cursor in a terminal of that width which has wrapped all rows
// anew.
func (s *screen) rewrapped(width int) (row int) {
	columns := 0                                                          // of the line so far, the blank of wrap included
	wrapped := func() bool { return columns > 0 && columns%s.width == 0 } // wrap has written a blank
	for _, r := range append([]rune(s.label), s.text[:s.pos]...) {
		if r != '\n' {
			columns += text.RuneWidth(r)
			continue
		}
		if wrapped() {
			columns++
		}
		row += text.Rows(columns, width)
		columns = len(more)
	}
	ends := s.pos == len(s.text) || s.text[s.pos] == '\n'
	if ends && !wrapped() {
		return row + max(0, columns-1)/width // the cursor stays in a row that is full
	}
	return row + columns/width
}
