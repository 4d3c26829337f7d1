package console

import (
	"strings"
	"unicode/utf8"
)

// A scanner reads source in parts that end at line ends, and knows which brackets are open.
type scanner struct {
	closing []byte // what closes the open brackets, the innermost last
	within  string // what ends the raw string or comment that is open; "" outside
	wrong   bool   // brackets are wrongly nested, or a quote is open at the end of its line
	begun   bool   // the last statement began in an earlier part
}

// open reports whether a bracket, a raw string or a comment is open, so that the source has to go
// on. Quotes do not count: a string in quotes ends on its line.
func (s *scanner) open() bool { return !s.wrong && (len(s.closing) > 0 || s.within != "") }

// read reads part. It calls visit with the index of each byte outside of brackets, strings and
// comments, and of each byte that opens a bracket or a string, up to where the source is wrong.
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

// leave returns the index behind the raw string or comment that is open at index from, if it ends.
func (s *scanner) leave(part string, from int) int {
	n := strings.Index(part[from:], s.within)
	if n < 0 {
		return len(part)
	}
	n += len(s.within)
	s.within = ""
	return from + n
}

// scan reads a whole source.
func scan(source string, visit func(i int)) { new(scanner).read(source, visit) }

// quoted returns the index of the quote that closes the one at the start of s, or -1.
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

// incomplete reads part and reports whether all that was read is incomplete: a bracket, a raw string or
// a comment is open. A command never is. Nor is a line with more open brackets than nesting, which
// nothing that follows makes an expression.
func (s *scanner) incomplete(part string, nesting int) bool {
	last, begun, begunBefore := 0, s.begun, s.begun
	s.begun = true
	s.read(part, func(i int) {
		if part[i] == ';' {
			last, begun = i+1, false
		}
	})
	if len(s.closing) > nesting || !begunBefore && isComment(part) {
		return false
	}
	if !s.open() || begun { // a statement that goes on is an expression
		return s.open()
	}
	_, _, ok := parseCommand(part[last:])
	return !ok
}

// statements splits a line at its semicolons. A let reaches to the end of the line. Each statement
// has blanks for the part of the line before it, so that a position in it is one in the line.
// Statements that are empty or only a comment are left out.
func statements(line string) []string {
	if isComment(line) {
		return nil
	}
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

// isComment reports whether a line is a comment of a shell. No expression begins with # and a blank.
func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return line == "#" || strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "##") || strings.HasPrefix(line, "#!")
}

// blanks returns s with a blank for each rune but newlines.
func blanks(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, s)
}

// wordAt reports whether s has word at byte i, and not as a part or a field of something.
func wordAt(s string, i int, word string) bool {
	if !strings.HasPrefix(s[i:], word) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+len(word):])
	return !inWord(before) && before != '.' && before != '#' && !inWord(after)
}
