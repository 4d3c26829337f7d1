package console

import (
	"sort"
	"strings"
)

// maxWanted bounds the text searched for, in characters. Nobody types more to find a line.
const maxWanted = 200

// search searches the history backwards, as Ctrl-R does in a shell. It is lazy: keys that arrive
// together cause one pass through the history.
type search struct {
	on     bool
	at     int    // the index of the line shown; len(history) before the first
	want   []rune // the text searched for
	from   int    // the lines before it are still to be searched; -1 if none are
	least  int    // the length of the shortest beginning of want not searched for yet
	failed bool   // no line has want
}

func (e *editor) startSearch() {
	e.search = search{on: true, at: len(e.history.lines), from: -1}
}

// searchKey handles a key while searching, and reports whether the key was meant for the search.
// Any other key ends the search, takes the line found, and acts on it.
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

// begin notes that the lines before from are to be searched for want.
func (s *search) begin(from int) {
	if s.from < 0 {
		s.least = len(s.want)
	}
	s.from, s.least = max(s.from, from), min(s.least, len(s.want))
}

// settleOlder does the search that Ctrl-R asked for, from whose result the next key goes on.
func (s *search) settleOlder(h *history) {
	if s.from >= 0 && s.from <= s.at {
		s.settle(h)
	}
}

// settle searches for want, if that is still to be done. If no line has it, settle shows the line
// that has the longest beginning of it, as if it had searched at each character; without such a
// line, the line shown stays.
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

// view returns what to show as prompt, line and cursor.
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
