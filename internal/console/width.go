package console

import (
	"strconv"
	"strings"
	"unicode"
)

// runeWidth is how many columns a terminal gives r, roughly: combining and format characters take
// none, East Asian wide ones and emoji two (Unicode TR 11), and what is shown as U+FFFD one.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me) || r == '\u200d' || r >= 0xfe00 && r <= 0xfe0f:
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(shown(r))
	}
	return n
}

// shown is r as it may be written to a terminal: what would move the cursor, turn the direction
// of writing or hide is U+FFFD.
func shown(r rune) rune {
	if unicode.IsPrint(r) || r == '\u200d' {
		return r
	}
	return unicode.ReplacementChar
}

// printable is s with nothing in it that a terminal would act on, newlines aside: such
// characters stand as Go would escape them.
func printable(s string) string {
	clean := func(r rune) bool { return r == '\n' || shown(r) == r && r != unicode.ReplacementChar }
	if strings.IndexFunc(s, func(r rune) bool { return !clean(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case clean(r):
			b.WriteRune(r)
		case r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], "\uFFFD"):
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i]), 16))
		case r == unicode.ReplacementChar:
			b.WriteRune(r)
		default:
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

// printableLine is printable on one line: a newline of a message would begin what looks like another answer.
func printableLine(s string) string { return strings.ReplaceAll(printable(s), "\n", `\n`) }

// pad adds spaces to s up to width columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-textWidth(s)))
}

// fold breaks text between words into lines of at most width columns, where the words allow it.
// All but the first begin with indent, and each holds more than that.
func fold(text string, width int, indent string) (lines []string) {
	for _, line := range strings.Split(text, "\n") {
		for textWidth(line) > width {
			room := fits(line, width)
			at := strings.LastIndexByte(line[:room], ' ')
			if at <= len(indent) {
				room = min(max(room, len(indent)+1), len(line))
				next := strings.IndexByte(line[room:], ' ')
				if next < 0 {
					break
				}
				at = room + next
			}
			lines = append(lines, line[:at])
			line = indent + line[at+1:]
		}
		lines = append(lines, line)
	}
	return lines
}

// fits is how many bytes of s stand in that many columns.
func fits(s string, columns int) int {
	for i, r := range s {
		if columns -= runeWidth(shown(r)); columns < 0 {
			return i
		}
	}
	return len(s)
}
