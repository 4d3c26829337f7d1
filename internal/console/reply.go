package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// protocolVersion is the member v of each reply. It changes with the meaning of a member, and not
// when members are added.
const protocolVersion = 1

// The codes of errors besides those of expressions, which eval.Error lists.
const (
	codeRequest   = "request"   // the line is not a request
	codeCommand   = "command"   // a command was used wrongly
	codeOutput    = "output"    // the answer is too long
	codeConfirm   = "confirm"   // an action waits to be confirmed
	codeExpired   = "expired"   // no action waits for this confirmation
	codeDenied    = "denied"    // there is no session, as the login failed
	codeCancelled = "cancelled" // as in package eval
	codeSession   = "session"   // the line was not evaluated, or the session ends
)

// reply is the answer to a line of JSON mode.
type reply struct {
	V        int             `json:"v"`
	ID       json.RawMessage `json:"id,omitempty"`
	OK       bool            `json:"ok"`
	Type     string          `json:"type,omitempty"`
	Name     string          `json:"name,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"`
	Text     *string         `json:"text,omitempty"`
	Cost     *replyCost      `json:"cost,omitempty"`
	Notes    []string        `json:"notes,omitzero"`
	Codes    []string        `json:"codes,omitempty"`
	Standing []string        `json:"standing,omitempty"`
	Error    *replyError     `json:"error,omitempty"`
	Action   *replyAction    `json:"action,omitempty"`
	Hello    *replyHello     `json:"hello,omitempty"`

	node *render.Node // in place of Value, to be written piece by piece; may be nil
}

type replyCost struct {
	MS      float64 `json:"ms"`
	Entries int     `json:"entries"`
	Bytes   int     `json:"bytes,omitempty"`
	Waited  float64 `json:"waited_ms,omitempty"`
	Left    float64 `json:"left_ms,omitempty"`
	Queued  float64 `json:"queued_ms,omitempty"`
	Retries int     `json:"retries,omitempty"`
	Torn    int     `json:"torn,omitempty"`
}

type replyError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Pos     []int  `json:"pos,omitempty"`

	Partial *replyPartial `json:"partial,omitempty"`
}

// replyPartial is what was found until a limit or a cancellation came. Kept is there where Value is
// not, and where neither is nothing was made of the entries.
type replyPartial struct {
	Function string          `json:"function,omitempty"`
	Path     string          `json:"path,omitempty"`
	Entries  int             `json:"entries"`
	Of       int             `json:"of,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"`
	Kept     *int            `json:"kept,omitempty"`
}

// partialOf returns what is told of p, whose value may have that many bytes.
func partialOf(p *eval.Partial, most int) *replyPartial {
	if p == nil {
		return nil
	}
	r := &replyPartial{Function: p.Function, Path: p.Path, Entries: p.Entries, Of: p.Of}
	switch {
	case p.Value != nil:
		n := p.Value
		if size := n.JSONSize(); size > most {
			n = &render.Node{Err: beyondOutput(size, most)}
		}
		r.Value = n.JSON()
	case p.Function != "":
		r.Kept = &p.Kept
	}
	return r
}

// completions returns the reply to a request to complete.
func completions(found []eval.Completion) reply {
	type proposal struct {
		Start  int       `json:"start"`
		Text   string    `json:"text"`
		Kind   eval.Kind `json:"kind,omitempty"`
		Detail string    `json:"detail,omitempty"`
	}
	all := make([]proposal, len(found))
	for i, c := range found {
		all[i] = proposal(c)
	}
	return reply{OK: true, Type: "completions", Value: marshal(all)}
}

// textReply returns a reply whose value is a text.
func textReply(kind, text string) reply {
	return reply{OK: true, Type: kind, Value: marshal(text), Text: &text}
}

// errorReply returns a reply that is an error.
func errorReply(code, format string, args ...any) reply {
	return reply{Error: &replyError{Code: code, Message: fmt.Sprintf(format, args...)}}
}

// evalErrorReply returns the reply for an error of an evaluation whose answer may have that many bytes.
func evalErrorReply(err error, most int) reply {
	out := errorReply("internal", "%v", err)
	if e := (*eval.Error)(nil); errors.As(err, &e) {
		out.Error.Code, out.Error.Message = e.Code, e.Message
		if e.Line > 0 {
			out.Error.Pos = []int{e.Line, e.Col}
		}
		out.Error.Partial = partialOf(e.Partial, most)
	}
	return out
}

// versioned returns r with the version of the protocol.
func (r reply) versioned() reply {
	r.V = protocolVersion
	return r
}

// writeReply writes r as one line.
func (s *Session) writeReply(id json.RawMessage, r reply) error {
	r = r.versioned()
	r.ID = id
	line := append(marshal(r), '\n')
	if r.node == nil {
		_, err := s.out.Write(line)
		return err
	}
	// The value stands behind these members. It is not made as a whole.
	before := marshal(reply{V: r.V, ID: r.ID, OK: r.OK, Type: r.Type, Name: r.Name})
	before = before[:len(before)-len("}")]
	out := &escaped{out: s.out, buf: make([]byte, 0, len(line)+64)}
	out.buf = append(append(out.buf, before...), `,"value":`...)
	if err := r.node.WriteJSON(out); err != nil {
		return err
	}
	_, err := s.out.Write(append(out.buf, line[len(before):]...))
	return err
}

// escaped is text.EscapeJSON for what is written in pieces of whole characters. It collects what
// it writes in buf, until that is a chunk.
type escaped struct {
	out io.Writer
	buf []byte
}

func (e *escaped) Write(p []byte) (int, error) {
	if e.buf = append(e.buf, text.EscapeJSON(p)...); len(e.buf) >= chunk {
		_, err := e.out.Write(e.buf)
		e.buf = e.buf[:0]
		if err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// marshal returns x as JSON without a newline. x must be encodable.
func marshal(x any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		panic(err)
	}
	return text.EscapeJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
