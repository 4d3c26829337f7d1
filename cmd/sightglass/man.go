package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// manual is the command that prints the manual page.
type manual struct{}

func (manual) Help() string {
	return "Examples:\n\n  sightglass man | man -l -\n  sightglass man > ~/.local/share/man/man1/sightglass.1"
}

// Run prints a page for man, of all commands.
func (manual) Run(ctx *kong.Context) error {
	_, err := os.Stdout.Write(page(ctx.Model))
	return err
}

// page returns a page in the macros of man(7): the commands with their arguments, flags and examples.
func page(app *kong.Application) []byte {
	var p roff
	fmt.Fprintf(&p, ".TH %s 1\n.SH NAME\n%s \\- %s\n.SH COMMANDS\n", strings.ToUpper(app.Name), app.Name, escaped(app.Help))
	for _, c := range app.Children {
		p.command(c)
	}
	p.WriteString(".SH FLAGS OF ALL COMMANDS\n")
	p.flags(app.Flags)
	return p.Bytes()
}

// roff is a page that is being written.
type roff struct{ bytes.Buffer }

func (p *roff) command(c *kong.Node) {
	fmt.Fprintf(p, ".SS %s\n.B %s\n", escaped(c.Name), escaped(c.Summary()))
	p.text(c.Help)
	for _, arg := range c.Positional {
		fmt.Fprintf(p, ".TP\n.I %s\n%s\n", escaped(arg.Summary()), escaped(arg.Help))
	}
	p.flags(c.Flags)
	p.text(c.Detail)
}

func (p *roff) flags(all []*kong.Flag) {
	for _, f := range all {
		name := "--" + f.Name
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		if !f.IsBool() && !f.IsCounter() {
			name += "=" + cmp.Or(strings.ToUpper(f.PlaceHolder), strings.ToUpper(f.Name))
		}
		fmt.Fprintf(p, ".TP\n.B %s\n%s\n", escaped(name), escaped(f.Help))
	}
}

// text writes paragraphs. Indented lines stay as they are.
func (p *roff) text(s string) {
	p.WriteString(".PP\n")
	example := false
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\n")
		switch indented := strings.HasPrefix(line, "  "); {
		case indented && !example:
			p.WriteString(".EX\n")
			example = true
		case !indented && example:
			p.WriteString(".EE\n")
			example = false
		}
		if line == "" {
			line = ".PP"
		} else {
			line = escaped(line)
		}
		p.WriteString(line + "\n")
	}
	if example {
		p.WriteString(".EE\n")
	}
}

// escaped returns text that is no request: a dot or a quote may begin it, and hyphens can be copied.
func escaped(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
