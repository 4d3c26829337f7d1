package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// The interval of a watch. Nobody reads more than ten samples a second.
const (
	leastEvery = 100 * time.Millisecond
	mostEvery  = 24 * time.Hour
)

// watch is the command that plots numbers while they change.
type watch struct {
	Target string   `arg:"" help:"host:port, unix:/path, pod/NAME, the pid or the name of a process of list, or . for the only one."`
	Exprs  []string `arg:"" name:"expr" help:"An expression: a number, a struct or map with numbers, or a list of numbers, whose histogram is drawn. @FILE and - as for eval."`

	Every  time.Duration `default:"1s" placeholder:"TIME" help:"From one sample to the next, 100ms at least. It is longer where evaluating takes more than a tenth of that."`
	Rate   bool          `help:"Plot by how much counters grow in a second."`
	Until  string        `placeholder:"EXPR" help:"End once this is true. In it, _ is the value of the last expression."`
	For    time.Duration `placeholder:"TIME" help:"End after this time."`
	Count  int           `placeholder:"N" help:"End after this many samples."`
	Window time.Duration `placeholder:"TIME" help:"Show this much time on the terminal; without it, a column is a sample."`
	Unit   string        `placeholder:"UNIT" help:"What the numbers are, such as requests. bytes are shown in KiB and MiB."`

	CSV  bool   `name:"csv" xor:"format" help:"Print the samples as CSV with a header, as without a terminal."`
	JSON bool   `name:"json" xor:"format" help:"Print each sample as a JSON object, on a line."`
	SVG  string `name:"svg" placeholder:"FILE" help:"Write the picture to this file at the end."`

	connection `embed:""`
}

func (watch) Help() string {
	return examples(
		"sightglass watch shop cache.hits cache.misses --rate",
		"sightglass watch localhost:3000 stats.latency --every 500ms --for 1m --svg latency.svg",
		"sightglass watch shop 'map(cache.items, .hits)'",
		"sightglass watch shop 'len(orders.pending)' --until '_ == 0'",
		"sightglass watch shop go.mem.live --csv > heap.csv",
	) + "\n\nCtrl-C ends it, with the least, mean, greatest and last value of each series. --timeout is for the connection and for each question."
}

// Run samples until the user, a flag or an error ends it.
func (w *watch) Run(std streams, quiet *bool) error {
	switch {
	case w.Every < leastEvery || w.Every > mostEvery:
		return misused("--every %v is not from %v to %v", w.Every, leastEvery, mostEvery)
	case w.For < 0 || w.Count < 0 || w.Window < 0:
		return misused("--for, --count and --window cannot be negative")
	}
	exprs, err := (&evaluate{Exprs: w.Exprs}).sources(std.in)
	if err != nil {
		return err
	}
	if w.SVG != "" { // known now, and not at the end of an hour
		if err := writable(w.SVG); err != nil {
			return failure{err}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dial := func(ctx context.Context) (*telnet.Client, error) {
		ctx, cancel := w.within(ctx)
		defer cancel()
		return w.dial(ctx, w.Target, std)
	}
	c, err := dial(ctx)
	if err != nil {
		return err
	}
	s := newSampler(c, exprs)
	defer func() { s.client.Close() }() // of the last connection
	s.every, s.rate, s.until, s.count, s.unit, s.timeout, s.redial = w.Every, w.Rate, w.Until, w.Count, w.Unit, w.Timeout, dial
	p := newPlot()
	var view watchView
	drawn := !w.CSV && !w.JSON && drawable()
	switch {
	case drawn:
		defer followStops()() // at the prompt shareTerminal does
		view = newWatchScreen(std.out, p, w.Window, "Ctrl-C ends it")
	case w.JSON:
		view = &jsonLines{lineNotes{notes: std.err, quiet: *quiet}, std.out}
	default:
		view = &csvLines{lineNotes{notes: std.err, quiet: *quiet}, std.out, nil}
	}
	s.tell = view.tell
	if w.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.For, errEnough)
		defer cancel()
	}
	err = s.run(ctx, p, view)
	view.end()
	if !drawn && !*quiet && p.samples > 0 {
		io.WriteString(std.err, p.summary())
	}
	if w.SVG != "" && p.samples > 0 {
		var b bytes.Buffer
		p.writeSVG(&b)
		if wrote := writeFile(w.SVG, b.Bytes(), false); err == nil && wrote != nil {
			err = failure{wrote}
		}
	}
	return err
}

// drawable reports whether standard output is a terminal that can be drawn on.
func drawable() bool {
	return term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb"
}

