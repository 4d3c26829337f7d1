// Package client is the command sightglass without its demonstration: it looks into processes that serve
// a window, from a terminal or from scripts. An application that is its own client needs a line:
//
//	if len(os.Args) > 1 && os.Args[1] == "sightglass" {
//		os.Exit(client.Main(os.Args[2:]))
//	}
//
// docs/client.md is the manual of the commands. Unlike the other packages this one reads standard
// input, writes standard output and standard error, and handles signals.
package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/sightglass-go/sightglass/internal/text"
)

// commands are the subcommands, a file each.
type commands struct {
	Quiet bool `short:"q" help:"Say nothing on standard error but errors."`

	Look  look     `cmd:"" default:"withargs" help:"Open a prompt on a process. It is what sightglass does without a command."`
	Eval  evaluate `cmd:"" help:"Ask a process a question, and print the answer."`
	Watch watch    `cmd:"" help:"Plot numbers of a process while they change."`
	List  list     `cmd:"" help:"List this user's processes that have a window."`
}

// Main runs a command line, which begins with the name of the command, and returns the exit code for
// os.Exit: 0, or one that docs/client.md explains. Without arguments it opens a prompt if there is a
// terminal, and prints help if there is none. The options add to the command line, as
// [kong.DynamicCommand] adds a command; its Run gets a *bool, which is true if --quiet is set, and its
// error's ExitCode method, if there is one, says the exit code. A program calls Main once, as the
// last thing it does.
func Main(args []string, options ...kong.Option) int {
	cli, exited := new(commands), -1
	parser := kong.Must(cli, append([]kong.Option{
		kong.Name("sightglass"),
		kong.Description("A window into a running Go process."),
		kong.Exit(func(code int) { exited = max(exited, code) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(standard()),
	}, options...)...)
	for _, c := range parser.Model.Children {
		cli.Look.others = append(cli.Look.others, c.Name)
	}
	if len(args) == 0 && !interactive() || len(args) > 0 && args[0] == "help" {
		args = append(args[min(1, len(args)):], "--help")
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // help was asked for, and is all
		return exited
	}
	if err == nil {
		err = command.Run(&cli.Quiet)
	} else {
		err = usageError{cli.Look.misread(args, hinted(err, args))}
	}
	if code := exitCode(err); code != exitOK {
		if said := errorText(err); said != "" {
			if u := (unreached{}); errors.As(err, &u) {
				said += "; " + u.hint
			}
			fmt.Fprintln(os.Stderr, "sightglass: "+said)
		}
		return code
	}
	return exitOK
}

// hinted returns the error of a command line with what to do, where its own words do not tell: an
// expression was taken for a flag or is missing, or a time has no unit.
func hinted(err error, args []string) error {
	switch said := err.Error(); {
	case strings.HasPrefix(said, `expected "<target>`):
		return errors.New("a target and an expression are missing: sightglass watch . go.mem.live; sightglass list shows the targets")
	case strings.HasPrefix(said, `expected "<expr>`):
		return errors.New("an expression is missing behind the target: sightglass watch . go.mem.live")
	case strings.Contains(said, "missing unit in duration"):
		return fmt.Errorf("%w; as in 1s or 500ms", err)
	}
	for _, arg := range args {
		switch after, ok := strings.CutPrefix(arg, "-"); {
		case arg == "--":
			return err
		case ok && strings.Trim(after, "abcdefghijklmnopqrstuvwxyz-=") != "" && strings.HasPrefix(err.Error(), "unknown flag") && !strings.HasPrefix(after, "-"):
			return fmt.Errorf("%s is no flag; write -- in front of an expression that begins with -", text.Escape(arg))
		}
	}
	return err
}

// streams are where a command reads and writes.
type streams struct {
	in       *os.File
	out, err io.Writer
}

// standard returns the streams of this process.
func standard() streams { return streams{os.Stdin, os.Stdout, os.Stderr} }

// examples returns the part of a command's help that shows how it is called.
func examples(lines ...string) string {
	return "Examples:\n\n  " + strings.Join(lines, "\n  ")
}
