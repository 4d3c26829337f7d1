package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/alecthomas/kong"
	"github.com/posener/complete"

	"github.com/sightglass-go/sightglass/telnet"
)

// completion is the command that prints what has a shell complete the others.
type completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (completion) Help() string {
	return "Examples:\n\n  source <(sightglass completion bash)    # in ~/.bashrc\n  source <(sightglass completion zsh)     # in ~/.zshrc, below compinit\n  sightglass completion fish > ~/.config/fish/completions/sightglass.fish"
}

// completions have the shell call sightglass with the line in compLine.
var completions = map[string]string{
	"bash": "complete -o default -C sightglass sightglass\n",
	"zsh":  "autoload -U +X bashcompinit && bashcompinit\ncomplete -o default -C sightglass sightglass\n",
	"fish": "function __sightglass\n    set -lx COMP_LINE (commandline -cp)\n    sightglass\nend\ncomplete -c sightglass -a '(__sightglass)'\n",
}

func (c *completion) Run() error {
	_, err := fmt.Print(completions[c.Shell])
	return err
}

// compLine is the environment variable by which a shell asks.
const compLine = "COMP_LINE"

// answerShell answers a shell that asks how a line may go on, and ends the process then.
func answerShell(parser *kong.Kong) error {
	if os.Getenv(compLine) == "" {
		return nil
	}
	root := proposals(parser.Model.Node)
	root.GlobalFlags, root.Flags = root.Flags, nil
	root.Args = complete.PredictFunc(targets) // of the prompt, which needs no command
	complete.New(parser.Model.Name, root).Complete()
	os.Exit(0)
	return nil
}

// proposals returns what may stand behind a command.
func proposals(node *kong.Node) complete.Command {
	c := complete.Command{Sub: complete.Commands{}, Flags: complete.Flags{}}
	for _, child := range node.Children {
		c.Sub[child.Name] = proposals(child)
	}
	for _, f := range node.Flags {
		var values complete.Predictor = complete.PredictAnything
		switch {
		case f.IsBool():
			values = complete.PredictNothing
		case f.Tag.Type == "existingfile":
			values = complete.PredictFiles("*")
		case f.Name == "targets":
			values = complete.PredictFunc(targets)
		}
		c.Flags["--"+f.Name] = values
		if f.Short != 0 {
			c.Flags["-"+string(f.Short)] = values
		}
	}
	if len(node.Positional) > 0 {
		switch first := node.Positional[0]; {
		case first.Name == "target":
			c.Args = complete.PredictFunc(targets)
		case first.Enum != "":
			c.Args = complete.PredictSet(first.EnumSlice()...)
		default:
			c.Args = complete.PredictFiles("*")
		}
	}
	return c
}

// targets returns the names and pids of list.
func targets(complete.Args) (all []string) {
	processes, err := telnet.Processes()
	if err != nil {
		return nil // a shell shows no errors
	}
	for _, p := range processes {
		all = append(all, p.Name, strconv.Itoa(p.PID))
	}
	return all
}
