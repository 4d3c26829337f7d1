package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"

	"github.com/peterh/liner"
	"github.com/sightglass-go/sightglass/internal/console"
	"golang.org/x/term"
)

// prompt has liner edit lines at the local terminal, and another process answer them.
type prompt struct {
	session *remote
	past    *history
	before  liner.ModeApplier // the terminal's mode without liner's; nil if there is none
	known   []string          // the lines that Up finds, oldest first
	above   string            // the lines that the one that is edited goes on with; "" if it is the first

	typed      []string // the lines of this prompt but its own, for \save
	last       string   // the newest that was run, for \watch
	unattended bool     // a list runs, or \watch repeats a question
	repeats    bool     // \watch does

	interrupts chan os.Signal // Ctrl-C where nothing else takes it
	alone      func()         // ends the terminal's being shared with a shell

	keys   *keys
	caught *edited // the line that liner was editing when something was to be told

	mu      sync.Mutex // of what follows
	lines   *liner.State
	columns int // of the terminal, as lines took it over
	closed  bool
	words   []string // to be told
}

// edited is a line that is being edited, and the cursor in it, in runes.
type edited struct {
	text string
	at   int
}

// goesOn stands before a line that goes on with the one before.
const goesOn = ". "

// indent is what Tab writes where a line that goes on begins.
const indent = "  "

// newPrompt takes over the terminal, which Close gives back.
func newPrompt(s *remote, past *history) *prompt {
	before, err := liner.TerminalMode()
	p := &prompt{session: s, past: past, known: past.lines(), keys: newKeys(), alone: func() {}, interrupts: make(chan os.Signal, 1)}
	p.keys.tellCut(p.tell)
	p.edit()
	if err == nil {
		p.before = before
		p.alone = shareTerminal(before)
	}
	// Ctrl-C between two evaluations must not end the process either.
	signal.Notify(p.interrupts, os.Interrupt)
	return p
}

// edit begins to edit lines.
func (p *prompt) edit() {
	p.lines, p.columns = p.keys.newLiner(), terminalWidth()
	p.lines.SetCtrlCAborts(true)
	p.lines.SetMultiLineMode(true)
	p.lines.SetTabCompletionStyle(liner.TabPrints)
	p.lines.SetWordCompleter(p.complete)
	for _, line := range p.known {
		p.lines.AppendHistory(line)
	}
}

// forget drops what was typed or pasted ahead. liner may have read it, and has no other way.
func (p *prompt) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.lines.Close()
		p.edit()
	}
}

// colored reports whether answers have colors.
func colored() bool { return os.Getenv("NO_COLOR") == "" && liner.TerminalSupported() }

// ask has the user answer a question at the terminal. The answer is no line of the history.
func (p *prompt) ask(question string) (string, error) {
	return p.line(func() string { return question })
}

// asBefore runs f with the terminal as it was before the prompt.
func (p *prompt) asBefore(f func() error) error {
	editing, err := liner.TerminalMode()
	if err != nil || p.before == nil {
		return f()
	}
	p.before.ApplyMode()
	defer editing.ApplyMode()
	return f()
}

// Close restores the terminal. It may be called while run waits for a line.
func (p *prompt) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	p.keys.hangUp()
	signal.Stop(p.interrupts)
	p.alone()
	return p.lines.Close()
}

// run runs lines until the user leaves or ctx ends.
func (p *prompt) run(ctx context.Context) {
	p.resize()
	if said := p.session.Banner(); said != "" {
		fmt.Println(said)
	}
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

// read reads a line, and goes on while it is incomplete, or another is pasted below it. An empty line
// completes it.
func (p *prompt) read() (string, error) {
	p.resize()
	line, err := p.line(p.session.sign)
	for err == nil && (p.keys.more() || p.incomplete(line) && !strings.HasSuffix(line, "\n")) {
		var more string
		p.above = line + "\n"
		more, err = p.line(func() string { return goesOn })
		p.above = ""
		line += "\n" + more
	}
	return line, err
}

// remember keeps a line for Up, the history and \save.
func (p *prompt) remember(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	kept := oneLine(line)
	p.lines.AppendHistory(kept)
	p.known = append(p.known, kept)
	p.known = p.known[max(0, len(p.known)-liner.HistoryLimit):]
	p.past.add(kept)
	if !isOwn(line) {
		p.typed = append(p.typed, line)
		p.typed = p.typed[max(0, len(p.typed)-liner.HistoryLimit):]
	}
}

// oneLine returns a line as the history has it.
func oneLine(line string) string { return strings.ReplaceAll(line, "\n", " ") }

// incomplete reports whether a line has to go on.
func (p *prompt) incomplete(line string) bool { return !isOwn(line) && p.session.Incomplete(line) }

// do runs a line, or one after the other of several that were pasted. Ctrl-C cancels what runs, and drops
// what was to follow.
func (p *prompt) do(ctx context.Context, line string) (err error) {
	running, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	all := p.questions(line)
	for _, one := range all {
		p.remember(one)
	}
	for i := 0; i < len(all) && err == nil && running.Err() == nil; i++ {
		if len(all) > 1 {
			p.echo(all[i])
		}
		err = p.doOne(running, all[i])
	}
	if running.Err() != nil && ctx.Err() == nil {
		p.forget()
	}
	return err
}

// doOne runs one line, of the session or the prompt's own.
func (p *prompt) doOne(ctx context.Context, line string) error {
	p.resize()
	if isOwn(line) {
		return p.doOwn(ctx, line)
	}
	if strings.TrimSpace(line) != "" {
		p.last = line
	}
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
	if p.keys.recalled() {
		p.caught = &edited{line, pos}
		return line[:at], nil, line[at:]
	}
	if start, own, ok := completeOwn(line, at); ok {
		return line[:start], own, line[at:]
	}
	if p.above != "" && strings.TrimSpace(line[:at]) == "" { // pasted lines are indented by tabs
		return line[:at], []string{indent}, line[at:]
	}
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
	return line[:start], listed(proposals), line[at:]
}

const (
	// mostListed bounds the proposals that are listed. Of more liner asks whether it shall list them, and
	// neither takes Ctrl-C for an answer there nor gives the line back.
	mostListed = 100

	// mostProposed is how many a server proposes: where there are as many, there may be more.
	mostProposed = 300
)

// listed returns proposals for liner to list. The last of many says how many are left out, behind what all
// have in common, which is what liner completes.
func listed(all []string) []string {
	if len(all) <= mostListed {
		return all
	}
	common := all[0]
	for _, s := range all {
		for !strings.HasPrefix(s, common) {
			common = common[:len(common)-1]
		}
	}
	orMore := ""
	if len(all) >= mostProposed {
		orMore = "+"
	}
	left := fmt.Sprintf("%s… %d%s more", strings.ToValidUTF8(common, ""), len(all)-(mostListed-1), orMore)
	return append(all[:mostListed-1:mostListed-1], left)
}
