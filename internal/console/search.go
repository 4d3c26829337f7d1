package console

import (
	"sort"
	"strings"
)

// maxWanted bounds the text that is searched for, in characters: more than anybody types to find a line.
const maxWanted = 200

// search is a search backwards through the history, as Ctrl-R does it in a shell.
type search struct {
	on     bool
	at     int // index of the line that is shown; len(history) before the first
	want   []rune
	from   int // the lines before are still to be searched; -1 where the search is done
	least  int // of what is wanted, the shortest beginning that was not searched for yet
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
		s.settleOlder(e.history)
		if len(s.want) < maxWanted {
			s.want = append(s.want, k.char)
			s.begin(s.at + 1)
		}
	case keyBackspace:
		s.settleOlder(e.history)
		if n := len(s.want); n > 0 {
			s.want = s.want[:n-1]
			s.begin(len(e.history.lines))
		}
	case keySearch:
		s.settle(e.history)
		if !s.failed {
			s.from, s.least = s.at, len(s.want)
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

// begin notes that the lines before from are to be searched for what is wanted by now.
func (s *search) begin(from int) {
	if s.from < 0 {
		s.least = len(s.want)
	}
	s.from, s.least = max(s.from, from), min(s.least, len(s.want))
}

// settleOlder settles what Ctrl-R asked for, which what is typed next starts from.
func (s *search) settleOlder(h *history) {
	if s.from >= 0 && s.from <= s.at {
		s.settle(h)
	}
}

// settle looks for the wanted text, if that is to be done. Where no line has it, the one that has most of its
// beginning is shown, as if each character had been looked for when it was typed; without one the line shown stays.
func (s *search) settle(h *history) {
	from := s.from
	if s.from = -1; from < 0 {
		return
	}
	find := func(n int) int {
		if n == 0 {
			return len(h.lines)
		}
		want := string(s.want[:n])
		return h.older(from, func(line string) bool { return strings.Contains(line, want) })
	}
	at := find(len(s.want))
	if s.failed = at < 0; s.failed {
		least := min(s.least, len(s.want))
		n := sort.Search(len(s.want)-least, func(n int) bool { return find(least+n) < 0 })
		if n > 0 {
			at = find(least + n - 1)
		}
	}
	if at >= 0 {
		s.at = at
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
