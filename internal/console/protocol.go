package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
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

// request is one line of JSON mode that is an object.
type request struct {
	ID       json.RawMessage `json:"id"`
	Eval     *string         `json:"eval"`
	Complete *string         `json:"complete"`
	Pos      *int            `json:"pos"`
	Limits   *requestLimits  `json:"limits"`
	Ask      bool            `json:"ask"`
	Confirm  *string         `json:"confirm"`
}

// requestLimits lowers the limits of one request; zero changes nothing.
type requestLimits struct {
	MS      float64 `json:"ms"`
	Entries int     `json:"entries"`
	Bytes   int     `json:"bytes"`
	Output  int     `json:"output"`
	Nesting int     `json:"nesting"`
	Depth   int     `json:"depth"`
	Items   int     `json:"items"`
	Text    int     `json:"text"`
}

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

// inJSON reports whether the session is in JSON mode: a program is at the other end.
func (s *Session) inJSON() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.json
}

// runJSON begins JSON mode, and greets: that is the first answer. The greeting has a line of its
// own, behind the prompt that is still there where nobody echoes.
func runJSON(ctx context.Context, s *Session, a *answer, args string) error {
	if args != "on" {
		return complain("json on begins JSON mode, in which json off ends it")
	}
	s.mu.Lock()
	s.json = true
	s.mu.Unlock()
	if !s.currentStyle().echoed {
		if _, err := io.WriteString(a, "\n"); err != nil {
			return err
		}
	}
	return errors.Join(a.end(), s.reply(nil, textReply("session", strings.TrimSpace(s.banner()))))
}

// request answers one line of JSON mode with one line. A blank one has no answer.
func (s *Session) request(ctx context.Context, line string) error {
	line = strings.TrimSpace(line)
	if line == "" {
		return nil
	}
	if !strings.HasPrefix(line, "{") {
		s.giveUp(s.takePending(), errNotConfirmed)
		r, err := s.plainRequest(ctx, line)
		return errors.Join(s.reply(nil, r), err)
	}
	req, id, wrong := parseRequest(line)
	waiting := s.takePending()
	if wrong == nil && req.Confirm != nil {
		return s.reply(id, s.confirm(ctx, waiting, *req.Confirm))
	}
	s.giveUp(waiting, errNotConfirmed)
	if wrong != nil {
		return s.reply(id, *wrong)
	}
	return s.reply(id, s.objectRequest(ctx, req))
}

// parseRequest reads a line that is an object. wrong is the answer to one that is no request.
func parseRequest(line string) (req request, id json.RawMessage, wrong *reply) {
	no := func(format string, args ...any) (request, json.RawMessage, *reply) {
		r := failed(codeRequest, format, args...)
		return request{}, id, &r
	}
	var only struct{ ID json.RawMessage }
	json.Unmarshal([]byte(line), &only) // what is wrong is found again below
	if len(only.ID) > maxID || len(only.ID) > 0 && strings.IndexByte("{[", only.ID[0]) >= 0 {
		return no("the id is neither a number nor a string of up to %d bytes", maxID)
	}
	id = only.ID
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		why := strings.TrimPrefix(err.Error(), "json: ")
		var other *json.UnmarshalTypeError
		if errors.As(err, &other) {
			why = fmt.Sprintf("%s takes no %s", other.Field, other.Value)
		}
		return no("this is no request: %s; it has id, eval with limits and ask, complete with pos, or confirm", why)
	}
	if _, err := d.Token(); err != io.EOF {
		return no("there is more behind the request; one line has one object")
	}
	things := 0
	for _, thing := range []*string{req.Eval, req.Complete, req.Confirm} {
		if thing != nil {
			things++
		}
	}
	switch {
	case things == 0:
		return no("the request asks for nothing; it has eval with an expression, complete with a part of one, or confirm with a token")
	case things > 1:
		return no("the request asks for several things; send eval, complete and confirm on a line each")
	case req.Complete == nil && req.Pos != nil:
		return no("pos belongs to complete")
	case req.Eval == nil && req.Ask:
		return no("ask belongs to eval")
	}
	return req, id, nil
}