// watchAt plots on the terminal out what args, the arguments of the prompt's watch, ask of c, until
// ctx ends. The error is nil then. It is that of the connection, if that is lost.
func watchAt(ctx context.Context, c *telnet.Client, args string, out io.Writer) error {
	asked, err := console.ParseWatch(args)
	if err != nil {
		return err
	}
	if asked.Changes {
		return errors.New("changes is for telnet, which writes a line for each; leave it out, and each sample is drawn over the last")
	}
	exprs := expressions(asked.Source)
	if slices.Contains(exprs, "") {
		return errors.New("an expression is missing beside a comma: watch cache.hits, cache.misses")
	}
	s := newSampler(c, exprs)
	s.every, s.until = asked.Every, asked.Condition
	p := newPlot()
	view := newWatchScreen(out, p, 0, "Ctrl-C ends it")
	s.tell = view.tell
	err = s.run(ctx, p, view)
	view.end()
	if ctx.Err() != nil && c.Err() == nil {
		return nil
	}
	return err
}

// expressions splits what the prompt's watch is asked at its commas, of which no expression has one
// outside of brackets.
func expressions(source string) (all []string) {
	from := 0
	console.Outside(source, func(i int) {
		if source[i] == ',' {
			all = append(all, strings.TrimSpace(source[from:i]))
			from = i + 1
		}
	})
	return append(all, strings.TrimSpace(source[from:]))
}

// watchView shows the samples of a watch.
type watchView interface {
	show(r row) error
	// tell says what happened between two samples. The text is escaped.
	tell(said string)
	// again returns a channel in which there is something when the view is to be drawn again.
	again() <-chan os.Signal
	redraw()
	end()
}

// errEnough is the cause of a watch's end that is no error: --for has passed.
var errEnough = errors.New("time is up")

// sampler asks the same questions again and again.
type sampler struct {
	client  *telnet.Client
	exprs   []string
	every   time.Duration
	timeout time.Duration // of a question; 0 for none
	until   string
	count   int // how many samples; 0 for no bound
	rate    bool
	unit    string
	redial  func(context.Context) (*telnet.Client, error) // nil if a lost connection is the end
	tell    func(string)

	lists  []bool // of exprs: the value is a list, of which the histogram is asked
	before rates
	said   map[string]string // the last error of each question
	cost   time.Duration     // of the questions of this sample, for the process
	dialed time.Time         // the last time
}

func newSampler(c *telnet.Client, exprs []string) *sampler {
	return &sampler{client: c, exprs: exprs, lists: make([]bool, len(exprs)), said: map[string]string{}}
}

// share bounds the time that the process evaluates to 1/share of all time.
const share = 10

// run samples until the watch ends. The error is nil if ctx ended it after a sample.
func (s *sampler) run(ctx context.Context, p *plot, view watchView) error {
	p.every, p.rate = s.every, s.rate
	for first := true; ; first = false {
		began := time.Now()
		s.cost = 0
		r, err := s.sample(ctx, first)
		if err == nil {
			p.add(r)
			if p.slowed = 0; s.pause() > s.every {
				p.slowed = s.pause()
			}
			if err := view.show(r); err != nil {
				return failure{err}
			}
			var done bool
			if done, err = s.done(ctx, first); err == nil && (done || s.count > 0 && p.samples >= s.count) {
				return nil
			}
		}
		switch {
		case err == nil:
		case ctx.Err() != nil && s.client.Err() == nil:
			return ended(ctx, p)
		case s.client.Err() != nil && s.redial != nil && !first && !errors.Is(err, telnet.ErrDenied):
			p.gap(time.Now())
			if err := s.reconnect(ctx, view); err != nil {
				return err
			}
		default:
			return err
		}
		if !s.rest(ctx, began.Add(s.pause()), view) {
			return ended(ctx, p)
		}
	}
}

// pause returns the time from the beginning of this sample to the next one.
func (s *sampler) pause() time.Duration { return max(s.every, share*s.cost) }

// ended returns the error of a watch that ctx has ended.
func ended(ctx context.Context, p *plot) error {
	if p.samples == 0 && !errors.Is(context.Cause(ctx), errEnough) {
		return ctx.Err()
	}
	return nil
}

// rest waits until the time of the next sample. It reports whether there is to be one.
func (s *sampler) rest(ctx context.Context, until time.Time, view watchView) bool {
	next := time.NewTimer(time.Until(until))
	defer next.Stop()
	for {
		select {
		case <-next.C:
			return ctx.Err() == nil
		case <-view.again():
			view.redraw()
		case <-ctx.Done():
			return false
		case <-s.client.Done(): // the next sample finds out why
			return ctx.Err() == nil
		}
	}
}

