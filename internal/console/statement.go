package console

import (
	"strings"
	"unicode/utf8"
)

// A scanner reads source, in parts that end where lines do, and knows which brackets are open.
type scanner struct {
	closing []byte // what closes them
	within  string // what ends the raw string or the comment that is open
	wrong   bool   // they are wrongly nested, or a quote is open where its line ends
	begun   bool   // the last statement began in a part before
}

// open reports whether what was read can only be meant to go on: with a bracket, a raw string or a
// comment open. A quote that is open is not: strings in quotes end on their line.
func (s *scanner) open() bool { return !s.wrong && (len(s.closing) > 0 || s.within != "") }

// read calls visit with the index of each byte of part that stands outside of brackets, strings
// and comments, what opens a bracket or a string included. Of what is wrongly nested it visits the
// beginning.
func (s *scanner) read(part string, visit func(i int)) {
	i := s.leave(part, 0)
	for ; i < len(part) && !s.wrong; i++ {
		c := part[i]
		comment := strings.HasPrefix(part[i:], "//") || strings.HasPrefix(part[i:], "/*")
		if len(s.closing) == 0 && !comment {
			visit(i)
		}
		switch {
		case c == '(':
			s.closing = append(s.closing, ')')
		case c == '[':
			s.closing = append(s.closing, ']')
		case c == '{':
			s.closing = append(s.closing, '}')
		case c == ')' || c == ']' || c == '}':
			n := len(s.closing)
			if s.wrong = n == 0 || s.closing[n-1] != c; !s.wrong {
				s.closing = s.closing[:n-1]
			}
		case c == '"' || c == '\'':
			n := quoted(part[i:])
			s.wrong = n < 0
			i += n
		case c == '`':
			s.within = "`"
			i = s.leave(part, i+1) - 1
		case comment && part[i+1] == '/':
			n := strings.IndexByte(part[i:], '\n')
			if n < 0 {
				return
			}
			i += n
		case comment:
			s.within = "*/"
			i = s.leave(part, i+2) - 1
		}
	}
}

// leave is the index behind the end of the raw string or the comment that is open at index from.
func (s *scanner) leave(part string, from int) int {
	n := strings.Index(part[from:], s.within)
	if n < 0 {
		return len(part)
	}
	n += len(s.within)
	s.within = ""
	return from + n
}

// scan is read of the whole of a source.
func scan(source string, visit func(i int)) { new(scanner).read(source, visit) }

// quoted is the index of the quote that closes the one at the start of s, -1 if its line has none.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\n':
			return -1
		case s[0]:
			return i
		}
	}
	return -1
}

// Incomplete reports whether line can only be meant to go on: with a bracket, a raw string or a
// comment open. Commands are always complete, as is a line with more open brackets than
// Limits.Nesting: nothing that follows makes it an expression.
func (s *Session) Incomplete(line string) bool {
	return new(scanner).incomplete(line, s.limits.Nesting)
}

// incomplete is Incomplete of all that was read, part being the last of it.
func (s *scanner) incomplete(part string, nesting int) bool {
	last, begun := 0, s.begun
	s.begun = true
	s.read(part, func(i int) {
		if part[i] == ';' {
			last, begun = i+1, false
		}
	})
	if len(s.closing) > nesting {
		return false
	}
	if !s.open() || begun { // what was no command when its bracket opened is none now
		return s.open()
	}
	_, _, ok := parseCommand(part[last:])
	return !ok
}

// statements splits a line at its semicolons, those of a let and what stands in it aside: a let
// reaches to the end of the line. Blanks stand in front of each statement for what was before it,
// so that a place in it is a place in the line. What is empty or a comment is left out.
func statements(line string) []string {
	var all []string
	start, let, blank := 0, false, true
	take := func(end int) {
		if !blank {
			all = append(all, blanks(line[:start])+line[start:end])
		}
		start, blank = end+1, true
	}
	scan(line, func(i int) {
		switch {
		case line[i] == ';' && !let:
			take(i)
		case line[i] != ' ' && line[i] != '\n' && line[i] != '\t':
			blank = false
			let = let || wordAt(line, i, "let")
		}
	})
	take(len(line))
	return all
}

// blanks is as wide as s, and has as many lines.
func blanks(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, s)
}

// wordAt reports whether word stands in s at byte i, by itself.
func wordAt(s string, i int, word string) bool {
	if !strings.HasPrefix(s[i:], word) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+len(word):])
	return !inWord(before) && before != '.' && before != '#' && !inWord(after)
}
