package console

import (
	"slices"
	"strings"
)

// The bounds of a session's history. An hour of questions fits; what a program sends does not
// make the session grow.
const (
	historyLines = 500
	historyBytes = 64 << 10
)

// history is the lines that a session ran, oldest first.
type history struct {
	lines []string
	bytes int
}

// add appends line, unless it is blank or the same as the last.
func (h *history) add(line string) {
	n := len(h.lines)
	if strings.TrimSpace(line) == "" || n > 0 && h.lines[n-1] == line || len(line) > historyBytes {
		return
	}
	h.lines = append(h.lines, line)
	h.bytes += len(line)
	drop := 0
	for ; h.bytes > historyBytes || len(h.lines)-drop > historyLines; drop++ {
		h.bytes -= len(h.lines[drop])
	}
	if drop > 0 {
		h.lines = append([]string(nil), h.lines[drop:]...)
	}
}

// older is the index of the newest line before index from that matches, -1 if there is none. Lines that are too
// long to be edited are none.
func (h *history) older(from int, match func(string) bool) int {
	for i := min(from, len(h.lines)) - 1; i >= 0; i-- {
		if len(h.lines[i]) <= maxEdited && match(h.lines[i]) {
			return i
		}
	}
	return -1
}

// newer is the index of the oldest line after index from that matches, len(h.lines) if there is none.
func (h *history) newer(from int, match func(string) bool) int {
	for i := from + 1; i < len(h.lines); i++ {
		if len(h.lines[i]) <= maxEdited && match(h.lines[i]) {
			return i
		}
	}
	return len(h.lines)
}

// recall is a walk through the history by Up and Down.
type recall struct {
	on     bool
	at     int    // index of the line that is shown
	prefix string // what recalled lines begin with
	typed  []rune // the line to come back to
}

func (r *recall) match(line string) bool { return strings.HasPrefix(line, r.prefix) }

// older recalls the line before, of those that begin with what stood before the cursor when the
// recalling began.
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
