package eval

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Error says what went wrong, and where in the source.
//
// Code is one of a stable list: syntax, unknown_name, unknown_function, arguments, no_field,
// no_key, nil, type, range, overflow, divide, budget, cancelled, guard, not_allowed, method,
// redacted, unreadable, internal.
type Error struct {
	Code    string
	Message string // lower case, one line, with the position and a hint
	Source  string // the line that was evaluated
	Line    int    // 1-based; 0 if the position is not known
	Col     int    // 1-based, in runes
	Err     error  // the cause, nil if there is none
	// Partial is what was found until then, of an error with the code budget or cancelled; nil if
	// nothing was.
	Partial *Partial
}

// Error returns the Message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// lineAndColumn returns where a position of source is.
func lineAndColumn(source string, at fault.Pos) (line, col int) {
	line, col = 1, 1
	n := fault.Pos(1)
	for _, r := range source {
		if n == at {
			break
		}
		n++
		if col++; r == '\n' {
			line, col = line+1, 1
		}
	}
	return line, col
}

// newError is err as the error of an evaluation of source.
func newError(err error, source string) *Error {
	f := fault.From(err)
	e := &Error{Code: f.Code, Message: f.Text, Source: source, Err: f.Err}
	if f.Pos > 0 {
		e.Line, e.Col = lineAndColumn(source, f.Pos)
		e.Message += fmt.Sprintf(" at %d:%d", e.Line, e.Col)
	}
	if f.Hint != "" {
		e.Message += "; " + f.Hint
	}
	e.Message = text.Escape(e.Message)
	return e
}

// errorOfCaller is an error that a function of the Query or the Overseer returned. An *Error keeps
// its code and message.
func errorOfCaller(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return &fault.Error{Code: e.Code, Text: e.Message, Err: err}
	}
	return err
}

// snippetWidth is how many columns of the source a snippet shows.
const snippetWidth = 70

// Snippet returns the line of the source with a caret under the position: two lines, without a
// newline at the end. Of a long line it shows the part around the position. It returns "" if the
// position is not known.
func (e *Error) Snippet() string {
	if e.Line == 0 {
		return ""
	}
	lines := strings.Split(e.Source, "\n")
	if e.Line > len(lines) {
		return ""
	}
	runes := []rune(lines[e.Line-1])
	col := min(e.Col-1, len(runes))
	from, to := 0, len(runes)
	if to > snippetWidth {
		from = max(0, min(col-snippetWidth/2, to-snippetWidth))
		to = from + snippetWidth
	}
	var line, caret strings.Builder
	add := func(r rune, under bool) {
		switch {
		case r == '\t':
			r = ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			r = '?'
		}
		line.WriteRune(r)
		if under {
			caret.WriteString(strings.Repeat(" ", text.RuneWidth(r)))
		}
	}
	if from > 0 {
		add('…', true)
	}
	for i := from; i < to; i++ {
		add(runes[i], i < col)
	}
	if to < len(runes) {
		add('…', false)
	}
	return line.String() + "\n" + caret.String() + "^"
}
