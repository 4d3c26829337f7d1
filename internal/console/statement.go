package console

import (
	"strings"
	"unicode/utf8"
)

// scan calls visit with the index of each byte of source that stands outside of brackets, strings
// and comments, what opens a bracket or a string included. It reports whether source can only be
// meant to go on: with a bracket, a raw string or a comment open. A quote that is open is not:
// strings in quotes end on their line. Of what is wrongly nested it visits the beginning.
func scan(source string, visit func(i int)) (open bool) {
	var closing []byte
	for i := 0; i < len(source); i++ {
		c := source[i]
		comment := strings.HasPrefix(source[i:], "//") || strings.HasPrefix(source[i:], "/*")
		if len(closing) == 0 && !comment {
			visit(i)
		}
		n := 0
		switch {
		case c == '(':
			closing = append(closing, ')')
		case c == '[':
			closing = append(closing, ']')
		case c == '{':
			closing = append(closing, '}')
		case c == ')' || c == ']' || c == '}':
			if len(closing) == 0 || closing[len(closing)-1] != c {
				return false
			}
			closing = closing[:len(closing)-1]
		case c == '"' || c == '\'':
			if n = quoted(source[i:]); n < 0 {
				return false
			}
		case c == '`':
			if n = strings.IndexByte(source[i+1:], '`') + 1; n == 0 {
				return true
			}
		case comment && source[i+1] == '/':
			if n = strings.IndexByte(source[i:], '\n'); n < 0 {
				return len(closing) > 0
			}
		case comment:
			if n = strings.Index(source[i+2:], "*/") + 3; n == 2 {
				return true
			}
		}
		i += n
	}
	return len(closing) > 0
}

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
// comment open. Commands are always complete.
func Incomplete(line string) bool {
	last := 0
	if !scan(line, func(i int) {
		if line[i] == ';' {
			last = i + 1
		}
	}) {
		return false
	}
	_, _, ok := parseCommand(line[last:])
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
