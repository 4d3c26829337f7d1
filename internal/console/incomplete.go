package console

import "strings"

// Incomplete reports whether line is an expression that can only be meant to go on: with a
// bracket, a raw string or a comment open. A quote that is open is not: strings in quotes end
// on their line. Commands are always complete.
func Incomplete(line string) bool {
	if _, _, ok := parseCommand(line); ok {
		return false
	}
	var open []byte
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '(':
			open = append(open, ')')
		case '[':
			open = append(open, ']')
		case '{':
			open = append(open, '}')
		case ')', ']', '}':
			if len(open) == 0 || open[len(open)-1] != c {
				return false
			}
			open = open[:len(open)-1]
		case '"', '\'':
			n := quoted(line[i:])
			if n < 0 {
				return false
			}
			i += n
		case '`':
			n := strings.IndexByte(line[i+1:], '`')
			if n < 0 {
				return true
			}
			i += n + 1
		case '/':
			switch rest := line[i:]; {
			case strings.HasPrefix(rest, "//"):
				n := strings.IndexByte(rest, '\n')
				if n < 0 {
					return len(open) > 0
				}
				i += n
			case strings.HasPrefix(rest, "/*"):
				n := strings.Index(rest[2:], "*/")
				if n < 0 {
					return true
				}
				i += n + 3
			}
		}
	}
	return len(open) > 0
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
