package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// protocolVersion is the v of each answer. A member more is no new version; another meaning is.
const protocolVersion = 1

// The codes of errors that are not those of an expression, which eval.Error lists.
const (
	codeRequest = "request" // the request itself
	codeCommand = "command" // what a command complains of
	codeOutput  = "output"  // the answer is too long to be written
	codeConfirm = "confirm" // an action waits to be confirmed
	codeExpired = "expired" // no action waits to be confirmed by this request
	codeSession = "session" // nothing was evaluated, or the session ends
)

// reply is one line of JSON mode that goes out.
type reply struct {
	V      int             `json:"v"`
	ID     json.RawMessage `json:"id,omitempty"`
	OK     bool            `json:"ok"`
	Type   string          `json:"type,omitempty"`
	Name   string          `json:"name,omitempty"`
	Value  json.RawMessage `json:"value,omitempty"`
	Text   *string         `json:"text,omitempty"`
	Cost   *replyCost      `json:"cost,omitempty"`
	Notes  []string        `json:"notes,omitzero"`
	Codes  []string        `json:"codes,omitempty"`
	Error  *replyError     `json:"error,omitempty"`
	Action *replyAction    `json:"action,omitempty"`
}

type replyCost struct {
	MS      float64 `json:"ms"`
	Entries int     `json:"entries"`
	Bytes   int     `json:"bytes,omitempty"`
	Waited  float64 `json:"waited_ms,omitempty"`
	Retries int     `json:"retries,omitempty"`
	Torn    int     `json:"torn,omitempty"`
}

type replyError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Pos     []int  `json:"pos,omitempty"`
}

// typeOf is the Go type of an answer, or what kind of thing it is where there is none: also of one
// that policy hides.
func typeOf(n *render.Node) string {
	switch {
	case n == nil || n.Type == "" && n.Shape == inspect.Nil:
		return "nil"
	case n.Type != "":
		return n.Type
	}
	switch n.Shape {
	case inspect.Scalar:
		if n.Scalar != nil {
			return fmt.Sprintf("%T", n.Scalar)
		}
	case inspect.List:
		return "list"
	case inspect.Map, inspect.Struct:
		return "map"
	}
	return "text"
}

func completions(found []eval.Completion) reply {
	type proposal struct {
		Start  int    `json:"start"`
		Text   string `json:"text"`
		Detail string `json:"detail,omitempty"`
	}
	all := make([]proposal, len(found))
	for i, c := range found {
		all[i] = proposal(c)
	}
	return reply{OK: true, Type: "completions", Value: marshal(all)}
}

func textReply(kind, text string) reply {
	return reply{OK: true, Type: kind, Value: marshal(text), Text: &text}
}

func failed(code, format string, args ...any) reply {
	return reply{Error: &replyError{Code: code, Message: fmt.Sprintf(format, args...)}}
}

func failure(err error) reply {
	out := failed("internal", "%v", err)
	if e := (*eval.Error)(nil); errors.As(err, &e) {
		out.Error.Code, out.Error.Message = e.Code, e.Message
		if e.Line > 0 {
			out.Error.Pos = []int{e.Line, e.Col}
		}
	}
	return out
}

// versioned is r as it goes out.
func (r reply) versioned() reply {
	r.V = protocolVersion
	return r
}

// reply writes one object on one line.
func (s *Session) reply(id json.RawMessage, r reply) error {
	r = r.versioned()
	r.ID = id
	_, err := s.out.Write(marshal(r))
	if err == nil {
		_, err = io.WriteString(s.out, "\n")
	}
	return err
}

// escapeUnprintable escapes in JSON what encoding/json leaves as it is and a terminal would act on: DEL, the C1 controls,
// and what turns the direction of writing or hides.
func escapeUnprintable(p []byte) []byte {
	hostile := func(r rune) bool { return r >= 0x7f && text.Shown(r) != r }
	if bytes.IndexFunc(p, hostile) < 0 {
		return p
	}
	out := make([]byte, 0, len(p)+16)
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if hostile(r) {
			for _, u := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, u)
			}
		} else {
			out = append(out, p[:n]...)
		}
		p = p[n:]
	}
	return out
}

// marshal writes what has no way to fail.
func marshal(x any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		panic(err)
	}
	return escapeUnprintable(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
