package console

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console/watch"
)

// The interval of a watch. Nobody reads more than ten samples a second.
const (
	defaultEvery = time.Second
	minEvery     = 100 * time.Millisecond
	maxEvery     = 24 * time.Hour
)

var watchDetail = `
It evaluates the expression every second, or at the interval that comes first. For numbers it shows the change, the rate and the last samples; for structures, what changed. It holds nothing of the program between two samples, and samples less often if evaluating takes more than a tenth of the time. until ends it as soon as the condition holds; _ in the condition is the sample, and elsewhere stays what it was. changes has it write only what differs from the sample before. The line of bars has a bar for each sample, from zero up: of the values, or of the rates of a number that only grows. After set format json each sample is a JSON object on a line. p pauses it and has it go on; any other key ends it, or an empty line in line mode.
  watch stats.requests
  watch 5s len(orders.pending) until _ > 50
  watch 200ms cache changes`[1:]

// Watcher is an Evaluator that wants to know of watches.
type Watcher interface {
	// Watch is called before the first sample of a watch, with the arguments of the command. end is
	// called after the last sample, with the error that ended the watch, nil for none.
	Watch(args string, every time.Duration) (end func(samples int, err error))
}

// setWatch records that a watch runs, which enough ends, or with nil that none does.
func (s *Session) setWatch(enough func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = false
	select {
	case <-s.woken: // of a watch before
	default:
	}
	if s.enough = enough; enough != nil && s.ahead {
		enough()
	}
}

// pauseWatch pauses the watch that runs, or has it go on. It reports whether one runs.
func (s *Session) pauseWatch() (watching bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.enough == nil {
		return false
	}
	s.paused = !s.paused
	s.wake()
	return true
}

// wake has the watch that runs look at the screen again.
func (s *Session) wake() {
	select {
	case s.woken <- struct{}{}:
	default: // it has not looked yet
	}
}

// setAhead tells the session whether input is waiting that ends a watch. If so, the watch that runs
// ends, and one that begins takes a single sample. setAhead reports whether a watch runs.
func (s *Session) setAhead(on bool) (watching bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = on
	if on && s.enough != nil {
		s.enough()
	}
	return s.enough != nil
}

