package client

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// look is the command that opens a prompt.
type look struct {
	Target string `arg:"" optional:"" help:"host:port, unix:/path, the pid or the name of a process of list, ssh://HOST/TARGET, or pod/NAME; without it, the only process, or the one that you choose."`

	NoPager bool `help:"Show long answers at once, as set page off does; without it $$PAGER shows them, or they wait after each screen."`

	connection `embed:""`

	others []string // the commands, this one included
}

func (look) Help() string {
	return examples("sightglass", "sightglass shop", "sightglass localhost:3000", "sightglass ssh://shop1/localhost:3000", "sightglass --user ann --tls shop.example.com:3000")
}

// interactive reports whether a person is at the terminal.
func interactive() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
}

// Run runs the prompt until the user leaves it.
func (l *look) Run(std streams, quiet *bool) error {
	if near := l.nearCommand(); near != "" {
		if all, err := telnet.Processes(); err != nil || len(matching(all, l.Target)) == 0 {
			return misused("there is neither a command nor a process %s; did you mean %q?", l.Target, near)
		}
	}
	if !interactive() {
		return misused("the prompt needs a terminal; sightglass eval TARGET EXPR asks from a script")
	}
	target, err := l.chosen(std)
	if err != nil {
		return err
	}
	r := &remote{target: target, out: std.out, quiet: *quiet, noPager: l.NoPager, dial: func(ctx context.Context, target string) (*telnet.Client, error) {
		ctx, cancel := l.within(ctx)
		defer cancel()
		return l.connection.dial(ctx, target, std)
	}}
	defer r.close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err = r.connect(ctx)
	stop()
	if err != nil {
		return err
	}
	p := newPrompt(r, newHistory())
	defer p.Close()
	r.prompt, l.asking = p, p.asBefore
	p.run(context.Background())
	return nil
}

// chosen returns the target. Without one it is the only process, or the user chooses.
func (l *look) chosen(std streams) (string, error) {
	if l.Target != "" {
		return l.Target, nil
	}
	all, err := telnet.Processes()
	if err != nil || len(all) < 2 {
		return onlyTarget, err
	}
	table := strings.SplitAfter(strings.TrimSuffix(lines(all), "\n"), "\n")
	fmt.Fprint(std.out, "    ", table[0])
	for i, row := range table[1:] {
		fmt.Fprintf(std.out, "%2d  %s", i+1, row)
	}
	fmt.Fprint(std.out, "\nwhich one? ")
	said, err := readLine(std.in)
	if err != nil {
		return "", misused("no process was chosen")
	}
	n, err := strconv.Atoi(strings.TrimSpace(said))
	if err != nil || n < 1 || n > len(all) {
		return "", misused("there is no process number %q; it is one from 1 to %d", said, len(all))
	}
	return all[n-1].Addrs[0], nil
}

// nearCommand returns the command that somebody meant who typed the target, or "".
func (l *look) nearCommand() string {
	if l.Target == "" || strings.ContainsAny(l.Target, ":/.") {
		return ""
	}
	return text.Near(l.Target, append([]string{"help"}, l.others...))
}
