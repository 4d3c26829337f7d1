// Package watch evaluates an expression again and again and shows what changes between the answers:
// for numbers the difference, the rate and a sparkline; for structures the leaves that changed; for
// lists and maps the elements that came and went.
//
// A watch keeps the current sample and the one before as plain data. Between two samples it holds
// nothing of the application. A Host connects it to the session that it runs in.
package watch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// share bounds the time that a watch evaluates to 1/share of all time. A slow expression is
// evaluated less often than was asked for.
const share = 10

// Watch says what to watch, and how.
type Watch struct {
	Source    string        // the expression
	Every     time.Duration // from the start of one sample to that of the next
	Condition string        // an expression that ends the watch once it is true; "" for none
	Changes   bool          // write only the samples that differ from the one before, a line each
}

// Host is the session that a watch runs in.
type Host interface {
	Eval(context.Context, eval.Query) (eval.Result, error)
	Write(p []byte) (int, error)
	// Screen returns what to lay out the next sample for.
	Screen() Screen
	// Paused reports whether the user has paused the watch.
	Paused() bool
	// Woken returns a channel in which there is something once the screen has another size or the
	// watch was paused or resumed.
	Woken() <-chan struct{}
	Clock
}

// Screen is what a sample is laid out for.
type Screen struct {
	Width, Height int  // in cells, for samples drawn over each other
	Line          int  // in columns, for samples on a line each
	Wider         int  // the width to advise if a line is cut
	Echoed        bool // the session draws on the screen, so a sample can be drawn over
	Color         bool // the terminal shows colors
	JSON          bool // each sample is a JSON object on a line, of at most MaxJSON bytes
	MaxJSON       int
	Ends          string // how the user ends a watch
}

// ErrEnded is the error of a watch whose context ended.
var ErrEnded = errors.New("the watch was ended")

// Mistake is an error in the expression or the condition.
type Mistake struct{ Err error }

func (m *Mistake) Error() string { return m.Err.Error() }
func (m *Mistake) Unwrap() error { return m.Err }

// run is a running watch.
type run struct {
	Watch
	host    Host
	inPlace bool // each sample is drawn over the one before
	began   time.Time

	samples int           // evaluated so far
	slowed  time.Duration // the interval if it is longer than Every; else 0
	last    *sample       // the sample before; nil for the first
	shown   *sample       // the sample on the screen, which follows last
	paused  bool          // no sample is taken
	series  seriesSet     // what is known of each leaf, up to the current sample
	json    string        // the value that was written last, where samples are JSON
	drawn   []int         // the widths of the rows on the screen that the next sample is drawn over
}

// Run runs w until its condition is true, ctx ends or enough is closed, and returns the number of
// samples. The error is nil if the condition or enough ended the watch, ErrEnded if ctx did, a
// *Mistake, or that of the host's Write. A watch takes at least one sample.
func (w Watch) Run(ctx context.Context, host Host, enough <-chan struct{}) (samples int, err error) {
	r := &run{Watch: w, host: host, began: host.Now()}
	r.inPlace = host.Screen().Echoed && !host.Screen().JSON && !w.Changes
	for {
		at := host.Now()
		done, err := r.sample(ctx, at)
		if err != nil || done {
			return r.samples, err
		}
		pause := max(r.Every, share*host.Now().Sub(at))
		r.slowed = 0
		if pause > r.Every {
			r.slowed = pause
		}
		if done, err := r.rest(ctx, at.Add(pause), enough); err != nil || done {
			return r.samples, err
		}
	}
}

// rest waits until it is time for the next sample, and as long as the watch is paused. Meanwhile it
// draws the sample again for a screen of another size. done reports whether enough is closed.
func (w *run) rest(ctx context.Context, until time.Time, enough <-chan struct{}) (done bool, err error) {
	for {
		left := until.Sub(w.host.Now())
		if w.paused {
			left = math.MaxInt64
		}
		w.host.Wait(left, enough, w.host.Woken())
		select {
		case <-enough:
			if ctx.Err() != nil {
				return true, ErrEnded
			}
			return true, nil
		default:
		}
		if left = until.Sub(w.host.Now()); left <= 0 && !w.paused && !w.host.Paused() {
			return false, nil
		}
		if err := w.again(ctx); err != nil {
			return true, err
		}
		if !w.paused && until.Sub(w.host.Now()) <= 0 {
			return false, nil
		}
	}
}

// sample takes one sample and shows it. done reports whether the condition is true. An error of the
// first sample ends the watch. A later one, such as a lock that cannot be had, is shown as a
// sample.
func (w *run) sample(ctx context.Context, at time.Time) (done bool, err error) {
	r, err := w.host.Eval(ctx, eval.Query{Source: w.Source, Mode: eval.Sample})
	if ctx.Err() != nil {
		return false, ErrEnded
	}
	if err != nil && w.samples == 0 {
		return false, &Mistake{err}
	}
	now := &sample{at: at, node: r.Node, value: r.Value(), page: r.Page, err: err, notes: r.Notes}
	if err == nil && w.Condition != "" {
		if done, err = w.holds(ctx); err != nil {
			return false, err
		}
	}
	w.samples++
	w.last, w.shown = w.shown, now
	w.series.add(now, w.last)
	return done, w.show(ctx, now, done)
}

// holds evaluates the condition.
func (w *run) holds(ctx context.Context) (bool, error) {
	r, err := w.host.Eval(ctx, eval.Query{Source: w.Condition, Mode: eval.Condition})
	if ctx.Err() != nil {
		return false, ErrEnded
	}
	if err != nil {
		return false, &Mistake{err}
	}
	holds, ok := r.Node.Scalar.(bool)
	if !ok {
		return false, &Mistake{fmt.Errorf("the condition %s is %s, not true or false; compare it: until %s > 0", w.Condition, r.Node.Line(40), w.Condition)}
	}
	return holds, nil
}

// header tells how often a sample is taken, and how to end the watch.
func (w *run) header(at time.Time) string {
	every := fmt.Sprintf("every %v", w.Every)
	if w.slowed > 0 {
		every += fmt.Sprintf(", slowed to %v as it takes long", w.slowed.Round(time.Millisecond))
	}
	if w.samples > 1 {
		every += fmt.Sprintf(", %s samples in %s", text.Thousands(w.samples), text.Duration(at.Sub(w.began), 2))
	}
	if w.paused {
		return "paused; p goes on, " + w.host.Screen().Ends
	}
	return every + "; " + w.host.Screen().Ends
}
