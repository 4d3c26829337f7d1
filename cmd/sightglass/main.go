// Command sightglass looks into running Go processes: without a command it opens
// a prompt; eval asks a question, for scripts; list shows those of this user; vars writes a file that
// exposes a package's variables; demo runs a live application to look at. docs/client.md is its manual.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// commands are the subcommands, a file each.
type commands struct {
	Quiet bool `short:"q" help:"Say nothing on standard error but errors."`

	Look    look     `cmd:"" default:"withargs" help:"Open a prompt on a process. It is what sightglass does without a command."`
	Eval    evaluate `cmd:"" help:"Ask a process a question, and print the answer."`
	List    list     `cmd:"" help:"List this user's processes that have a window."`
	Demo    demo     `cmd:"" help:"Run a live application, a web shop under load, and open a prompt on it."`
	Vars    vars     `cmd:"" help:"Write a Go file that exposes the variables of a package, for go:generate."`
	Version version  `cmd:"" help:"Print the version."`
}

func main() { os.Exit(run(os.Args[1:])) }

// run runs a command line and returns the exit code.
func run(args []string) int {
	cli, exited := new(commands), -1
	parser := kong.Must(cli,
		kong.Name("sightglass"),
		kong.Description("A window into a running Go process."),
		kong.Exit(func(code int) { exited = max(exited, code) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Bind(streams{os.Stdin, os.Stdout, os.Stderr}),
	)
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
		err = usageError{err}
	}
	if code := exitCode(err); code != exitOK {
		if said := errorText(err); said != "" {
			fmt.Fprintln(os.Stderr, "sightglass: "+said)
		}
		return code
	}
	return exitOK
}

// streams are where a command reads and writes.
type streams struct {
	in       *os.File
	out, err io.Writer
}

// version is the command that prints the version.
type version struct{}

func (version) Help() string { return examples("sightglass version") }

func (version) Run() error {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	_, err := fmt.Printf("sightglass %s, %s %s/%s\n", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// examples returns the part of a command's help that shows how it is called.
func examples(lines ...string) string {
	return "Examples:\n\n  " + strings.Join(lines, "\n  ")
}
