// Command sightglass demonstrates sightglass: its demo subcommand runs a live application and opens
// a window into it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// commands are the subcommands.
type commands struct {
	Demo    demo    `cmd:"" help:"Run a live application, a web shop under load, and open a prompt on it."`
	Version version `cmd:"" help:"Print the version."`
}

func main() {
	parser := kong.Must(new(commands),
		kong.Name("sightglass"),
		kong.Description("A window into a running Go process."),
		kong.UsageOnError(),
	)
	args := os.Args[1:]
	if len(args) == 0 || args[0] == "help" {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	parser.FatalIfErrorf(command.Run())
}

// version is the command that prints the version.
type version struct{}

func (version) Run() error {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	_, err := fmt.Printf("sightglass %s, %s %s/%s\n", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
