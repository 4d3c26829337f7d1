package client

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
)

// ownCommand is a row of the table of the commands that the prompt itself runs.
type ownCommand struct {
	name, args, summary string
	file                bool // args is a file
	run                 func(p *prompt, ctx context.Context, args string) error
}

// ownCommands returns the table. It is a function because \? is a row and lists all.
func ownCommands() []ownCommand {
	return []ownCommand{
		{`\watch`, "[SECONDS]", "ask the last question again and again, until Ctrl-C", false, (*prompt).watch},
		{`\save`, "FILE", "write the lines of this prompt to a file, but for secrets", true, (*prompt).save},
		{`\run`, "FILE", "run the lines of a file; # begins a comment", true, (*prompt).runList},
		{`\?`, "", "list these", false, (*prompt).help},
	}
}

func ownNames() (names []string) {
	for _, c := range ownCommands() {
		names = append(names, c.name)
	}
	return names
}

// isOwn reports whether the prompt itself runs a line. No expression begins with a backslash.
func isOwn(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), `\`) }

// parseOwn returns the command of a line.
func parseOwn(line string) (c ownCommand, args string, err error) {
	name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
	for _, c := range ownCommands() {
		if c.name != name {
			continue
		}
		if args = strings.TrimSpace(args); c.args == "" && args != "" {
			return c, "", fmt.Errorf("%s takes nothing", name)
		}
		return c, args, nil
	}
	if near := text.Near(name, ownNames()); near != "" {
		return c, "", fmt.Errorf(`there is no %s; did you mean %s?`, text.Escape(name), near)
	}
	return c, "", fmt.Errorf(`there is no %s; \? lists what there is`, text.Escape(name))
}

// doOwn runs a line of the prompt's own. The error is console.ErrQuit or nil.
func (p *prompt) doOwn(ctx context.Context, line string) error {
	c, args, err := parseOwn(line)
	if err == nil {
		err = c.run(p, ctx, args)
	}
	if err != nil && !errors.Is(err, console.ErrQuit) {
		fmt.Println(text.EscapeLines(err.Error()))
		return nil
	}
	return err
}

// help lists the prompt's own commands.
func (p *prompt) help(context.Context, string) error {
	for _, c := range ownCommands() {
		fmt.Printf("  %-20s %s\n", strings.TrimSpace(c.name+" "+c.args), c.summary)
	}
	fmt.Printf("  %-20s %s\n", "EXPRESSION | PROGRAM", "send the answer to a program: cache | less")
	fmt.Printf("  %-20s %s\n", "EXPRESSION > ./FILE", "write it to a file, >> adds it to one; .json and .csv are written as such")
	fmt.Println("help lists the commands of the session.")
	return nil
}

// completeOwn completes a line of the prompt's own, or the file behind a redirection, up to pos. It
// returns where the proposals begin; ok is false if the line is neither.
func completeOwn(line string, pos int) (start int, proposals []string, ok bool) {
	before := line[:pos]
	start = strings.LastIndexAny(before, " |>") + 1
	if at := redirectAt(line); at >= 0 && at < pos {
		return start, files(before[start:]), true
	}
	if !isOwn(before) {
		return 0, nil, false
	}
	if strings.TrimSpace(before[:start]) == "" {
		for _, name := range ownNames() {
			if strings.HasPrefix(name, before[start:]) {
				proposals = append(proposals, name)
			}
		}
		return start, proposals, true
	}
	if c, _, err := parseOwn(line); err == nil && c.file {
		proposals = files(before[start:])
	}
	return start, proposals, true
}
