package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// maxList bounds a list of questions, in bytes.
const maxList = 1 << 20

// save writes the lines of this prompt to a file.
func (p *prompt) save(_ context.Context, args string) error {
	file, err := fileName(args)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	left := 0
	for _, line := range p.typed {
		if !worthKeeping(oneLine(line)) {
			left++
			continue
		}
		fmt.Fprintln(&b, line)
	}
	told, err := (&redirect{file: file}).write(b.Bytes())
	if err == nil && left > 0 {
		told += fmt.Sprintf("; %s with what looks like a secret left out", text.Count(left, "line", "lines"))
	}
	if err == nil {
		fmt.Println(told)
	}
	return err
}

// runList runs the lines of a file, and goes on after errors.
func (p *prompt) runList(ctx context.Context, args string) error {
	file, err := fileName(args)
	if err != nil {
		return err
	}
	if p.unattended {
		return errors.New(`a list runs no other: \run it by itself`)
	}
	source, err := readList(file)
	if err != nil {
		return err
	}
	p.unattended = true
	defer func() { p.unattended = false }()
	for len(source) > 0 && ctx.Err() == nil {
		var line string
		line, source = p.nextOf(source)
		if s := strings.TrimSpace(line); s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		p.echo(line)
		if err := p.doOne(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// readList reads a list of questions.
func readList(file string) (string, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular() || info.Size() > maxList:
		return "", fmt.Errorf("%s is no list of questions: a file of at most %s bytes", file, text.Thousands(maxList))
	}
	b, err := os.ReadFile(file)
	return strings.ReplaceAll(string(b), "\r\n", "\n"), err
}

// questions returns the questions of a line: it has several if they were pasted.
func (p *prompt) questions(line string) (all []string) {
	for rest := line; rest != ""; {
		var one string
		one, rest = p.nextOf(rest)
		if s := strings.TrimSpace(one); s != "" && !strings.HasPrefix(s, "#") {
			all = append(all, one)
		}
	}
	if len(all) < 2 {
		return []string{line}
	}
	return all
}

// echo shows a line as if it were typed.
func (p *prompt) echo(line string) {
	fmt.Println(p.session.Prompt() + strings.ReplaceAll(text.EscapeLines(line), "\n", "\n"+goesOn))
}

// nextOf cuts a line off a list, and what follows while it is incomplete, up to an empty line.
func (p *prompt) nextOf(source string) (line, rest string) {
	line, rest, _ = strings.Cut(source, "\n")
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return line, rest
	}
	for rest != "" && p.incomplete(line) && !strings.HasSuffix(line, "\n") {
		var more string
		more, rest, _ = strings.Cut(rest, "\n")
		line += "\n" + more
	}
	return line, rest
}