// sample asks all questions. An error of the first sample ends the watch, as it is likely a mistake; a
// later one leaves a gap.
func (s *sampler) sample(ctx context.Context, first bool) (row, error) {
	r := row{at: time.Now()}
	for i, expr := range s.exprs {
		a, err := s.ask(ctx, i)
		if err == nil {
			prefix := ""
			if len(s.exprs) > 1 {
				prefix = expr
			}
			var found numbers
			if found, err = readingsOf(prefix, expr, a); errors.Is(err, errList) && !s.lists[i] {
				s.lists[i] = true
				if a, err = s.ask(ctx, i); err == nil {
					found, err = readingsOf(prefix, expr, a)
				}
			}
			if err == nil {
				r.add(found)
				delete(s.said, expr)
				continue
			}
		}
		if ctx.Err() != nil || s.client.Err() != nil || first {
			return r, err
		}
		r.errs = append(r.errs, failing{expr, s.tellOnce(expr, err)})
	}
	for i := range r.readings {
		r.readings[i].setUnit(s.unit)
	}
	if s.rate {
		for _, name := range s.before.differences(&r) {
			s.tell(text.Cut(name, nameWidth) + " went down; it counts as begun anew")
		}
	}
	return r, nil
}

// tellOnce tells an error of a question, unless it was the last one too, and returns what it says.
func (s *sampler) tellOnce(expr string, err error) string {
	said := errorText(err)
	if errors.Is(err, context.DeadlineExceeded) {
		said = fmt.Sprintf("%s did not answer within %v", text.Escape(text.Cut(expr, 40)), s.timeout)
	}
	if s.said[expr] != said {
		s.said[expr] = said
		s.tell(said)
	}
	return said
}

// ask asks a question, within the timeout. No action is run again and again, and the session stays as it
// is: at the prompt, _ is the user's.
func (s *sampler) ask(ctx context.Context, i int) (*telnet.Answer, error) {
	source := s.exprs[i]
	if s.lists[i] {
		source = "hist(" + source + "\n)" // it may end in a comment
	}
	return s.eval(ctx, source, eval.Sample)
}

func (s *sampler) eval(ctx context.Context, source string, mode eval.Mode) (*telnet.Answer, error) {
	ctx, cancel := allow(ctx, s.timeout)
	defer cancel()
	began := time.Now()
	a, err := s.client.Eval(ctx, source, telnet.As(mode))
	took := time.Since(began)
	switch {
	case err == nil:
		s.cost += min(a.Cost.Time, took) // a process cannot evaluate for longer
	case ctx.Err() != nil || s.client.Err() != nil:
		// What hangs or is gone may have cost nothing. It is asked half of the time, to see when it goes on.
		s.cost += 2 * took / share
	default:
		s.cost += took
	}
	if late := lateness(ctx); err != nil && late != nil && !errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("%w: %w", late, err)
	}
	return a, err
}

// done reports whether the condition is true. An error ends the watch in the first sample only, as for
// what is plotted.
func (s *sampler) done(ctx context.Context, first bool) (bool, error) {
	if s.until == "" {
		return false, nil
	}
	a, err := s.eval(ctx, s.until, eval.Condition)
	if err == nil {
		var is bool
		if is, err = s.holds(a); err == nil {
			delete(s.said, s.until)
			return is, nil
		}
	}
	if first || ctx.Err() != nil || s.client.Err() != nil {
		return false, err
	}
	s.tellOnce(s.until, err)
	return false, nil
}

// holds reports whether the answer to the condition is true.
func (s *sampler) holds(a *telnet.Answer) (bool, error) {
	switch string(a.Value) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, failed("%s is of type %s, and --until needs true or false; compare it: %[1]s > 0", s.until, a.Type)
}

// reconnect tries to connect until it does, ctx ends, the server does not let the user in, or the
// command line is wrong now, as when two processes have the target's name.
func (s *sampler) reconnect(ctx context.Context, view watchView) error {
	lost, before := s.client.Err(), s.client.Hello()
	said := errorText(lost)
	s.tell("connecting again: " + said)
	for {
		// A server that accepts connections and closes them is not asked without end either.
		for again := time.NewTimer(redialEvery - time.Since(s.dialed)); ; {
			select {
			case <-again.C:
			case <-view.again():
				view.redraw()
				continue
			case <-ctx.Done():
				again.Stop()
				return lost
			}
			break
		}
		s.dialed = time.Now()
		c, err := s.redial(ctx)
		switch {
		case err == nil:
			s.client.Close()
			s.client, s.before = c, rates{}
			if now := c.Hello(); sameProcess(before, now) {
				s.tell(fmt.Sprintf("connected again to %s, pid %d", now.Name, now.PID))
			} else {
				s.tell(fmt.Sprintf("%s has restarted: pid %d, up %s", now.Name, now.PID, uptime(time.Since(now.Started))))
			}
			return nil
		case ctx.Err() != nil:
			return lost
		case errors.Is(err, telnet.ErrDenied), errors.As(err, new(usageError)):
			return err
		case errorText(err) != said:
			said = errorText(err)
			s.tell("connecting again: " + said)
		}
	}
}
