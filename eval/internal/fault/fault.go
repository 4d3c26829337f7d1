// Package fault has the errors of an evaluation while it runs: a code, a text, what to do next, and where in the
// line. Package eval makes its public Error of one when the evaluation ends.
package fault

import (
	"errors"
	"fmt"
)

// Error is what went wrong.
type Error struct {
	Code string // one of the stable list; see eval.Error
	Text string // lower case, one line, without its place and without the hint
	Hint string // what to do next; "" if there is nothing to say
	Pos  Pos    // where; 0 where no place is known
	Err  error  // the cause, nil if there is none
}

// Error is the text and the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Text
	}
	return e.Text + "; " + e.Hint
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error without a place.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// With sets the hint, and returns e.
func (e *Error) With(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Because sets the cause, and returns e.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// Pos is a position in the line: an offset in runes, from 1. The zero Pos is nowhere.
type Pos int

// Err gives err this position, unless it has one: the innermost node is the place. It returns nil for nil, and
// otherwise an *Error.
func (p Pos) Err(err error) error {
	if err == nil {
		return nil
	}
	e := From(err)
	if e.Pos == 0 {
		e.Pos = p
	}
	return e
}

// Code is the code of err, "" if it is no *Error.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