// everyOfShell matches an interval in seconds and the rest of the line, as in watch -n 2 x and
// watch 2 x.
var everyOfShell = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:-n *(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)) +(([\pL_$"][\pL\d_$]*).*)$`)
})

// infixWords are the words that may follow a number in an expression, or end a watch.
var infixWords = []string{"in", "not", "and", "or", "contains", "matches", "startsWith", "endsWith", "until", "changes"}

// cutEvery cuts the interval from the beginning of a watch: 5s x, and as the shell's watch has it, 2 x
// and -n 2 x. said is the interval in words, "" if there is none.
func cutEvery(args string) (every time.Duration, said, rest string) {
	if m := everyOfShell().FindStringSubmatch(args); m != nil && !slices.Contains(infixWords, m[4]) {
		args = cmp.Or(m[1], m[2]) + "s " + m[3]
	}
	first, rest, _ := strings.Cut(args, " ")
	if d, err := time.ParseDuration(first); err == nil && strings.TrimLeft(first, "0123456789") != "" {
		return d, first, strings.TrimLeft(rest, " ")
	}
	return 0, "", args
}

// parseWatch parses [every] expression [until condition] [changes].
func ParseWatch(args string) (w watch.Watch, err error) {
	w.Every = defaultEvery
	if every, said, rest := cutEvery(args); said != "" {
		args = strings.TrimSpace(rest)
		if every < minEvery || every > maxEvery {
			return w, complain("%s is not an interval from %v to %v; watch 1s %s", said, minEvery, maxEvery, args)
		}
		w.Every = every
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
	if changes > 0 && strings.TrimSpace(args[changes:]) == "changes" && endsExpression(args[:changes]) {
		w.Changes, args = true, strings.TrimSpace(args[:changes])
	}
	if until > 0 {
		w.Condition = strings.TrimSpace(args[until+len("until"):])
		if args = strings.TrimSpace(args[:until]); w.Condition == "" {
			return w, complain("until needs a condition; watch %s until _ > 100", args)
		}
	}
	if w.Source = args; w.Source == "" {
		return w, complain("watch needs an expression; watch 2s len(orders) until _ > 100")
	}
	return w, nil
}

// completeWatch proposes what may follow the expression of a watch: until and changes, and within the
// condition what any expression may have, with the sample for _. ok is false if before, the text
// before the cursor, ends in no such place.
func (s *Session) completeWatch(ctx context.Context, before string) (proposals []eval.Completion, ok bool) {
	args, ok := strings.CutPrefix(strings.TrimLeft(before, " "), "watch ")
	if !ok {
		return nil, false
	}
	_, _, args = cutEvery(strings.TrimLeft(args, " "))
	condition := -1
	var brackets scanner
	brackets.read(args, func(i int) {
		if condition < 0 && i > 0 && wordAt(args, i, "until") && i+len("until") < len(args) {
			condition = i + len("until")
		}
	})
	if condition < 0 {
		word := args[strings.LastIndexByte(args, ' ')+1:]
		if brackets.open() || !endsExpression(args[:len(args)-len(word)]) {
			return nil, false
		}
		for _, c := range []eval.Completion{
			{Text: "changes", Kind: kindCommand, Detail: "write only what differs from the sample before"},
			{Text: "until ", Kind: kindCommand, Detail: "end the watch once a condition holds"},
		} {
			if c.Start = len(before) - len(word); strings.HasPrefix(c.Text, word) {
				proposals = append(proposals, c)
			}
		}
		return proposals, len(proposals) > 0
	}
	source := strings.TrimSpace(args[:condition-len("until")])
	typed := args[condition:]
	bound := bindSample(typed, source, s.limits.Line)
	if bound == "" && typed != "" {
		return nil, true
	}
	proposals = s.evaluator.CompleteContext(ctx, bound, len(bound))
	for i := range proposals {
		proposals[i].Start += len(before) - len(bound)
	}
	if word := strings.TrimLeft(typed, " "); word == "" || strings.ContainsAny(typed[len(typed)-1:], " (&|!<>=,") {
		proposals = slices.DeleteFunc(proposals, func(c eval.Completion) bool { return c.Text == "_" })
		sample := eval.Completion{Start: len(before), Text: "_", Kind: eval.KindVariable, Detail: "the sample"}
		proposals = slices.Insert(proposals, 0, sample)
	}
	return proposals, true
}

// bindSample returns the condition of a watch with the expression for each _ that something follows;
// it is "" if that has more than most bytes, as a long expression for many _ has.
func bindSample(condition, source string, most int) string {
	var b strings.Builder
	for i := 0; i < len(condition); i++ {
		c := condition[i]
		switch {
		case c == '"' || c == '\'' || c == '`':
			n := quoted(condition[i:])
			if n < 0 {
				n = len(condition) - i - 1
			}
			b.WriteString(condition[i : i+n+1])
			i += n
		case wordAt(condition, i, "_") && i+1 < len(condition):
			b.WriteString("(" + source + ")")
		default:
			b.WriteByte(c)
		}
		if b.Len() > most {
			return ""
		}
	}
	return b.String()
}

// endsExpression reports whether an expression may end with source, so that the next word is not
// part of it.
func endsExpression(source string) bool {
	source = strings.TrimSpace(source)
	return source != "" && !strings.ContainsAny(source[len(source)-1:], operators)
}

func runWatch(ctx context.Context, s *Session, _ *answer, args string) (err error) {
	w, err := ParseWatch(args)
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
	s.setWatch(enough)
	defer s.setWatch(nil)
	samples, err = w.Run(ctx, watchHost{s, s.clock}, wanted.Done())
	if mistake := (*watch.Mistake)(nil); errors.As(err, &mistake) {
		return wrong{mistake.Err}
	}
	return err
}

// watchHost is what a watch needs of its session.
type watchHost struct {
	*Session
	watch.Clock
}

func (h watchHost) Eval(ctx context.Context, q eval.Query) (eval.Result, error) {
	r, err := h.eval(ctx, q)
	return h.tell(r), err
}
func (h watchHost) Write(p []byte) (int, error) { return h.out.Write(p) }
func (h watchHost) Woken() <-chan struct{}      { return h.woken }
func (h watchHost) Paused() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.paused
}

func (h watchHost) Screen() watch.Screen {
	st := h.currentStyle()
	line := st.width.value()
	if !st.echoed && !st.width.fixed {
		line *= 3 // a client in line mode that does not tell its width folds lines, or is a program
	}
	ends := "Ctrl-C ends it"
	switch {
	case st.keyed && st.echoed:
		ends = "p pauses, any other key ends it"
		if h.Paused() {
			ends = "any other key ends it"
		}
	case st.keyed:
		ends = "an empty line ends it"
	}
	return watch.Screen{
		Width: st.width.value(), Height: st.height, Line: line, Wider: min(2*line, maxWidth),
		Echoed: st.echoed, Color: st.color.value(), JSON: st.json, MaxJSON: h.limits.Output, Ends: ends,
	}
}
