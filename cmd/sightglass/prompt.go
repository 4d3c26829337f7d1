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

// prompt runs a session at the local terminal. It is the session that telnet serves, with liner for
// a line editor.
type prompt struct {
	lines   *liner.State
	session *console.Session
}

// newPrompt takes over the terminal, which Close gives back.
func newPrompt(reg *registry.Registry) *prompt {
	before, err := liner.TerminalMode()
	p := &prompt{
		lines:   liner.NewLiner(),
		session: console.New(eval.NewSession(reg, eval.Limits{}), os.Stdout, eval.Limits{}),
	}
	host, _ := os.Hostname() // without one, the prompt names the program alone
	p.session.SetName(console.Name{Program: name, Host: host})
	if err == nil {
		shareTerminal(before, p.session.Away)
	}
	// Ctrl-C between two evaluations must not end the demo either.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	p.lines.SetCtrlCAborts(true)
	p.lines.SetMultiLineMode(true)
	p.lines.SetTabCompletionStyle(liner.TabPrints)
	p.lines.SetWordCompleter(p.complete)
	p.session.SetEchoed(true)
	p.session.SetColor(os.Getenv("NO_COLOR") == "" && liner.TerminalSupported())
	return p
}

// Close restores the terminal. It may be called while run waits for a line.
func (p *prompt) Close() error { return p.lines.Close() }

// run runs lines until the user leaves or ctx ends.
func (p *prompt) run(ctx context.Context) {
	p.resize()
	fmt.Println(p.session.Banner())
	for ctx.Err() == nil {
		line, err := p.read()
		if errors.Is(err, liner.ErrPromptAborted) {
			continue
		}
		if err != nil {
			fmt.Println() // or the shell's prompt would stand behind this one
			return
		}
		if errors.Is(p.do(ctx, line), console.ErrQuit) {
			return
		}
	}
}

// read reads a line, and goes on while it is incomplete. An empty line completes it.
func (p *prompt) read() (string, error) {
	p.resize()
	line, err := p.lines.Prompt(p.session.Prompt())
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

// do runs one line. Ctrl-C cancels it.
func (p *prompt) do(ctx context.Context, line string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	p.resize()
	return p.session.Do(ctx, line)
}

// resize tells the session the size of the terminal.
func (p *prompt) resize() {
	if width, height, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		p.session.SetWidth(width)
		p.session.SetHeight(height)
	}
}

// complete is liner's WordCompleter: it completes line at rune offset pos.
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
