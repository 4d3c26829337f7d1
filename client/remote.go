package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

const (
	// completeWithin is how long Tab waits for proposals.
	completeWithin = 2 * time.Second

	// redialEvery is how long the prompt waits between two tries to connect again.
	redialEvery = 500 * time.Millisecond

	// The widths that a server lays answers out for.
	leastWidth = 20
	mostWidth  = 1000
)

// remote is a session with another process, over a Client.
type remote struct {
	target string
	out    io.Writer
	quiet  bool // without a banner
	dial   func(ctx context.Context, target string) (*telnet.Client, error)
	prompt *prompt // for questions to the user

	client *telnet.Client
	hello  telnet.Hello
	level  telnet.Level
	width  int  // of the terminal
	told   int  // the width that the server knows
	own    bool // the user has set the width that answers are laid out for
}

var _ session = (*remote)(nil)

// connect connects, for the first time or again.
func (r *remote) connect(ctx context.Context) error {
	c, err := r.dial(ctx, r.target)
	if err != nil {
		return err
	}
	r.close()
	r.client, r.hello, r.level, r.told, r.own = c, c.Hello(), c.Hello().Level, 0, false
	return nil
}

func (r *remote) close() {
	if r.client != nil {
		r.client.Close()
	}
}

// Banner returns what the server tells of itself, broken into lines.
func (r *remote) Banner() string {
	if r.quiet {
		return ""
	}
	return strings.Join(text.Fold(r.hello.Text, max(r.width, leastWidth)-1, "  "), "\n")
}

func (r *remote) layout() console.Afar {
	return console.Afar{
		Name: console.Name{Program: r.hello.Name, Host: r.hello.Host},
		Acts: r.level == telnet.Act, Width: r.width, Color: colored(),
	}
}

func (r *remote) Prompt() string { return r.layout().Prompt() }

func (r *remote) Incomplete(line string) bool { return console.Incomplete(line) }

// SetWidth sets the width of the terminal. The server is told before the next question.
func (r *remote) SetWidth(columns int) { r.width = columns }

// SetHeight does nothing: a client gets answers whole.
func (r *remote) SetHeight(int) {}

// Away does nothing: nothing is drawn over what was drawn before.
func (r *remote) Away() {}

// Complete proposes what the server does.
func (r *remote) Complete(ctx context.Context, line string, pos int) []eval.Completion {
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	found, err := r.client.Complete(ctx, line, pos)
	if err != nil {
		return nil
	}
	all := make([]eval.Completion, len(found))
	for i, c := range found {
		all[i] = eval.Completion(c)
	}
	return all
}

// Do runs the statements of a line up to the first error.
func (r *remote) Do(ctx context.Context, line string) error {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	parts, err := console.Statements(line)
	if err != nil {
		return r.layout().WriteError(r.out, err, "", line)
	}
	if err := r.ready(ctx); err != nil {
		fmt.Fprintln(r.out, errorText(err))
		return nil
	}
	for _, statement := range parts {
		a, err := r.answer(ctx, statement)
		if err == nil {
			err = r.layout().WriteAnswer(r.out, console.AfarAnswer{Name: a.Name, Text: a.Text, Cost: costOf(a.Cost), Notes: a.Notes})
			if err == nil && console.IsCommand(statement) && a.Type == "session" { // it was quit
				err = console.ErrQuit
			}
			if err != nil {
				return err
			}
			continue
		}
		if r.client.Err() != nil {
			fmt.Fprintln(r.out, errorText(r.client.Err()))
			if err := r.ready(ctx); err != nil {
				fmt.Fprintln(r.out, errorText(err))
			}
			return nil
		}
		return r.layout().WriteError(r.out, placed(err, statement), statement, line)
	}
	return nil
}

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

// answer has the server answer one statement.
func (r *remote) answer(ctx context.Context, statement string) (*telnet.Answer, error) {
	if !console.IsCommand(statement) {
		drawn := r.drawProgress()
		defer drawn.end()
		return r.client.Eval(ctx, statement, telnet.Progressing(drawn.tell), telnet.Confirming(func(ctx context.Context, call string) bool {
			drawn.end()
			return r.confirm(call)
		}))
	}
	command := strings.Fields(statement)
	if command[0] == "json" {
		return nil, errors.New("json is for programs; set format json has answers in JSON")
	}
	a, err := r.client.Do(ctx, strings.TrimSpace(statement))
	switch {
	case err != nil:
	case len(command) == 3 && command[0] == "set" && command[1] == "width":
		r.own, r.told = command[2] != "auto", 0
	case len(command) == 2 && command[0] == "level" && command[1] == telnet.Look.String():
		r.level = telnet.Look
	}
	return a, err
}

// confirm asks the user whether an action may run.
func (r *remote) confirm(call string) bool {
	fmt.Fprintln(r.out, call, "changes the program.")
	said, err := r.prompt.ask("Run it? Type yes: ")
	return err == nil && strings.TrimSpace(said) == "yes"
}

// ready connects again if the connection is over, and tells the server the width of the terminal.
func (r *remote) ready(ctx context.Context) error {
	if r.client.Err() != nil {
		if err := r.reconnect(ctx); err != nil {
			return err
		}
	}
	if width := min(max(r.width, leastWidth), mostWidth); !r.own && r.width > 0 && r.told != width {
		if _, err := r.client.Do(ctx, "set width "+strconv.Itoa(width)); err != nil {
			return err
		}
		r.told = width
	}
	return nil
}

// reconnect tries to connect until it does, ctx ends, or the server does not let the user in.
func (r *remote) reconnect(ctx context.Context) error {
	fmt.Fprintln(r.out, "the connection is over; connecting again, until Ctrl-C")
	before := r.hello
	for {
		err := r.prompt.asBefore(func() error { return r.connect(ctx) })
		switch {
		case err == nil:
			fmt.Fprintln(r.out, comeback(before, r.hello))
			return nil
		case ctx.Err() != nil:
			return errors.New("not connected; the next line tries again")
		case errors.Is(err, telnet.ErrDenied):
			return err
		}
		select {
		case <-time.After(redialEvery):
		case <-ctx.Done():
		}
	}
}

// comeback says who answers now.
func comeback(before, now telnet.Hello) string {
	if before.PID == now.PID && before.Started.Equal(now.Started) {
		return fmt.Sprintf("connected again to %s, pid %d; variables of the session are gone", now.Name, now.PID)
	}
	return fmt.Sprintf("%s has restarted: pid %d, up %s; variables of the session are gone", now.Name, now.PID, uptime(time.Since(now.Started)))
}

// drawnProgress is a row of the terminal that tells how far an evaluation has come. It is there from
// ProgressAfter on, and gone when end returns.
type drawnProgress struct {
	layout console.Afar
	out    io.Writer

	mu    sync.Mutex
	drawn bool
	over  bool
}

func (r *remote) drawProgress() *drawnProgress {
	return &drawnProgress{layout: r.layout(), out: r.out}
}

// tell draws how far the evaluation has come.
func (d *drawnProgress) tell(p eval.Progress) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over || p.Time < console.ProgressAfter {
		return
	}
	d.drawn = true
	var b bytes.Buffer
	d.layout.WriteProgress(&b, &p)
	d.out.Write(b.Bytes())
}

func (d *drawnProgress) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drawn {
		d.layout.WriteProgress(d.out, nil)
	}
	d.over, d.drawn = true, false
}
