package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/peterh/liner"
	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
	"golang.org/x/term"
)

// prompt is a session at the local terminal. It is the session that telnet
// serves, but liner edits the lines.
type prompt struct {
	lines   *liner.State
	session *console.Session
}

// newPrompt takes the terminal over; Close gives it back.
func newPrompt(reg *registry.Registry) *prompt {
	before, err := liner.TerminalMode()
	p := &prompt{
		lines:   liner.NewLiner(),
		session: console.New(eval.NewSession(reg, eval.Limits{}), os.Stdout, eval.Limits{}),
	}
	if err == nil {
		lend(before, p.session.Away)
	}
	// Between two evaluations, too, Ctrl-C is not to end the demo.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	p.lines.SetCtrlCAborts(true)
	p.lines.SetMultiLineMode(true)
	p.lines.SetTabCompletionStyle(liner.TabPrints)
	p.lines.SetWordCompleter(p.complete)
	p.session.SetEchoed(true)
	p.session.SetColor(os.Getenv("NO_COLOR") == "" && liner.TerminalSupported())
	return p
}

// Close gives the terminal back as it was. It may be called while run waits for a line.
func (p *prompt) Close() error { return p.lines.Close() }

// run answers lines until the user leaves or ctx ends.
func (p *prompt) run(ctx context.Context) {
	fmt.Println(console.Banner())
	for ctx.Err() == nil {
		line, err := p.read()
		if errors.Is(err, liner.ErrPromptAborted) {
			continue
		}
		if err != nil {
			fmt.Println() // the shell's prompt is not to stand behind this one
			return
		}
		if errors.Is(p.answer(ctx, line), console.ErrQuit) {
			return
		}
	}
}

// read reads one line, or several where the first ones ask for more; an empty one ends them.
func (p *prompt) read() (string, error) {
	line, err := p.lines.Prompt("> ")
	for err == nil && p.session.Incomplete(line) && !strings.HasSuffix(line, "\n") {
		var more string
		more, err = p.lines.Prompt(". ")
		line += "\n" + more
	}
	if err == nil && strings.TrimSpace(line) != "" {
		p.lines.AppendHistory(strings.ReplaceAll(line, "\n", " "))
	}
	return line, err
}

// answer answers one line; Ctrl-C ends it.
func (p *prompt) answer(ctx context.Context, line string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	if width, height, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		p.session.SetWidth(width)
		p.session.SetHeight(height)
	}
	return p.session.Do(ctx, line)
}

// complete is liner's way to ask what could stand at rune pos of line.
func (p *prompt) complete(line string, pos int) (head string, proposals []string, tail string) {
	at := len(string([]rune(line)[:pos]))
	found := p.session.Complete(context.Background(), line, at)
	if len(found) == 0 {
		return line[:at], nil, line[at:]
	}
	start := found[0].Start
	for _, c := range found {
		if c.Start == start {
			proposals = append(proposals, c.Text)
		}
	}
	return line[:start], proposals, line[at:]
}
