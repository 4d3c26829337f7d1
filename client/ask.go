package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// Incomplete reports whether a line has to go on. What redirects an answer stands at the end of a line.
func (r *remote) Incomplete(line string) bool {
	return redirectAt(line) < 0 && console.Incomplete(line)
}

// Do runs the statements of a line up to the first error, and writes their answers. A redirection is for
// the answer to the last. After ErrQuit of package console nothing is run.
func (r *remote) Do(ctx context.Context, line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	question, to, err := r.redirected(line)
	var parts []string
	if err == nil {
		parts, err = console.Statements(question)
	}
	if err == nil && to != nil && len(parts) == 0 {
		err = errors.New("there is nothing to send: cache | less")
	}
	if err != nil {
		return r.layout().WriteError(r.out, err, "", line)
	}
	if err := r.ready(ctx); err != nil {
		fmt.Fprintln(r.out, errorText(err))
		return nil
	}
	for i, statement := range parts {
		dest := to
		if i < len(parts)-1 {
			dest = nil
		}
		mode := eval.Typed
		if r.prompt.repeats && len(parts) == 1 { // of several, one may use what another sets
			mode = eval.Sample
		}
		a, err := r.answer(ctx, statement, mode, dest != nil)
		if err == nil {
			left, err := r.show(ctx, a, dest)
			if err == nil && console.IsCommand(statement) && a.Type == "session" { // it was quit
				err = console.ErrQuit
			}
			if err != nil || left {
				return err
			}
			continue
		}
		if r.client.Err() != nil {
			if said := r.keeper.loss(r.client); said != "" {
				fmt.Fprintln(r.out, said+"; connecting again")
			}
			return nil
		}
		if err := r.layout().WriteError(r.out, placed(err, statement), statement, line); err != nil {
			return err
		}
		var e *telnet.Error
		if file := meantFile(question); file != "" && to == nil && errors.As(err, &e) && e.Code == "unknown_name" {
			fmt.Fprintf(r.out, "to write the answer to a file, name its folder: > ./%s\n", text.Escape(file))
		}
		return nil
	}
	return nil
}

// redirected splits a line before its redirection, if it has one.
func (*remote) redirected(line string) (question string, to *redirect, err error) {
	at := redirectAt(line)
	if at < 0 {
		return line, nil, nil
	}
	to, err = parseRedirect(line[at:])
	return line[:at], to, err
}

// show shows an answer on the screen, or sends it where to says. left is whether the user gives up the rest of
// the line.
func (r *remote) show(ctx context.Context, a *telnet.Answer, to *redirect) (left bool, err error) {
	if to != nil {
		return false, r.send(a, to)
	}
	if r.json && a.Type != "session" {
		return false, printJSON(r.out, a)
	}
	shown, err := r.laidOut(console.AfarAnswer{Name: a.Name, Text: a.Text, Cost: costOf(a.Cost), Notes: r.untold(a)})
	if err != nil {
		return false, err
	}
	return r.page(ctx, shown)
}

// send sends an answer where to says. What goes wrong is told, and ends nothing.
func (r *remote) send(a *telnet.Answer, to *redirect) error {
	var b bytes.Buffer
	err := to.layout(&b, a, r.json)
	if err == nil {
		for _, note := range r.untold(a) {
			fmt.Fprintln(r.out, note)
		}
		if to.command != "" {
			err = r.prompt.asBefore(func() error { return to.run(b.Bytes(), r.out) })
		} else {
			var told string
			if told, err = to.write(b.Bytes()); err == nil {
				_, err = fmt.Fprintln(r.out, told)
				return err
			}
		}
	}
	if err != nil {
		fmt.Fprintln(r.out, text.EscapeLines(err.Error()))
	}
	return nil
}

// whole has an answer shown as far as the application's limits allow: who reads it looks further than
// a person.
func whole() telnet.EvalOption {
	return telnet.Within(eval.Limits{Show: render.Limit{Items: wholeItems, Bytes: wholeBytes}})
}

