// Package fault has the errors of a running evaluation: a code, a text, a hint and a position.
// Package eval turns the error that ends an evaluation into its public Error.
package fault

import (
	"errors"
	"fmt"
)

// Error is an error of an evaluation.
type Error struct {
	Code string // one of the stable list; see eval.Error
	Text string // lower case, one line, without position and hint
	Hint string // what to do next; "" if there is nothing to say
	Pos  Pos    // 0 if it is not known
	// Limit is the limit of the evaluation that was reached: Time, Entries or Bytes; "" for none.
	Limit string
	Err   error // the cause, nil if there is none
}

// Error returns the text and the hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Text
	}
	return e.Text + "; " + e.Hint
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error without a position.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// With sets the hint and returns e.
func (e *Error) With(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Reaching sets the limit and returns e.
func (e *Error) Reaching(limit string) *Error {
	e.Limit = limit
	return e
}

// Because sets the cause and returns e.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// Pos is a position in the line: an offset in runes, from 1. The zero Pos is nowhere.
type Pos int

// Err gives err the position p unless it has one: the innermost node that knows counts. It returns
// nil for nil, and otherwise an *Error.
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

// Code returns the code of err, "" if it is no *Error.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
