package eval

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Error is what went wrong, and where in the source.
//
// Code is one of a stable list: syntax, unknown_name, unknown_function, arguments, no_field,
// no_key, nil, type, range, overflow, divide, budget, cancelled, guard, not_allowed, method,
// redacted, unreadable, internal.
type Error struct {
	Code    string
	Message string // lower case, one line, with its place and what to do next
	Source  string // the line that was evaluated
	Line    int    // 1-based; 0 where no place is known
	Col     int    // 1-based, in runes
	Err     error  // the cause, nil if there is none

	hint  string // what to do next, until settle makes it part of the message
	place place
}

// Error is the Message.
func (e *Error) Error() string { return e.Message }

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// fault makes an error without a place.
func fault(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// with adds what to do next; "" adds nothing.
func (e *Error) with(format string, args ...any) *Error {
	e.hint = fmt.Sprintf(format, args...)
	return e
}

func (e *Error) because(err error) *Error {
	e.Err = err
	return e
}

// place is where in the source something stands: the offset in runes, from 1; 0 is nowhere.
type place int

func at(n ast.Node) place { return place(n.Location().From + 1) }

// err gives err this place, unless it has one: the innermost node is the place.
func (p place) err(err error) error {
	if err == nil {
		return nil
	}
	e := translate(err)
	if e.place == 0 {
		e.place = p
	}
	return e
}

// settle turns the place into line and column of source, and completes the message.
func (e *Error) settle(source string) *Error {
	e.Source = source
	if e.place > 0 {
		e.Line, e.Col = 1, 1
		n := place(1)
		for _, r := range source {
			if n == e.place {
				break
			}
			n++
			if e.Col++; r == '\n' {
				e.Line, e.Col = e.Line+1, 1
			}
		}
		e.Message += fmt.Sprintf(" at %d:%d", e.Line, e.Col)
	}
	if e.hint != "" {
		e.Message += "; " + e.hint
	}
	e.Message = text.Escape(e.Message)
	return e
}

// snippetWidth is how many columns of a long source line a snippet shows.
const snippetWidth = 70

// Snippet is the source line with a caret under the place: two lines, without a newline at the
// end. Of a long line it shows the part around the place. It is "" where no place is known.
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
