package telnet

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sightglass-go/sightglass/internal/text"
)

// ErrClientClosed is the error of a Client's methods after its Close.
var ErrClientClosed = errors.New("telnet: client closed")

// ErrProtocol is wrapped by the error of a Client whose server does not speak the protocol of
// docs/protocol.md, or breaks it. The connection is closed then.
var ErrProtocol = errors.New("the server breaks the protocol")

// Error is what a server answers in place of a value. errors.Is finds ErrDenied in one with the code
// denied, and the error of the context in one of a request that the context has ended.
type Error struct {
	Code    string // one of docs/protocol.md, such as unknown_name; servers may have further ones
	Message string // for people, one line, lower case; what does not print is escaped
	Line    int    // of the place in the expression, from 1; 0 if that is not known
	Col     int    // from 1, in characters
	Partial *Partial
	Err     error // the cause on this side; nil for none
}

// Error returns the Message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Partial is what an evaluation had found when a limit or its cancellation ended it. It is no answer:
// nothing is known of the entries that were not read.
type Partial struct {
	Function string          // that made one answer of the entries; empty if none did
	Path     string          // the expression for the collection; empty if there is none
	Entries  int             // how many of it were read
	Of       int             // how many there are; 0 if that is not known
	Value    json.RawMessage // what Function would have answered of these alone; nil if Kept has to do
	Kept     int             // how many elements Function had collected
}

// wireError is the member error of an answer.
type wireError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Pos     []int  `json:"pos"`
	Partial *struct {
		Function string          `json:"function"`
		Path     string          `json:"path"`
		Entries  int             `json:"entries"`
		Of       int             `json:"of"`
		Value    json.RawMessage `json:"value"`
		Kept     int             `json:"kept"`
	} `json:"partial"`
}

func (w *wireError) error() *Error {
	e := &Error{Code: text.Escape(w.Code), Message: text.Escape(w.Message)}
	if len(w.Pos) == 2 && w.Pos[0] > 0 && w.Pos[1] > 0 {
		e.Line, e.Col = w.Pos[0], w.Pos[1]
	}
	if p := w.Partial; p != nil {
		e.Partial = &Partial{Function: text.Escape(p.Function), Path: text.Escape(p.Path), Entries: p.Entries, Of: p.Of, Value: p.Value, Kept: p.Kept}
	}
	if e.Code == codeDenied {
		e.Err = ErrDenied
	}
	return e
}

// codeDenied is the code of a login that failed, and of a connection that was refused.
const codeDenied = "denied"

// broken returns an error that wraps ErrProtocol.
func broken(format string, args ...any) error {
	return fmt.Errorf("telnet: %w: %s", ErrProtocol, fmt.Sprintf(format, args...))
}
