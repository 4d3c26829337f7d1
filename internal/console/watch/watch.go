// Package watch asks a question again and again, and shows what changes between the answers: of
// numbers the difference, the rate and a sparkline, of structures the leaves that moved, of lists
// and maps the elements that came and went.
//
// A watch has a sample at a time and what the one before showed, as plain data; between two samples
// it holds nothing of the application. It speaks to the session that it runs in through a Host.
package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// share bounds the part of the time that a watch evaluates: 1/share. A slow question is asked less
// often than was wanted.
const share = 10

// Watch says what to watch, and how.
type Watch struct {
	Every     time.Duration // from the beginning of one sample to that of the next
	Source    string        // the expression
	Condition string        // ends the watch once it holds; "" for none
	Changes   bool          // show only what differs from the sample before, a line each
}

// Host is the session that a watch runs in.
type Host interface {
	Eval(context.Context, eval.Query) (eval.Result, error)
	Write(p []byte) (int, error)
	// Screen returns what a sample is laid out for. It may change from one sample to the next.
	Screen() Screen
	// Away reports whether somebody else has written on the screen since it was asked last.
	Away() bool
	Clock
}

// Screen is what a sample is laid out for.
type Screen struct {
	Width, Height int    // in cells, where each sample is drawn over the one before
	Line          int    // columns, where each sample is a line
	Wider         int    // columns to advise where a line was cut
	Echoed        bool   // the session draws on the screen, so that a sample can be drawn over
	Color         bool   // the terminal shows colours
	Ends          string // how the user ends a watch
}

// ErrEnded is how a watch ends that its context cut short.
var ErrEnded = errors.New("the watch was ended")

// Mistake is what is wrong with the question or the condition.
type Mistake struct{ Err error }

func (m *Mistake) Error() string { return m.Err.Error() }
func (m *Mistake) Unwrap() error { return m.Err }

// run is a watch that runs.
type run struct {
	Watch
	host    Host
	inPlace bool // each sample is drawn over the one before

	began   time.Time
	samples int           // taken so far, the one under way included once it was evaluated
	slowed  time.Duration // the pause, where it is longer than Every
	last    *sample       // nil before the second sample
	series  seriesSet
	drawn   int // rows on the screen that the next sample takes the place of
}

// Run runs w until its condition holds, ctx ends or enough is closed, and returns the number of
// samples. The error is nil if the watch came to its end, a *Mistake, ErrEnded if ctx ended it, or
// that of the host's Write. A watch takes at least one sample.
func (w Watch) Run(ctx context.Context, host Host, enough <-chan struct{}) (samples int, err error) {
	r := &run{Watch: w, host: host, began: host.Now()}
	r.inPlace = host.Screen().Echoed && !w.Changes
	for {
		at := host.Now()
		done, err := r.ask(ctx, at)
		if err != nil || done {
			return r.samples, err
		}
		pause := max(r.Every, share*host.Now().Sub(at))
		r.slowed = 0
		if pause > r.Every {
			r.slowed = pause
		}
		host.Wait(pause-host.Now().Sub(at), enough)
		select {
		case <-enough:
			if ctx.Err() != nil {
				return r.samples, ErrEnded
			}
			return r.samples, nil
		default:
		}
	}
}

// ask takes one sample and shows it. An error of the first sample ends the watch; that of a later
// one is shown in its place: that a lock cannot be had is worth seeing.
func (w *run) ask(ctx context.Context, at time.Time) (done bool, err error) {
	q := eval.Query{Source: w.Source, Mode: eval.Again}
	if w.samples == 0 {
		q.Mode = eval.First
	}
	r, err := w.host.Eval(ctx, q)
	if ctx.Err() != nil {
		return false, ErrEnded
	}
	if err != nil && w.samples == 0 {
		return false, &Mistake{err}
	}
	now := &sample{at: at, node: r.Node, page: r.Page, err: err, notes: r.Notes}
	if err == nil && w.Condition != "" {
		if done, err = w.holds(ctx); err != nil {
			return false, err
		}
	}
	w.samples++
	w.series.add(now, w.last)
	if err := w.show(ctx, now, done); err != nil {
		return false, err
	}
	w.last = now
	return done, nil
}

// holds evaluates the condition.
func (w *run) holds(ctx context.Context) (bool, error) {
	r, err := w.host.Eval(ctx, eval.Query{Source: w.Condition, Mode: eval.Aside})
	if ctx.Err() != nil {
		return false, ErrEnded
	}
	if err != nil {
		return false, &Mistake{err}
	}
	holds, ok := r.Node.Scalar.(bool)
	if !ok {
		return false, &Mistake{fmt.Errorf("the condition %s is %s, and neither true nor false; compare it: until %s > 0", w.Condition, r.Node.Line(40), w.Condition)}
	}
	return holds, nil
}

// header says what is being watched, and how it ends.
func (w *run) header(at time.Time) string {
	every := fmt.Sprintf("every %v", w.Every)
	if w.slowed > 0 {
		every += fmt.Sprintf(", slowed to %v as it takes long", w.slowed.Round(time.Millisecond))
	}
	if w.samples > 1 {
		every += fmt.Sprintf(", %s samples in %s", text.Thousands(w.samples), text.Duration(at.Sub(w.began), 2))
	}
	return every + "; " + w.host.Screen().Ends
}
