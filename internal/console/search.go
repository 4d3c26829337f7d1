package console

import "strings"

// search is a search backwards through the history, as Ctrl-R does it in a shell.
type search struct {
	on     bool
	at     int // index of the line that is shown; len(history) before the first
	want   []rune
	failed bool
}

func (e *editor) startSearch() {
	e.search = search{on: true, at: len(e.history.lines)}
}

// searchKey does what k asks while searching, and reports whether that is all. Any other key
// takes the line that was found, and is then a key like others.
func (e *editor) searchKey(k key) bool {
	s := &e.search
	switch k.code {
	case keyChar:
		s.want = append(s.want, k.char)
		s.find(e.history, s.at+1)
	case keyBackspace:
		if n := len(s.want); n > 0 {
			s.want = s.want[:n-1]
			s.find(e.history, len(e.history.lines))
		}
	case keySearch:
		s.find(e.history, s.at)
	case keyAbort, keyInterrupt:
		s.on = false
	default:
		s.on = false
		if s.at < len(e.history.lines) {
			e.set(e.history.lines[s.at])
		}
		return false
	}
	return true
}

// find looks for the wanted text in the lines before index from. Without one the line shown stays.
func (s *search) find(h *history, from int) {
	s.failed = false
	if len(s.want) == 0 {
		s.at = len(h.lines)
		return
	}
	want := string(s.want)
	i := h.older(from, func(line string) bool { return strings.Contains(line, want) })
	if s.failed = i < 0; !s.failed {
		s.at = i
	}
}

// view is what to show for prompt, line and cursor.
func (s *search) view(h *history) (label string, text []rune, pos int) {
	label = "(search: " + string(s.want) + ") "
	if s.failed {
		label = "(not found: " + string(s.want) + ") "
	}
	if s.at < len(h.lines) {
		text = []rune(h.lines[s.at])
		if i := strings.Index(h.lines[s.at], string(s.want)); i >= 0 {
			pos = len([]rune(h.lines[s.at][:i]))
		}
	}
	return label, text, pos
}
