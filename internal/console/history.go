package console

import (
	"slices"
	"strings"
)

// The bounds of a session's history: an hour of questions fits, and a program that sends many lines
// does not make the session grow.
const (
	historyLines = 500
	historyBytes = 64 << 10
)

// history holds the lines that a session ran.
type history struct {
	lines   []string // oldest first
	bytes   int      // in lines
	earlier int      // how many of the first lines are those of earlier sessions
}

// Past keeps the lines of a user beyond a session. It is safe for concurrent use.
type Past interface {
	// Add keeps a line that the session runs.
	Add(line string)
	// Lines returns what was kept of the user's other sessions, oldest first.
	Lines() []string
}

// SetPast has the session keep what is typed in a terminal, and tell the lines of the user's other
// sessions when it is asked. It is called before the first Do; a nil Past keeps and tells nothing.
func (s *Session) SetPast(p Past) { s.past = p }

// add appends line and reports whether it did: not if line is blank or equal to the last one.
func (h *history) add(line string) bool {
	n := len(h.lines)
	if strings.TrimSpace(line) == "" || n > 0 && h.lines[n-1] == line || len(line) > historyBytes {
		return false
	}
	h.lines = append(h.lines, line)
	h.bytes += len(line)
	h.trim()
	return true
}

// prepend puts the lines of earlier sessions before those of this one, and in the place of what it
// put there before.
func (h *history) prepend(earlier []string) {
	own := h.lines[h.earlier:]
	*h = history{earlier: len(earlier)}
	for _, line := range slices.Concat(earlier, own) {
		h.lines = append(h.lines, line)
		h.bytes += len(line)
	}
	h.trim()
}

// trim drops the oldest lines, as far as there are too many.
func (h *history) trim() {
	drop := 0
	for ; h.bytes > historyBytes || len(h.lines)-drop > historyLines; drop++ {
		h.bytes -= len(h.lines[drop])
	}
	if drop > 0 {
		h.lines = append([]string(nil), h.lines[drop:]...)
		h.earlier = max(0, h.earlier-drop)
	}
}

// older returns the index of the newest line before index from that matches, or -1. It skips lines
// that are too long to edit.
func (h *history) older(from int, match func(string) bool) int {
	for i := min(from, len(h.lines)) - 1; i >= 0; i-- {
		if len(h.lines[i]) <= maxEdited && match(h.lines[i]) {
			return i
		}
	}
	return -1
}

// newer returns the index of the oldest line after index from that matches, or len(h.lines). It
// skips lines that are too long to edit.
func (h *history) newer(from int, match func(string) bool) int {
	for i := from + 1; i < len(h.lines); i++ {
		if len(h.lines[i]) <= maxEdited && match(h.lines[i]) {
			return i
		}
	}
	return len(h.lines)
}

// recall walks through the history by Up and Down.
type recall struct {
	on     bool
	at     int    // the index of the line shown
	prefix string // recalled lines begin with it
	typed  []rune // the line that was typed before; Down comes back to it
}

func (r *recall) match(line string) bool { return strings.HasPrefix(line, r.prefix) }

// older recalls the next older line that begins with what stood before the cursor when the walk
// began.
func (e *editor) older() {
	r := &e.recall
	if !r.on {
		r.on, r.at, r.prefix = true, len(e.history.lines), string(e.text[:e.pos])
		r.typed = slices.Clone(e.text)
	}
	if i := e.history.older(r.at, r.match); i >= 0 {
		r.at = i
		e.set(e.history.lines[i])
	}
}

// newer recalls the next newer such line, and behind the newest the line that was typed.
func (e *editor) newer() {
	r := &e.recall
	if !r.on {
		return
	}
	if r.at = e.history.newer(r.at, r.match); r.at < len(e.history.lines) {
		e.set(e.history.lines[r.at])
		return
	}
	e.set(string(r.typed))
	e.pos = min(e.pos, len([]rune(r.prefix)))
	r.on = false
}
