package console

import (
	"slices"
	"strings"
)

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
