package console

import "strings"

// maxWanted bounds the text that is searched for, in characters: more than anybody types to find a line.
const maxWanted = 200

// search is a search backwards through the history, as Ctrl-R does it in a shell.
type search struct {
	on     bool
	at     int // index of the line that is shown; len(history) before the first
	want   []rune
	from   int // the lines before are still to be searched; -1 where the search is done
	failed bool
}

func (e *editor) startSearch() {
	e.search = search{on: true, at: len(e.history.lines), from: -1}
}

// searchKey does what k asks while searching, and reports whether that is all. Any other key
// takes the line that was found, and is then a key like others. What is typed is not searched for before
// the next key that needs it, or the screen.
func (e *editor) searchKey(k key) bool {
	s := &e.search
	switch k.code {
	case keyChar:
		if len(s.want) < maxWanted {
			s.want = append(s.want, k.char)
			s.from = max(s.from, s.at+1)
		}
	case keyBackspace:
		if n := len(s.want); n > 0 {
			s.want = s.want[:n-1]
			s.from = len(e.history.lines)
		}
	case keySearch:
		s.settle(e.history)
		if !s.failed {
			s.from = s.at
		}
	case keyAbort, keyInterrupt:
		s.on = false
	default:
		s.settle(e.history)
		s.on = false
		if s.at < len(e.history.lines) {
			e.set(e.history.lines[s.at])
		}
		return false
	}
	return true
}

// settle looks for the wanted text, if that is to be done. Without a line that has it the one shown stays.
func (s *search) settle(h *history) {
	from := s.from
	if s.from = -1; from < 0 {
		return
	}
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
	s.settle(h)
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
