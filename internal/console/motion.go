package console

import (
	"slices"
	"unicode"

	"github.com/sightglass-go/sightglass/internal/text"
)

// left returns the place left of the cursor. A character and those that combine with it are one
// step.
func (e *editor) left() int {
	i := e.pos
	for i > 0 {
		i--
		if text.RuneWidth(e.text[i]) > 0 {
			break
		}
	}
	return i
}

// right returns the place right of the cursor.
func (e *editor) right() int {
	i := e.pos
	for i < len(e.text) {
		i++
		if i == len(e.text) || text.RuneWidth(e.text[i]) > 0 {
			break
		}
	}
	return i
}

func (e *editor) lineStart() int {
	return e.pos - len(lastLine(e.text[:e.pos]))
}

func (e *editor) lineEnd() int {
	if i := slices.Index(e.text[e.pos:], '\n'); i >= 0 {
		return e.pos + i
	}
	return len(e.text)
}

func lastLine(text []rune) []rune {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '\n' {
			return text[i+1:]
		}
	}
	return text
}

func inWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func (e *editor) wordLeft(in func(rune) bool) int {
	i := e.pos
	for i > 0 && !in(e.text[i-1]) {
		i--
	}
	for i > 0 && in(e.text[i-1]) {
		i--
	}
	return i
}

func (e *editor) wordRight() int {
	i := e.pos
	for i < len(e.text) && !inWord(e.text[i]) {
		i++
	}
	for i < len(e.text) && inWord(e.text[i]) {
		i++
	}
	return i
}

// lineUp moves to the line above within the text, and reports whether there is one.
func (e *editor) lineUp() bool {
	start := e.lineStart()
	if start == 0 {
		return false
	}
	above := len(lastLine(e.text[:start-1]))
	e.pos = start - 1 - above + min(above, e.pos-start)
	return true
}

// lineDown moves to the line below within the text, and reports whether there is one.
func (e *editor) lineDown() bool {
	col := e.pos - e.lineStart()
	end := e.lineEnd()
	if end == len(e.text) {
		return false
	}
	e.pos = end + 1
	e.pos += min(e.lineEnd()-e.pos, col)
	return true
}
