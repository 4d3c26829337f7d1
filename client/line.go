package client

import (
	"errors"
	"fmt"
	"os"

	"github.com/peterh/liner"
	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/internal/text"
)

// leastRoom is how many columns liner needs behind what stands before a line. With less it does not edit.
const leastRoom = 10

// line has the user edit a line behind what before returns. What is to be told meanwhile is told at once,
// above the line.
func (p *prompt) line(before func() string) (string, error) {
	begin := edited{}
	for {
		p.speak()
		sign := before()
		width := terminalWidth()
		able := liner.TerminalSupported() && width >= text.Width(sign)+leastRoom
		if able && p.columns < text.Width(sign)+leastRoom {
			p.forget() // liner asks for the width only while it edits
		}
		p.caught = nil
		line, err := p.keys.during(able, func() (string, error) {
			return p.lines.PromptWithSuggestion(sign, begin.text, begin.at)
		})
		recalled := errors.Is(err, liner.ErrPromptAborted) && p.caught != nil
		columns := terminalWidth()
		if recalled {
			begin = *p.caught
			erase(text.Width(sign), begin, columns)
		}
		if !recalled {
			return line, err
		}
		if text.Rows(text.Width(sign)+text.Width(begin.text), max(1, columns)) > 1 {
			begin.at = p.keys.left(begin) // liner would draw a cursor that is not in the last row wrongly
		}
	}
}

// erase erases a line that liner has given up, and its ^C. The cursor stands below them.
func erase(sign int, e edited, columns int) {
	columns = max(1, columns)
	before := sign + text.Width(string([]rune(e.text)[:e.at]))
	rows := max(text.Rows(sign+text.Width(e.text), columns), (before+len("^C")+columns-1)/columns)
	fmt.Printf("\x1b[%dA\r\x1b[J", rows)
}

// tell tells the user something while other things go on: at once while a line is edited, and else before
// the next line. text is escaped.
func (p *prompt) tell(said string) {
	p.mu.Lock()
	p.words = append(p.words, said)
	p.mu.Unlock()
	p.keys.recall()
}

// speak tells what is to be told.
func (p *prompt) speak() {
	p.keys.told() // before words are taken: what comes later is to recall the line
	p.mu.Lock()
	words := p.words
	p.words = nil
	p.mu.Unlock()
	for _, said := range words {
		fmt.Println(said)
	}
}

// terminalWidth returns the columns of the terminal at standard output, 0 if they are not known.
func terminalWidth() int {
	columns, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		return 0
	}
	return columns
}
