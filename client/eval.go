package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// The elements of a list, and the bytes of a string, that a program is shown; servers may show less.
const (
	wholeItems = 1_000_000
	wholeBytes = 1 << 20
)

// maxExpression bounds what is read from a file or from standard input, in bytes. Servers take less.
const maxExpression = 16 << 20

// evaluate is the command that asks questions.
type evaluate struct {
	Target string   `arg:"" optional:"" help:"host:port, unix:/path, the pid or the name of a process of list, . for the only one, ssh://HOST/TARGET, or pod/NAME. Absent where flags name many."`
	Exprs  []string `arg:"" optional:"" name:"expr" help:"An expression; @FILE is the one in a file, and - the one on standard input, as is none at all."`

	JSON  bool `name:"json" xor:"format" help:"Print each answer as JSON, on a line."`
	Raw   bool `xor:"format" help:"Print a string without its quotes, and a number; anything else is an error."`
	CSV   bool `name:"csv" xor:"format" help:"Print a list of structs as CSV, with a header."`
	Check bool `xor:"format" help:"Print nothing; exit with 0 if each answer is true, and with 1 if one is false."`
	Depth int  `placeholder:"N" help:"Show values to this depth."`

	among      `embed:""`
	connection `embed:""`
}

func (evaluate) Help() string {
	return examples(
		"sightglass eval localhost:3000 'count(cache.items, .hits > 100)'",
		"sightglass eval shop --csv 'top(cache.items, 10, .hits)' > top.csv",
		"sightglass eval unix:/run/shop.sock --check 'len(orders.pending) < 1000'",
		"sightglass eval ssh://shop1/localhost:3000 'len(orders.pending)'",
		"sightglass eval 4242 --json @question.txt | jq .",
		"sightglass eval --all --diff config",
		"sightglass eval --targets a:3000,b:3000 config --then 'freq(answers, .value?.Name)'",
	) + "\n\nExit codes: 0 answered, by all that were asked, 1 the answer is an error or a condition does not hold, 2 usage, 3 cannot connect, 4 refused, 5 timed out."
}

// Run asks one question after the other, up to the first error, or many targets one question.
func (e *evaluate) Run(std streams, quiet *bool) error {
	switch {
	case e.Parallel < 1:
		return misused("--parallel %d would ask nobody; 1 asks one after the other", e.Parallel)
	case e.many():
		if e.Target != "" {
			e.Exprs = append([]string{e.Target}, e.Exprs...) // the first argument is no target here
		}
	case e.Then != "" || e.Diff:
		return misused("--then and --diff are about the answers of many targets: set --all, --targets, --targets-file, --targets-srv or --pods")
	case e.Target == "":
		return misused("a target is missing; sightglass list shows those of this user, and --all asks them all")
	}
	sources, err := e.sources(std.in)
	if err != nil {
		return err
	}
	// Not before: Ctrl-C ends what waits for standard input, as it does elsewhere.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if e.many() {
		return e.runMany(ctx, sources, std, *quiet)
	}
	ctx, cancel := e.within(ctx)
	defer cancel()
	c, err := e.dial(ctx, e.Target, std)
	if err != nil {
		return err
	}
	defer c.Close()
	out := bufio.NewWriter(std.out)
	for _, source := range sources {
		a, err := e.askOne(ctx, c, source)
		if err == nil {
			if !*quiet {
				for _, note := range a.Notes {
					fmt.Fprintln(std.err, "sightglass: note:", note)
				}
			}
			err = e.print(out, source, a)
		}
		if flushed := out.Flush(); err == nil && flushed != nil {
			err = failure{flushed}
		}
		if err != nil {
			if no := (unmet{}); *quiet && err == error(unmet{source}) {
				return silent{no}
			}
			return err
		}
	}
	return nil
}

// askOne asks c a question. What came after --timeout is late, whoever noticed it first.
func (e *evaluate) askOne(ctx context.Context, c *telnet.Client, source string) (*telnet.Answer, error) {
	a, err := c.Eval(ctx, source, telnet.Within(e.limits()))
	if late := lateness(ctx); err != nil && late != nil && !errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", late, err)
	}
	return a, err
}

// silent is an error of which nothing is told but the exit code.
type silent struct{ unmet }

func (silent) Error() string   { return "" }
func (s silent) Unwrap() error { return s.unmet }

// limits are what a question may take. A program reads all of an answer or an error, so it is not cut
// where a person would look no further.
func (e *evaluate) limits() eval.Limits {
	l := eval.Limits{Show: render.Limit{Depth: e.Depth}}
	if e.Timeout > 0 {
		l.Time = 2 * max(e.Timeout, time.Millisecond) // for who has lost this side; else it gives the question up before
	}
	if e.JSON || e.Raw || e.CSV || e.Then != "" || e.Diff {
		l.Show.Items, l.Show.Bytes = wholeItems, wholeBytes
	}
	if (e.Then != "" || e.Diff) && e.Depth == 0 {
		l.Show.Depth = wholeDepth
	}
	return l
}

func (e *evaluate) print(w io.Writer, source string, a *telnet.Answer) error {
	switch {
	case e.Check:
		return check(source, a)
	case e.JSON:
		return printJSON(w, a)
	case e.Raw:
		return printRaw(w, a)
	case e.CSV:
		return printCSV(w, a)
	}
	_, err := fmt.Fprintln(w, a.Text)
	return err
}

// check returns an error unless the answer is true.
func check(source string, a *telnet.Answer) error {
	switch string(a.Value) {
	case "true":
		return nil
	case "false":
		return unmet{source}
	}
	return failed("%s is of type %s, and --check needs true or false; compare it: %s > 0", source, a.Type, source)
}

// sources returns the expressions to evaluate.
func (e *evaluate) sources(stdin *os.File) ([]string, error) {
	exprs := e.Exprs
	if len(exprs) == 0 {
		if term.IsTerminal(int(stdin.Fd())) {
			return nil, misused("an expression is missing behind the target: sightglass eval . '6 * 7'; - reads one from the terminal")
		}
		exprs = []string{"-"}
	}
	var all []string
	read := false
	for _, expr := range exprs {
		switch name, file := strings.CutPrefix(expr, "@"); {
		case expr == "-" && read:
			return nil, misused("standard input is read once: write - once")
		case expr == "-":
			read = true
			source, err := readExpression(stdin)
			if err != nil {
				return nil, err
			}
			all = append(all, source)
		case file:
			f, err := os.Open(name)
			if err != nil {
				return nil, usageError{err}
			}
			source, err := readExpression(f)
			f.Close()
			if err != nil {
				return nil, err
			}
			all = append(all, source)
		default:
			all = append(all, expr)
		}
	}
	return all, nil
}

func readExpression(f *os.File) (string, error) {
	b, err := io.ReadAll(io.LimitReader(f, maxExpression+1))
	switch source := strings.TrimSpace(string(b)); {
	case err != nil:
		return "", usageError{err}
	case len(b) > maxExpression:
		return "", misused("%s has more than %d bytes, and no expression has", f.Name(), maxExpression)
	case source == "" && f == os.Stdin:
		return "", misused("standard input has no expression; write one behind the target: sightglass eval . '6 * 7'")
	case source == "":
		return "", misused("there is no expression in %s", text.Escape(f.Name()))
	default:
		return source, nil
	}
}
