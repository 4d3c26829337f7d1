// Command sightglass looks into running Go processes: without a command it opens
// a prompt; eval asks a question, for scripts; list shows those of this user; vars writes a file that
// exposes a package's variables; demo runs a live application to look at. docs/client.md is its manual.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"github.com/sightglass-go/sightglass/client"
)

func main() {
	args := os.Args[1:]
	if len(args) == 1 && args[0] == "--version" { // as other programs have it
		args[0] = "version"
	}
	os.Exit(client.Main(args,
		kong.DynamicCommand("demo", "Run a live application, a web shop under load, and open a prompt on it.", "", &demo{}),
		kong.DynamicCommand("vars", "Write a Go file that exposes the variables of a package, for go:generate.", "", &vars{}),
		kong.DynamicCommand("completion", "Print what has your shell complete commands, flags and targets.", "", &completion{}),
		kong.DynamicCommand("man", "Print the manual page, for man.", "", &manual{}),
		kong.DynamicCommand("version", "Print the version.", "", &version{}),
		kong.PostBuild(answerShell),
	))
}

// failure is an error with the exit code for it.
type failure struct {
	error
	code int
}

// The exit codes of the commands that connect to nothing, as docs/client.md has them.
const (
	exitError = 1
	exitUsage = 2
)

func (f failure) Unwrap() error { return f.error }
func (f failure) ExitCode() int { return f.code }

// version is the command that prints the version.
type version struct{}

func (version) Help() string { return "Examples:\n\n  sightglass version" }

func (version) Run() error {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	_, err := fmt.Printf("sightglass %s, %s %s/%s\n", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
