package client

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

const (
	// completeWithin is how long Tab waits for proposals.
	completeWithin = 2 * time.Second

	// The widths that a server lays answers out for.
	leastWidth = 20
	mostWidth  = 1000
)

// remote is a session with another process, over a Client.
type remote struct {
	out     io.Writer
	quiet   bool                                                          // without a banner
	noPager bool                                                          // unless it is turned on
	dial    func(ctx context.Context, alone bool) (*telnet.Client, error) // alone: nobody can be asked to log in
	prompt  *prompt                                                       // for questions to the user

	keeper *keeper
	client *telnet.Client
	hello  telnet.Hello
	level  telnet.Level
	width  int  // of the terminal
	told   int  // the width that the server knows
	own    bool // the user has set the width that answers are laid out for
	json   bool // answers are shown as JSON
	height int  // of the terminal; 0 if it is not known
	paging pageMode
	color  string          // as the user has set it: on, off, or auto
	noted  map[string]bool // the standing notes that were told
}

// connect connects for the first time.
func (r *remote) connect(ctx context.Context) error {
	c, err := r.dial(ctx, false)
	if err == nil {
		r.use(c)
	}
	return err
}

// use goes on with a new connection.
func (r *remote) use(c *telnet.Client) {
	if r.client != nil {
		r.client.Close()
	}
	r.client, r.hello, r.level, r.told, r.own, r.json = c, c.Hello(), c.Hello().Level, 0, false, false
	r.set("page", "auto")
	r.set("color", "auto")
	r.noted = map[string]bool{}
}

// close ends the connection, and what would connect again.
func (r *remote) close() {
	if r.keeper != nil {
		r.keeper.end().Close()
	}
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
		Acts: r.level == telnet.Act, Width: r.width, Color: r.colored(),
	}
}

func (r *remote) colored() bool { return r.color == "on" || r.color != "off" && colored() }

// Prompt returns what stands before a line.
func (r *remote) Prompt() string { return r.layout().Prompt() }

// sign is Prompt of the newest connection.
func (r *remote) sign() string {
	r.catchUp()
	return r.Prompt()
}

// SetWidth sets the width of the terminal. The server is told before the next question.
func (r *remote) SetWidth(columns int) { r.width = columns }

// SetHeight sets the height of the terminal: longer answers wait after each screen.
func (r *remote) SetHeight(rows int) { r.height = rows }

// maxNoted bounds the notes that are remembered. Further ones are told again and again.
const maxNoted = 1000

// untold returns the notes of an answer but those that hold for each look and were told before: nobody
// would read any below each answer.
func (r *remote) untold(a *telnet.Answer) (notes []string) {
	for _, note := range a.Notes {
		if slices.Contains(a.Standing, note) {
			if r.noted[note] {
				continue
			}
			if len(r.noted) < maxNoted {
				r.noted[note] = true
			}
		}
		notes = append(notes, note)
	}
	return notes
}

// Complete proposes what the server does, but for what would send an answer elsewhere: where one goes
// is for the user to type.
func (r *remote) Complete(ctx context.Context, line string, pos int) []eval.Completion {
	r.catchUp()
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	found, err := r.client.Complete(ctx, line, pos)
	if err != nil {
		return nil
	}
	above := r.prompt.above
	var all []eval.Completion
	for _, c := range found {
		if c.Kind == "command" && (c.Text == "json" || c.Text == "history") {
			continue // they are for telnet
		}
		if harmless(above+line, above+line[:c.Start]+c.Text+line[pos:]) {
			all = append(all, eval.Completion(c))
		}
	}
	return all
}

// harmless reports whether a line that a server has completed sends its answer to nowhere else than
// the line before did.
func harmless(before, after string) bool {
	return redirectAt(after) == redirectAt(before) && !isOwn(after)
}