// maxID bounds an id, in bytes.
const maxID = 256

// plainRequest answers a line that is no object: an expression or a command.
func (s *Session) plainRequest(ctx context.Context, line string) (reply, error) {
	if line == "json off" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.json = false
		return textReply("session", "this was the last object; answers are for people again"), nil
	}
	cmd, args, ok := parseCommand(line)
	if !ok {
		return s.expression(ctx, eval.Query{Source: line}), nil
	}
	if cmd.name == "json" {
		return textReply("session", "this is JSON mode; json off ends it"), nil
	}
	if cmd.name == "watch" {
		return failed(codeCommand, "watch is for people; ask again whenever you want to know"), nil
	}
	if cmd.name == "dir" {
		return s.expression(ctx, eval.Query{Source: "dir(" + args + ")"}), nil
	}
	var text bytes.Buffer
	a := &answer{ctx: ctx, out: &text, left: s.limits.Output}
	err := cmd.run(ctx, s, a, args)
	var w wrong
	switch {
	case errors.Is(err, ErrQuit):
		return textReply("session", bye), err
	case errors.As(err, &w):
		return failed(codeCommand, "%v", w.error), nil
	case err == nil:
		err = a.end()
	}
	return textReply("text", strings.TrimSuffix(text.String(), "\n")), err
}

func (s *Session) objectRequest(ctx context.Context, req request) reply {
	if req.Eval != nil {
		q := eval.Query{Source: *req.Eval, Limits: req.Limits.limits()}
		if req.Ask {
			return s.ask(ctx, q)
		}
		return s.expression(ctx, q)
	}
	pos := len(*req.Complete)
	if req.Pos != nil {
		pos = *req.Pos
	}
	if pos < 0 || pos > len(*req.Complete) {
		return failed(codeRequest, "pos is %d, and the line has %d bytes", pos, len(*req.Complete))
	}
	return completions(s.evaluator.CompleteContext(ctx, *req.Complete, pos))
}

// limits are l as the evaluator has them.
func (l *requestLimits) limits() eval.Limits {
	if l == nil {
		return eval.Limits{}
	}
	return eval.Limits{
		Time: timeLimit(l.MS), Entries: l.Entries, Bytes: l.Bytes, Output: l.Output, Nesting: l.Nesting,
		Show: render.Limit{Depth: l.Depth, Items: l.Items, Bytes: l.Text},
	}
}

// timeLimit is ms as a time limit: at least a nanosecond, since 0 is no limit, and no limit at
// all where a Duration cannot hold it.
func timeLimit(ms float64) time.Duration {
	ns := ms * float64(time.Millisecond)
	switch {
	case ns <= 0 || ns >= 1<<63:
		return 0
	case ns < 1:
		return 1
	}
	return time.Duration(ns)
}

// expression evaluates q.
func (s *Session) expression(ctx context.Context, q eval.Query) reply {
	r, err := s.eval(ctx, q)
	if err != nil {
		return failure(err)
	}
	most := s.limits.Within(s.lower).Within(q.Limits).Output
	value := r.Node.JSON()
	if len(value) > most {
		return failed(codeOutput, "the answer has %s bytes, and %s are allowed; ask for a part of it", text.Thousands(len(value)), text.Thousands(most))
	}
	var text bytes.Buffer
	a := &answer{ctx: context.WithoutCancel(ctx), out: &text, left: most}
	st := s.currentStyle()
	st.color = setting[bool]{}
	unnamed := r
	unnamed.Name = "" // it has a member of its own
	if err := errors.Join(writeText(a, unnamed, st, s.clock.Now()), a.end()); err != nil {
		return failure(err)
	}
	out := textReply(typeOf(r.Node), strings.TrimSuffix(text.String(), "\n"))
	out.Name, out.Value, out.Notes = r.Name, value, append([]string{}, r.Notes...)
	out.Codes = r.Codes
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	out.Cost = &replyCost{ms(r.Cost.Time), r.Cost.Entries, r.Cost.Bytes, ms(r.Cost.Waited), r.Cost.Retries, r.Cost.Torn}
	return out
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
