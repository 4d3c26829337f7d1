package client

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

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

// errNoTerminal is the error of a prompt without a terminal.
var errNoTerminal = misused("the prompt needs a terminal; sightglass eval TARGET EXPR asks from a script")

// interactive reports whether a person is at the terminal.
func interactive() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
}

// Run runs the prompt until the user leaves it.
func (l *look) Run(std streams, quiet *bool) error {
	if err := l.mistyped(); err != nil {
		return err
	}
	if !interactive() {
		return errNoTerminal
	}
	target, err := l.chosen(std)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM) // which leaves the terminal as it was
	defer stop()
	return l.open(ctx, target, std, *quiet)
}

// Prompt opens the prompt of sightglass TARGET, with its history, at the terminal, and returns once the
// user leaves it, or with the error of ctx once that ends. The target is what the command takes, such as
// localhost:3000. Any other error is of the connection, which takes at most 30 s. Without a terminal at
// standard input and output it is an error. A process has one prompt at a time.
func Prompt(ctx context.Context, target string) error {
	if !interactive() {
		return errNoTerminal
	}
	return (&look{connection: connection{Timeout: connectWithin}}).open(ctx, target, standard(), false)
}

// open runs the prompt on a target until the user leaves it or ctx ends.
func (l *look) open(ctx context.Context, target string, std streams, quiet bool) error {
	r := &remote{out: std.out, quiet: quiet, noPager: l.NoPager, dial: func(ctx context.Context, alone bool) (*telnet.Client, error) {
		ctx, cancel := l.within(ctx)
		defer cancel()
		c := l.connection
		c.alone = alone
		return c.dial(ctx, target, std)
	}}
	defer r.close()
	connecting, stop := signal.NotifyContext(ctx, os.Interrupt)
	err := r.connect(connecting)
	stop()
	if err != nil {
		return err
	}
	p := newPrompt(r, newHistory())
	defer p.Close()
	r.prompt, l.asking = p, p.asBefore
	r.keep(r.client, false)
	left := make(chan struct{})
	go func() {
		defer close(left)
		p.run(ctx)
	}()
	select {
	case <-left:
		return nil
	case <-ctx.Done():
	}
	p.keys.hangUp()
	select {
	case <-left:
	case <-time.After(leaveWithin):
	}
	return ctx.Err()
}

// leaveWithin is how long what is being done at the prompt has to end when it is ended from outside, such
// as a program of the user's that reads an answer.
const leaveWithin = time.Second

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

// mistyped returns an error if the target is the name of no process, but nearly that of a command.
func (l *look) mistyped() error {
	if near := l.nearCommand(); near != "" {
		if all, err := telnet.Processes(); err != nil || len(matching(all, l.Target)) == 0 {
			return misused("there is neither a command nor a process %s; did you mean %q?", text.Escape(l.Target), near)
		}
	}
	return nil
}

// misread returns what to tell of a command line that was not understood. One that begins with no command
// has a target alone.
func (l *look) misread(args []string, err error) error {
	if len(args) < 2 || strings.HasPrefix(args[0], "-") || slices.Contains(l.others, args[0]) || !strings.HasPrefix(err.Error(), "unexpected argument") {
		return err
	}
	l.Target = args[0]
	if mistyped := l.mistyped(); mistyped != nil {
		return mistyped
	}
	return fmt.Errorf("%w; sightglass eval TARGET EXPR asks a question, and sightglass watch TARGET EXPR plots the answers", err)
}

// nearCommand returns the command that somebody meant who typed the target, or "".
func (l *look) nearCommand() string {
	if l.Target == "" || strings.ContainsAny(l.Target, ":/.") {
		return ""
	}
	return text.Near(l.Target, append([]string{"help"}, l.others...))
}
