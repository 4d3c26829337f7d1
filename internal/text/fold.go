package text

import "strings"

// Fold breaks each line of s between words into lines of at most that many columns, of which all
// but the first begin with indent. A word that does not fit makes its line longer.
func Fold(s string, columns int, indent string) (lines []string) {
	for line := range strings.SplitSeq(s, "\n") {
		for Width(line) > columns {
			at := strings.LastIndexByte(Fit(line, columns+1), ' ')
			if at <= len(indent) {
				from := min(len(indent)+1, len(line))
				next := strings.IndexByte(line[from:], ' ')
				if next < 0 {
					break
				}
				at = from + next
			}
			lines = append(lines, strings.TrimRight(line[:at], " "))
			line = indent + strings.TrimLeft(line[at:], " ")
		}
		lines = append(lines, line)
	}
	return lines
}
