package console

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console/watch"
)

// How often a watch may ask. What is asked more often than ten times a second nobody reads.
const (
	defaultEvery = time.Second
	minEvery     = 100 * time.Millisecond
	maxEvery     = 24 * time.Hour
)

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
func parseWatch(args string) (w watch.Watch, err error) {
	w.Every = defaultEvery
	first, rest, _ := strings.Cut(args, " ")
	if d, err := time.ParseDuration(first); err == nil && strings.TrimLeft(first, "0123456789") != "" {
		if d < minEvery || d > maxEvery {
			return w, complain("%s is not from %v to %v, as often as a watch may ask; watch 1s %s", first, minEvery, maxEvery, strings.TrimSpace(rest))
		}
		w.Every, args = d, strings.TrimSpace(rest)
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
		w.Changes, args = true, strings.TrimSpace(args[:changes])
	}
	if until > 0 {
		w.Condition = strings.TrimSpace(args[until+len("until"):])
		if args = strings.TrimSpace(args[:until]); w.Condition == "" {
			return w, complain("until has no condition; watch %s until _ > 100", args)
		}
	}
	if w.Source = args; w.Source == "" {
		return w, complain("watch what? for example: watch 2s len(orders) until _ > 100")
	}
	return w, nil
}

// operand reports whether source may end an expression, so that what comes next is not part of it.
func operand(source string) bool {
	source = strings.TrimSpace(source)
	return source != "" && !strings.ContainsAny(source[len(source)-1:], "=.|+-*/%<>?:,&!^([{")
}

func runWatch(ctx context.Context, s *Session, _ *answer, args string) (err error) {
	w, err := parseWatch(args)
	if err != nil {
		return err
	}
	samples := 0
	if watcher, ok := s.evaluator.(Watcher); ok {
		end := watcher.Watch(args, w.Every)
		defer func() {
			switch why := (wrong{}); {
			case errors.As(err, &why):
				end(samples, why.error)
			case errors.Is(err, watch.ErrEnded):
				end(samples, nil)
			default:
				end(samples, err)
			}
		}()
	}
	wanted, enough := context.WithCancel(ctx)
	defer enough()
	s.watching(enough)
	defer s.watching(nil)
	samples, err = w.Run(ctx, watchHost{s, s.clock}, wanted.Done())
	if mistake := (*watch.Mistake)(nil); errors.As(err, &mistake) {
		return wrong{mistake.Err}
	}
	return err
}

// watchHost is the session as a watch sees it.
type watchHost struct {
	*Session
	watch.Clock
}

func (h watchHost) Eval(ctx context.Context, q eval.Query) (eval.Result, error) {
	return h.eval(ctx, q)
}
func (h watchHost) Write(p []byte) (int, error) { return h.out.Write(p) }
func (h watchHost) Away() bool                  { return h.wasAway() }

func (h watchHost) Screen() watch.Screen {
	st := h.currentStyle()
	line := st.width.value()
	if !st.echoed && !st.width.fixed {
		line *= 3 // what reads lines and does not say how wide it is folds them, or is a program
	}
	ends := "Ctrl-C ends it"
	switch {
	case st.keyed && st.echoed:
		ends = "any key ends it"
	case st.keyed:
		ends = "an empty line ends it"
	}
	return watch.Screen{
		Width: st.width.value(), Height: st.height, Line: line, Wider: min(2*line, maxWidth),
		Echoed: st.echoed, Color: st.color.value(), Ends: ends,
	}
}
