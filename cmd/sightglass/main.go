// Command sightglass shows what sightglass does: its demo subcommand runs a
// live application and opens a window on it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

type commands struct {
	Demo    demo    `cmd:"" help:"Run a live application, a web shop under load, and open a prompt on it."`
	Version version `cmd:"" help:"Print the version and leave."`
}

func main() {
	parser := kong.Must(new(commands),
		kong.Name("sightglass"),
		kong.Description("A window into a running Go process: see the level inside without opening or stopping it."),
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

type version struct{}

func (version) Run() error {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	_, err := fmt.Printf("sightglass %s, %s %s/%s\n", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
