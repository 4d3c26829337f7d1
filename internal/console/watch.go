package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// How often a watch may ask. What is asked more often than ten times a second nobody reads.
const (
	defaultEvery = time.Second
	minEvery     = 100 * time.Millisecond
	maxEvery     = 24 * time.Hour
)

// share is the part of the time that a watch evaluates at most, as 1 in so many: a slow question
// is asked less often than was wanted.
const share = 10

var watchDetail = `
It asks every second, or as often as a duration says that comes first. Of numbers it shows the change, the rate and the last samples, of structures what changed. Between two samples nothing is held, and a slow question is asked less often: it takes at most a tenth of the time. With until it ends as soon as the condition holds, in which _ is the sample. With changes it writes only what differs from the sample before. Any key ends it, in line mode an empty line.
  watch stats.requests
  watch 5s len(orders.pending) until _ > 50
  watch 200ms cache changes`[1:]

// Watcher is an Evaluator that is told of watches.
type Watcher interface {
	// Watch is called before the first sample of a watch, which is what the command was given in
	// line, and end after the last one, with the error that ended the watch.
	Watch(line string, every time.Duration) (end func(samples int, err error))
}

// watch is one that runs.
type watch struct {
	session   *Session
	every     time.Duration
	source    string
	condition string // "" for none
	changes   bool   // only what differs is shown
	inPlace   bool

	began   time.Time
	samples int
	slowed  time.Duration // the pause, where it is longer than every
	last    *sample
	series  seriesSet
	drawn   int // rows on the screen that the next sample takes the place of
}

// errEnded is how a watch ends that was interrupted: the rest of its line is not run.
var errEnded = errors.New("the watch was ended")

// watching says that a watch has begun, which enough ends; nil: that it is over.
func (s *Session) watching(enough func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.enough = enough; enough != nil && s.ahead {
		enough()
	}
}

// SetAhead says whether something has come in that ends a watch: then one that runs ends, and one
// that begins takes a single sample. It reports whether one runs.
func (s *Session) SetAhead(on bool) (watching bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = on
	if on && s.enough != nil {
		s.enough()
	}
	return s.enough != nil
}

// parseWatch splits [every] expression [until condition] [changes].
func parseWatch(args string) (w watch, err error) {
	w.every = defaultEvery
	first, rest, _ := strings.Cut(args, " ")
	if d, err := time.ParseDuration(first); err == nil && strings.TrimLeft(first, "0123456789") != "" {
		if d < minEvery || d > maxEvery {
			return w, complain("%s is not from %v to %v, as often as a watch may ask; watch 1s %s", first, minEvery, maxEvery, strings.TrimSpace(rest))
		}
		w.every, args = d, strings.TrimSpace(rest)
	}
	until, changes := -1, -1
	scan(args, func(i int) {
		switch {
		case until < 0 && wordAt(args, i, "until"):
			until = i
		case wordAt(args, i, "changes"):
			changes = i
		}
	})
	if changes > 0 && strings.TrimSpace(args[changes:]) == "changes" && operand(args[:changes]) {
		w.changes, args = true, strings.TrimSpace(args[:changes])
	}
	if until > 0 {
		w.condition = strings.TrimSpace(args[until+len("until"):])
		if args = strings.TrimSpace(args[:until]); w.condition == "" {
			return w, complain("until has no condition; watch %s until _ > 100", args)
		}
	}
	if w.source = args; w.source == "" {
		return w, complain("watch what? for example: watch 2s len(orders) until _ > 100")
	}
	return w, nil
}

// operand reports whether source may end an expression, so that what comes next is not part of it.
func operand(source string) bool {
	source = strings.TrimSpace(source)
	return source != "" && !strings.ContainsAny(source[len(source)-1:], "=.|+-*/%<>?:,&!^([{")
}

func runWatch(ctx context.Context, s *Session, a *answer, args string) (err error) {
	w, err := parseWatch(args)
	if err != nil {
		return err
	}
	if watcher, ok := s.evaluator.(Watcher); ok {
		end := watcher.Watch(args, w.every)
		defer func() {
			switch why := (wrong{}); {
			case errors.As(err, &why):
				end(w.samples, why.error)
			case errors.Is(err, errEnded):
				end(w.samples, nil)
			default:
				end(w.samples, err)
			}
		}()
	}
	wanted, enough := context.WithCancel(ctx)
	defer enough()
	s.watching(enough)
	defer s.watching(nil)
	w.session, w.began = s, s.clock.Now()
	w.inPlace = s.currentStyle().echoed && !w.changes
	for {
		at := s.clock.Now()
		done, err := w.ask(ctx, a, at)
		if err != nil || done {
			return err
		}
		pause := max(w.every, share*s.clock.Now().Sub(at))
		w.slowed = 0
		if pause > w.every {
			w.slowed = pause
		}
		s.clock.Wait(pause-s.clock.Now().Sub(at), wanted.Done())
		if wanted.Err() != nil {
			if ctx.Err() != nil {
				return errEnded
			}
			return nil
		}
	}
}

// ask takes one sample and shows it. What is wrong with the first one ends the watch, what is
// with a later one is shown in its place: that a lock cannot be had is worth seeing.
func (w *watch) ask(ctx context.Context, a *answer, at time.Time) (done bool, err error) {
	q := eval.Query{Source: w.source, Mode: eval.Again}
	if w.samples == 0 {
		q.Mode = eval.First
	}
	r, err := w.session.eval(ctx, q)
	if ctx.Err() != nil {
		return false, errEnded
	}
	if err != nil && w.samples == 0 {
		return false, wrong{err}
	}
	now := &sample{at: at, node: r.Node, page: r.Page, err: err, notes: r.Notes}
	if err == nil && w.condition != "" {
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
func (w *watch) holds(ctx context.Context) (bool, error) {
	r, err := w.session.eval(ctx, eval.Query{Source: w.condition, Mode: eval.Aside})
	if ctx.Err() != nil {
		return false, errEnded
	}
	if err != nil {
		return false, wrong{err}
	}
	holds, ok := r.Node.Scalar.(bool)
	if !ok {
		return false, complain("the condition %s is %s, and neither true nor false; compare it: until %s > 0", w.condition, r.Node.Line(40), w.condition)
	}
	return holds, nil
}

// header says what is being watched, and how it ends.
func (w *watch) header(at time.Time) string {
	every := fmt.Sprintf("every %v", w.every)
	if w.slowed > 0 {
		every += fmt.Sprintf(", slowed to %v as it takes long", w.slowed.Round(time.Millisecond))
	}
	ends := "Ctrl-C ends it"
	if st := w.session.currentStyle(); st.keyed && st.echoed {
		ends = "any key ends it"
	} else if st.keyed {
		ends = "an empty line ends it"
	}
	if w.samples > 1 {
		every += fmt.Sprintf(", %s samples in %s", text.Thousands(w.samples), elapsed(at.Sub(w.began)))
	}
	return every + "; " + ends
}

// elapsed writes a time since something, to the second where that is enough.
func elapsed(d time.Duration) string {
	if d >= 10*time.Second {
		return d.Round(time.Second).String()
	}
	return d.Round(100 * time.Millisecond).String()
}
