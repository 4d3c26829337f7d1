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

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// inJSON reports whether the session is in JSON mode, where a program is at the other end.
func (s *Session) inJSON() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.json
}

// runJSON begins JSON mode with a greeting, which is the first reply. In line mode the prompt is
// still on the current line, so the greeting begins a new one.
func runJSON(ctx context.Context, s *Session, a *answer, args string) error {
	if args != "on" {
		return complain("json on begins JSON mode, and json off ends it; json(x) is x as JSON")
	}
	s.mu.Lock()
	s.json = true
	s.mu.Unlock()
	if !s.currentStyle().echoed {
		if _, err := io.WriteString(a, "\n"); err != nil {
			return err
		}
	}
	greeting := textReply("session", s.bannerLine())
	greeting.Hello = s.hello()
	return errors.Join(a.end(), s.writeReply(nil, greeting))
}

// request answers a line of JSON mode with one line, and a blank line with none.
func (s *Session) request(ctx context.Context, line string) error {
	line = strings.TrimSpace(line)
	if line == "" {
		return nil
	}
	if !strings.HasPrefix(line, "{") {
		s.giveUp(s.takePending(), errNotConfirmed)
		r, err := s.plainRequest(ctx, line)
		return errors.Join(s.writeReply(nil, r), err)
	}
	req, id, wrong := parseRequest(line)
	if wrong == nil && req.Cancel != nil {
		s.cancelDone(req.Cancel)
		s.giveUp(s.takePendingOf(req.Cancel), errCancelled)
		return nil
	}
	waiting := s.takePending()
	if wrong == nil && len(id) > 0 {
		if own, end := s.cancellable(ctx, id); own != nil {
			defer end()
			ctx = own
		} else {
			early := errorReply(codeCancelled, "%v before its evaluation began", errCancelled)
			wrong = &early
		}
	}
	if wrong == nil && req.Confirm != nil {
		return s.writeReply(id, s.confirm(ctx, waiting, id, *req.Confirm))
	}
	s.giveUp(waiting, errNotConfirmed)
	switch {
	case wrong != nil:
		return s.writeReply(id, *wrong)
	case req.Line != nil:
		r, err := s.plainRequest(ctx, strings.TrimSpace(*req.Line))
		return errors.Join(s.writeReply(id, r), err)
	}
	return s.writeReply(id, s.objectRequest(ctx, req, id))
}

// plainRequest answers a line that is not an object: an expression or a command.
func (s *Session) plainRequest(ctx context.Context, line string) (reply, error) {
	if line == "json off" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.json = false
		return textReply("session", "this is the last object; answers are for people again"), nil
	}
	cmd, args, ok := parseCommand(line)
	if !ok {
		return s.expression(ctx, eval.Query{Source: line}), nil
	}
	if cmd.name == "json" {
		return textReply("session", "this is JSON mode; json off ends it"), nil
	}
	if cmd.name == "watch" {
		return errorReply(codeCommand, "watch is for people; send the expression again instead"), nil
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
		return errorReply(codeCommand, "%v", w.error), nil
	case err == nil:
		err = a.end()
	}
	return textReply("text", strings.TrimSuffix(text.String(), "\n")), err
}

// objectRequest answers a request that evaluates or completes.
func (s *Session) objectRequest(ctx context.Context, req request, id json.RawMessage) reply {
	if req.Eval != nil {
		q := eval.Query{Source: *req.Eval, Limits: req.Limits.limits(), Mode: req.mode()}
		var events *reporter
		if req.Progress {
			events = s.report(&q, id)
		}
		if req.Ask {
			return s.ask(ctx, q, id, events)
		}
		defer events.end()
		return s.expression(ctx, q)
	}
	pos := len(*req.Complete)
	if req.Pos != nil {
		pos = *req.Pos
	}
	if pos < 0 || pos > len(*req.Complete) {
		return errorReply(codeRequest, "pos is %d, and the line has %d bytes", pos, len(*req.Complete))
	}
	if req.Commands {
		return completions(s.Complete(ctx, *req.Complete, pos))
	}
	return completions(s.evaluator.CompleteContext(ctx, *req.Complete, pos))
}

// expression evaluates q and returns the reply.
func (s *Session) expression(ctx context.Context, q eval.Query) reply {
	most := s.limits.Within(s.lower).Within(q.Limits).Output
	r, err := s.eval(ctx, q)
	if err != nil {
		return evalErrorReply(err, most)
	}
	if size := r.Value().JSONSize(); size > most {
		return errorReply(codeOutput, "%s", beyondOutput(size, most))
	}
	var text bytes.Buffer
	a := &answer{ctx: context.WithoutCancel(ctx), out: &text, left: most}
	st := s.currentStyle()
	st.color = setting[bool]{}
	unnamed := r
	unnamed.Name = "" // the reply has it in name
	if err := errors.Join(writeText(a, unnamed, st, s.clock.Now()), a.end()); err != nil {
		return evalErrorReply(err, most)
	}
	said := strings.TrimSuffix(text.String(), "\n")
	out := reply{OK: true, Type: r.Type, Name: r.Name, node: r.Value(), Text: &said, Notes: append([]string{}, r.Notes...), Codes: r.Codes, Standing: r.Standing}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	out.Cost = &replyCost{MS: ms(r.Cost.Time), Entries: r.Cost.Entries, Bytes: r.Cost.Bytes, Waited: ms(r.Cost.Waited), Retries: r.Cost.Retries, Torn: r.Cost.Torn}
	if r.Cost.Gave >= time.Millisecond { // the microseconds of a quick answer are noise
		out.Cost.Left = ms(r.Cost.Gave)
	}
	if r.Cost.Queued >= time.Millisecond {
		out.Cost.Queued = ms(r.Cost.Queued)
	}
	return out
}

// beyondOutput says that an answer has n bytes where most are allowed.
func beyondOutput(n, most int) string {
	return fmt.Sprintf("the answer has %s bytes, and %s are allowed; ask for a part of it", text.Thousands(n), text.Thousands(most))
}
