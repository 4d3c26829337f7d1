package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

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

// completions have the shell call sightglass with the line in compLine, and with the word at its end as
// the second argument. Files are left to the shells, which quote their names.
var completions = map[string]string{
	"bash": "complete -o default -C sightglass sightglass\n",
	"zsh": `_sightglass() {
    local -a found
    found=( ${(f)"$(COMP_LINE="${words[1,CURRENT-1]} $PREFIX" sightglass sightglass "$PREFIX")"} )
    compadd -a found && return
    compset -P '*[=@]'
    _files
}
compdef _sightglass sightglass
`,
	"fish": `function __sightglass
    set -lx COMP_LINE (commandline -cp)
    sightglass sightglass (commandline -ct)
end
complete -c sightglass -a '(__sightglass)'
`,
}

func (c *completion) Run() error {
	_, err := fmt.Print(completions[c.Shell])
	return err
}

// compLine and compPoint are the environment variables by which a shell asks: the line, and how many of
// its bytes stand before the cursor.
const (
	compLine  = "COMP_LINE"
	compPoint = "COMP_POINT"
)

// answerShell answers a shell that asks how a line may go on, and ends the process then.
func answerShell(parser *kong.Kong) error {
	line := os.Getenv(compLine)
	if line == "" {
		return nil
	}
	root := proposals(parser.Model.Node)
	root.GlobalFlags, root.Flags = root.Flags, nil
	root.Args = complete.PredictFunc(targets) // of the prompt, which needs no command
	var all strings.Builder
	c := complete.New(parser.Model.Name, root)
	c.Out = &all
	c.Complete()
	if n, err := strconv.Atoi(os.Getenv(compPoint)); err == nil && n >= 0 && n < len(line) {
		line = line[:n]
	}
	last := line[strings.LastIndexFunc(line, unicode.IsSpace)+1:]
	last = last[strings.LastIndexByte(last, '=')+1:] // as package complete has it
	word := last
	if len(os.Args) > 2 {
		word = os.Args[2]
	}
	io.WriteString(os.Stdout, endings(all.String(), last, word))
	os.Exit(0)
	return nil
}

// endings returns proposals for last, a line each, as proposals for what the shell replaces, which is
// word. bash takes shop@w for two words, and zsh --targets=sh for one.
func endings(all, last, word string) string {
	var b strings.Builder
	for line := range strings.Lines(all) {
		switch {
		case strings.HasSuffix(word, last):
			b.WriteString(strings.TrimSuffix(word, last) + line)
		case strings.HasSuffix(last, word):
			b.WriteString(strings.TrimPrefix(line, strings.TrimSuffix(last, word)))
		}
	}
	return b.String()
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
		case f.Name == "targets":
			values = complete.PredictFunc(targetsOfList)
		}
		c.Flags["--"+f.Name] = values
		if f.Short != 0 {
			c.Flags["-"+string(f.Short)] = values
		}
	}
	if len(node.Positional) > 0 {
		switch first := node.Positional[0]; {
		case first.Name == "target":
			c.Args = complete.PredictFunc(func(a complete.Args) []string {
				if hasPositional(node.Flags, a.Completed) {
					return nil // an expression is next
				}
				return targets(a)
			})
		case first.Enum != "":
			c.Args = complete.PredictSet(first.EnumSlice()...)
		}
	}
	return c
}

// hasPositional reports whether one of words is neither a flag nor the value of one.
func hasPositional(flags []*kong.Flag, words []string) bool {
	valued := false
	for _, word := range words {
		switch {
		case valued:
			valued = false
		case strings.HasPrefix(word, "-"):
			valued = slices.ContainsFunc(flags, func(f *kong.Flag) bool { return word == "--"+f.Name && !f.IsBool() })
		default:
			return true
		}
	}
	return false
}

// targets returns the names and pids of list. bash and zsh insert what they are told as it is, so a name
// that they would interpret is left out: it could run a command. Its pid stands for it.
func targets(complete.Args) (all []string) {
	processes, err := telnet.Processes()
	if err != nil {
		return nil // a shell shows no errors
	}
	for _, p := range processes {
		if isPlain(p.Name) {
			all = append(all, p.Name)
		}
		all = append(all, strconv.Itoa(p.PID))
	}
	return all
}

// targetsOfList returns targets behind the last comma of a list.
func targetsOfList(a complete.Args) (all []string) {
	before := a.Last[:strings.LastIndexByte(a.Last, ',')+1]
	for _, target := range targets(a) {
		all = append(all, before+target)
	}
	return all
}

// isPlain reports whether a word means itself in each shell, and is no flag.
func isPlain(word string) bool {
	return word != "" && word[0] != '-' && !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-./@+", r)
	})
}
