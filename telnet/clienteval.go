package telnet

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
)

// EvalOption says how a Client evaluates an expression. Within, As, Confirming and Progressing return
// them; nil is none.
type EvalOption func(*evalOptions)

type evalOptions struct {
	limits   *wireLimits
	mode     string
	agree    func(ctx context.Context, call string) bool
	progress func(eval.Progress)
}

// wireLimits is the member limits of a request.
type wireLimits struct {
	MS      float64 `json:"ms,omitempty"`
	Entries int     `json:"entries,omitempty"`
	Bytes   int     `json:"bytes,omitempty"`
	Output  int     `json:"output,omitempty"`
	Nesting int     `json:"nesting,omitempty"`
	Depth   int     `json:"depth,omitempty"`
	Items   int     `json:"items,omitempty"`
	Text    int     `json:"text,omitempty"`
}

// Within sets the limits of an evaluation. Zero fields leave them as they are, and MaxTime, Share and
// Line mean nothing here. Time may exceed the server's up to its MaxTime; other limits can only be
// lowered. Show bounds what is shown of a value, and not what is computed.
func Within(l eval.Limits) EvalOption {
	return func(o *evalOptions) {
		o.limits = &wireLimits{
			MS: float64(l.Time) / float64(time.Millisecond), Entries: l.Entries, Bytes: l.Bytes, Output: l.Output, Nesting: l.Nesting,
			Depth: l.Show.Depth, Items: l.Show.Items, Text: l.Show.Bytes,
		}
	}
}

// As has an expression evaluated for what m says. Without it the expression is one that somebody typed:
// its answer becomes _, and actions may run. A mode that there is not is Typed.
func As(m eval.Mode) EvalOption {
	return func(o *evalOptions) { o.mode = console.ModeWord(m) }
}

// Confirming has each action ask agree before it runs, with the call as it will run; what does not
// print in that is escaped. Without it actions run at once, where the session may act. While agree
// decides, no other request of the Client is sent. The server gives an action up after a minute.
func Confirming(agree func(ctx context.Context, call string) bool) EvalOption {
	return func(o *evalOptions) { o.agree = agree }
}

// Progressing has tell called from time to time with how far the evaluation has come. It is called by
// whatever goroutine reads answers, so it must not block, nor call the Client.
func Progressing(tell func(eval.Progress)) EvalOption {
	return func(o *evalOptions) { o.progress = tell }
}

// Eval evaluates an expression. An *Error says what the server has against it, with its place. If ctx
// ends first the error wraps that of ctx, and is an *Error with what was found until then if the
// server tells that at once.
func (c *Client) Eval(ctx context.Context, expr string, opts ...EvalOption) (*Answer, error) {
	var o evalOptions
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return c.evaluate(ctx, wireRequest{Eval: &expr, Limits: o.limits, Ask: o.agree != nil, Progress: o.progress != nil, Mode: o.mode}, o)
}

// Do runs a line as a person types it: a command of docs/commands.md, whose Answer.Text is what it
// says, or one expression. A command that makes no sense without a person, such as watch, is an
// *Error with the code command.
func (c *Client) Do(ctx context.Context, line string) (*Answer, error) {
	return c.evaluate(ctx, wireRequest{Line: &line}, evalOptions{})
}

func (c *Client) evaluate(ctx context.Context, r wireRequest, o evalOptions) (*Answer, error) {
	var event func(*wireAnswer)
	if o.progress != nil {
		event = func(a *wireAnswer) {
			if a.Event == "progress" && a.Progress != nil {
				o.progress(a.Progress.progress())
			}
		}
	}
	ask := c.ask
	if o.agree != nil {
		if err := c.enter(ctx); err != nil {
			return nil, err
		}
		defer func() { <-c.turn }()
		ask = c.askInTurn
	}
	for {
		a, err := ask(ctx, r, event)
		switch {
		case err != nil:
			return nil, err
		case a.Error == nil:
			return a.answer(), nil
		case a.Error.Code != "confirm" || a.Action == nil || o.agree == nil || !o.agree(ctx, text.Escape(a.Action.Call)):
			return nil, a.Error.error()
		}
		r = wireRequest{Confirm: a.Action.Token}
	}
}

// askInTurn is ask for who has the turn.
func (c *Client) askInTurn(ctx context.Context, r wireRequest, event func(*wireAnswer)) (*wireAnswer, error) {
	k, id, err := c.send(ctx, r, event)
	if err != nil {
		return nil, err
	}
	return c.await(ctx, k, id)
}

// Complete proposes completions of line, a command or an expression, at byte pos. What the
// application has comes first, then the session's variables, then functions.
func (c *Client) Complete(ctx context.Context, line string, pos int) ([]Completion, error) {
	if pos < 0 || pos > len(line) {
		return nil, fmt.Errorf("telnet: complete at byte %d of %d", pos, len(line))
	}
	a, err := c.ask(ctx, wireRequest{Complete: &line, Pos: &pos, Commands: true}, nil)
	switch {
	case err != nil:
		return nil, err
	case a.Error != nil:
		return nil, a.Error.error()
	}
	return a.completions(pos)
}

// Sample is one evaluation of a Watch.
type Sample struct {
	At time.Time // when the answer came
	*Answer
}

// Watch evaluates an expression again and again, each time every after the last began, or at once if
// that took longer; 0 is a second. Samples leave _ and the variables of the session as they are, and run
// no action. Watch yields an error in place of an Answer, and goes on after an *Error: what is not there
// now may be there next time. It ends after any other error, such as that of ctx or of a connection that
// is over.
func (c *Client) Watch(ctx context.Context, expr string, every time.Duration, opts ...EvalOption) iter.Seq2[Sample, error] {
	if every <= 0 {
		every = time.Second
	}
	opts = append([]EvalOption{As(eval.Sample)}, opts...)
	return func(yield func(Sample, error) bool) {
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for {
			a, err := c.Eval(ctx, expr, opts...)
			if err != nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if !yield(Sample{time.Now(), a}, err) || err != nil && !isError(err) {
				return
			}
			select {
			case <-ticks.C:
			case <-ctx.Done():
				yield(Sample{At: time.Now()}, context.Cause(ctx))
				return
			case <-c.done:
				yield(Sample{At: time.Now()}, c.Err())
				return
			}
		}
	}
}

func isError(err error) bool {
	_, ok := err.(*Error)
	return ok
}