// answer has the server answer one statement, an expression in that mode.
func (r *remote) answer(ctx context.Context, statement string, mode eval.Mode, toEnd bool) (*telnet.Answer, error) {
	if !console.IsCommand(statement) {
		drawn := r.drawProgress()
		defer drawn.end()
		var limits telnet.EvalOption
		if toEnd {
			limits = whole()
		}
		return r.client.Eval(ctx, statement, limits, telnet.As(mode), telnet.Progressing(drawn.tell), telnet.Confirming(func(ctx context.Context, call string) bool {
			drawn.end()
			return r.confirm(call)
		}))
	}
	command := strings.Fields(statement)
	if command[0] == "watch" && !toEnd {
		err := watchAt(ctx, r.client, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(statement), "watch")), r.out)
		if err != nil && r.client.Err() == nil {
			err = errors.New(errorText(err)) // its place is one in the expression, not in the line
		}
		return &telnet.Answer{}, err
	}
	if command[0] == "watch" {
		return nil, errors.New("watch draws on the terminal; sightglass watch TARGET EXPR --csv writes samples")
	}
	switch {
	case command[0] == "json":
		return nil, errors.New(noJSON)
	case command[0] == "history":
		return nil, errors.New(noHistory)
	case len(command) == 2 && command[0] == "help":
		if page, ok := helpHere(command[1]); ok {
			return &telnet.Answer{Text: r.layout().FoldHelp(page)}, nil
		}
	}
	a, err := r.client.Do(ctx, strings.TrimSpace(statement))
	switch {
	case err != nil:
	case len(command) == 1 && command[0] == "help":
		a.Text = withoutAbsent(a.Text) + "\n" + r.layout().FoldHelp(helpMore)
	case len(command) < 3 && command[0] == "set":
		a.Text = r.setHere(a.Text)
	case len(command) == 3 && command[0] == "set":
		r.set(command[1], command[2])
	case len(command) == 2 && command[0] == "level" && command[1] == telnet.Look.String():
		r.level = telnet.Look
	}
	return a, err
}

// set does what a setting that the server took means on this side.
func (r *remote) set(name, value string) {
	switch name {
	case "width":
		r.own, r.told = value != "auto", 0
	case "page":
		r.paging = pagesLong
		if value == "off" || value == "auto" && r.noPager {
			r.paging = neverPages
		}
	case "color":
		r.color = value
	case "format":
		r.json = value == "json"
	}
}

// setHere returns what the server tells of its settings with the values of those that hold on this side.
func (r *remote) setHere(said string) string {
	value := map[string]string{"width": strconv.Itoa(r.width), "color": onOff(r.colored()), "page": onOff(r.paging != neverPages)}
	lines := strings.Split(said, "\n")
	for i, line := range lines {
		switch name, rest, _ := strings.Cut(line, " "); {
		case name == "page" || name == "color" || name == "width" && !r.own:
			lines[i] = fmt.Sprintf("%-7s  %11s", name, value[name])
			if name == "width" || strings.HasSuffix(rest, "(auto)") {
				lines[i] += "  (auto)"
			}
		}
	}
	return strings.Join(lines, "\n")
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// confirm asks the user whether an action may run. What was typed or pasted before the question is no
// answer.
func (r *remote) confirm(call string) bool {
	r.prompt.forget()
	drop(os.Stdin)
	fmt.Fprintln(r.out, call, "changes the program.")
	said, err := r.prompt.ask("Run it? Type yes: ")
	return agreed(said, err)
}

// agreed reports whether an answer, if there was one, runs an action.
func agreed(said string, err error) bool { return err == nil && strings.TrimSpace(said) == "yes" }

// placed returns err with its place in the statement, as package eval has it.
func placed(err error, statement string) error {
	var e *telnet.Error
	switch {
	case !errors.As(err, &e):
		return errors.New(errorText(err))
	case e.Code == "confirm":
		return errors.New("it was not confirmed")
	}
	return &eval.Error{Code: e.Code, Message: e.Message, Source: statement, Line: e.Line, Col: e.Col}
}

func costOf(c telnet.Cost) eval.Cost {
	return eval.Cost{Time: c.Time, Walked: c.Entries, Bytes: c.Bytes, Waited: c.Waited, Gave: c.Left, Queued: c.Queued, Retries: c.Retries, Torn: c.Torn}
}
