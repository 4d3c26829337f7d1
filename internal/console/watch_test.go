package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// fakeClock is a clock whose waits take no time.
type fakeClock struct {
	now   time.Time
	waits []time.Duration
}

func (c *fakeClock) Now() time.Time { return c.now }

func (c *fakeClock) Wait(d time.Duration, done, woken <-chan struct{}) {
	select {
	case <-done:
	case <-woken:
	default:
		c.waits = append(c.waits, d)
		c.now = c.now.Add(d)
	}
}

// reel is an evaluator that answers with one frame after the other, the last of which ends the
// watch.
type reel struct {
	s      *Session
	clock  *fakeClock
	takes  time.Duration // an evaluation
	frames map[string][]any
	asked  map[string]int
	how    []string
}

func (r *reel) CompleteContext(context.Context, string, int) []eval.Completion { return nil }

func (r *reel) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	r.clock.now = r.clock.now.Add(r.takes)
	source := strings.TrimSpace(q.Source)
	frames := r.frames[source]
	n := r.asked[source]
	r.asked[source]++
	if n >= len(frames)-1 && !strings.Contains(source, "_") {
		r.s.setAhead(true)
	}
	switch x := frames[min(n, len(frames)-1)].(type) {
	case error:
		return eval.Result{}, x
	case eval.Result:
		return x, nil
	case *render.Node:
		return eval.Result{Node: x}, nil
	case func():
		x()
		return eval.Result{Node: textNode("late")}, ctx.Err()
	default:
		return eval.Result{Node: render.FromPlain(x, render.Limit{Items: 20}, source)}, nil
	}
}

func newReel(out *strings.Builder, limits eval.Limits) *reel {
	r := &reel{clock: &fakeClock{now: time.Date(2026, 11, 23, 14, 3, 1, 0, time.UTC)}, asked: map[string]int{}}
	r.s = New(r, out, limits)
	r.s.clock = r.clock
	r.s.style.keyed = true
	return r
}

func object(fields ...any) *render.Node {
	n := &render.Node{Shape: inspect.Struct, Type: "*shop.Stats"}
	for i := 0; i < len(fields); i += 2 {
		child, ok := fields[i+1].(*render.Node)
		if !ok {
			child = render.FromPlain(fields[i+1], render.Limit{}, "")
		}
		n.Items = append(n.Items, render.Item{Name: fields[i].(string), Node: child})
	}
	return n
}

func rows(n, from, to int) []any {
	var all []any
	for i := from; i < to; i++ {
		all = append(all, map[string]any{"id": i, "state": "open", "n": n})
	}
	return all
}

func films() map[string][]any {
	minute := time.Date(2026, 11, 23, 14, 2, 0, 0, time.UTC)
	stats := func(i int, fields ...any) *render.Node {
		return object(append([]any{"requests", 42_113 + 4012*i, "level", []any{3, 7, 2, 7}[i%4], "name", "corner shop", "took", time.Duration(81+i*i) * time.Microsecond,
			"swept", minute.Add(time.Duration(i) * 50 * time.Millisecond)}, fields...)...)
	}
	many := func(i int) *render.Node {
		var fields []any
		for f := range 40 {
			fields = append(fields, fmt.Sprintf("field%d", f), 7+either(f%10 == 9, i, 0))
		}
		return object(fields...)
	}
	var counter []any
	for i := range 30 {
		counter = append(counter, 42_113+4_000*i+100*(i%7))
	}
	return map[string][]any{
		"stats.requests":  counter,
		"queue":           {3, 7, 7, 2, 0},
		"ratio":           {0.5, 0.25, math.NaN(), 1e300, -1e300, 0.001},
		"big":             {uint64(math.MaxUint64), uint64(0), int64(math.MinInt64)},
		"took":            {81 * time.Microsecond, 2 * time.Second, time.Duration(math.MinInt64), time.Duration(math.MaxInt64)},
		"when":            {minute, minute.Add(time.Second), time.Time{}},
		"status":          {"up", "up", "slow\x1b[2J\nsecond", nil, true},
		"stats":           {stats(0), stats(1), stats(2), stats(2), stats(3, "extra", "new one"), stats(4)},
		"orders.pending":  {rows(0, 1, 4), rows(0, 2, 5), rows(0, 2, 5), rows(1, 2, 4), []any{}},
		"byKey":           {map[string]any{"a": rows(0, 1, 2), "b": rows(0, 2, 3)}, map[string]any{"a": rows(0, 1, 3), "c": rows(0, 2, 3)}, nil},
		"squares":         {[]any{0, 1, 4}, []any{0, 1, 5}, []any{0}},
		"many":            {many(0), many(1), many(2)},
		"locked":          {object("hits", 1), &eval.Error{Code: "guard", Message: "cache.mu was held for all of 100 ms"}, &eval.Error{Code: "guard", Message: "cache.mu was held for all of 100 ms"}, object("hits", 2)},
		"wrong":           {&eval.Error{Code: "unknown_name", Message: "unknown name wrong at 1:1; did you mean stats?", Source: "wrong", Line: 1, Col: 1}},
		"dir()":           {eval.Result{Page: page("cache  *shop.Cache\nqueue  *shop.Queue")}, eval.Result{Page: page("cache  *shop.Cache\nstats  *shop.Stats")}},
		"_ > 6":           {false, true},
		"_ + 1":           {5},
		"secret":          {object("token", &render.Node{Hidden: true}, "n", 1), object("token", &render.Node{Hidden: true}, "n", 2)},
		"a ? b : changes": {1, 2},
	}
}

func page(text string) *render.Page {
	p := &render.Page{}
	p.Text(text, render.PlainRole)
	return p
}

func either[T any](ok bool, a, b T) T {
	if ok {
		return a
	}
	return b
}

// What a person sees of a watch. Of a watch drawn in place, the files have each drawing and the
// escape that goes back. Read the diff when they change.
func TestWatch(t *testing.T) {
	lines := []string{
		"watch stats.requests", "watch 500ms queue", "watch 2s queue until _ > 6", "watch queue changes", "watch queue until _ > 6 changes", "watch ratio", "watch big", "watch took", "watch when",
		"watch status", "watch stats", "watch stats changes", "watch orders.pending", "watch byKey", "watch squares", "watch many", "watch locked", "watch locked changes", "watch secret",
		"watch dir()", "watch wrong", "watch", "watch 5s", "watch 5ms queue", "watch queue until", "watch queue until _ + 1", "watch a ? b : changes", "watch (queue)", "queue; watch queue; queue",
	}
	for _, echoed := range []bool{false, true} {
		var screen strings.Builder
		for _, line := range lines {
			r := newReel(&screen, eval.Limits{})
			r.frames = films()
			r.frames["(queue)"] = r.frames["queue"]
			r.s.SetEchoed(echoed)
			r.s.SetHeight(16)
			screen.WriteString(prompt + line + "\n")
			if err := r.s.Do(context.Background(), line); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			screen.WriteByte('\n')
		}
		golden(t, filepath.Join("testdata", either(echoed, "watch-in-place.txt", "watch-lines.txt")),
			strings.ReplaceAll(screen.String(), "\x1b", "␛"))
	}
}

// No row is wider than the terminal, or the next drawing would not cover it, and there are never
// more rows than the terminal has.
func TestWatchFitsTheScreen(t *testing.T) {
	for _, width := range []int{20, 40, 80, 200} {
		for _, height := range []int{5, 24} {
			for source := range films() {
				if strings.HasPrefix(source, "_") || source == "wrong" {
					continue
				}
				var screen strings.Builder
				r := newReel(&screen, eval.Limits{})
				r.frames = films()
				r.s.SetEchoed(true)
				r.s.SetColor(true)
				r.s.SetWidth(width)
				r.s.SetHeight(height)
				r.s.Do(context.Background(), "watch "+source)
				for _, drawing := range strings.Split(screen.String(), "\r\x1b[J") {
					rows := strings.Split(drawing, "\n")
					if len(rows) > height {
						t.Errorf("%s at %dx%d: %d rows", source, width, height, len(rows))
					}
					for _, row := range rows {
						if n := visibleWidth([]byte(row)); n >= width {
							t.Errorf("%s at %dx%d: %d columns in %q", source, width, height, n, row)
						}
					}
				}
			}
		}
	}
}

func TestWatchSlowsDown(t *testing.T) {
	var screen strings.Builder
	r := newReel(&screen, eval.Limits{})
	r.frames = map[string][]any{"slow": {1, 2, 3}}
	r.takes = 300 * time.Millisecond
	r.s.Do(context.Background(), "watch slow")
	if len(r.clock.waits) != 2 || r.clock.waits[0] != 2700*time.Millisecond {
		t.Errorf("waits of %v between samples of 300 ms, want 2.7s: a tenth of the time", r.clock.waits)
	}
	r.s.SetEchoed(true)
	r.asked["slow"] = 0
	r.s.setAhead(false)
	r.s.Do(context.Background(), "watch slow")
	if !strings.Contains(screen.String(), "slowed to 3s") {
		t.Errorf("a watch that is slowed does not say so:\n%s", screen.String())
	}
	r.takes, r.clock.waits, r.asked["slow"] = 30*time.Millisecond, nil, 0
	r.s.setAhead(false)
	r.s.Do(context.Background(), "watch slow")
	if len(r.clock.waits) != 2 || r.clock.waits[0] != 970*time.Millisecond {
		t.Errorf("waits of %v, want 970ms: every second", r.clock.waits)
	}
}

// A watch keeps the answers from before it, and runs no action.
func TestWatchAsks(t *testing.T) {
	s := &asker{fakeClock: &fakeClock{}}
	session := New(s, &strings.Builder{}, eval.Limits{})
	session.clock = s
	s.session = session
	if err := session.Do(context.Background(), "watch x until _ > 3"); err != nil {
		t.Fatal(err)
	}
	want := "x 1, _ > 3 2, x 1, _ > 3 2, x 1, _ > 3 2"
	if got := strings.Join(s.asked, ", "); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

type asker struct {
	*fakeClock
	session *Session
	asked   []string
}

func (a *asker) CompleteContext(context.Context, string, int) []eval.Completion { return nil }

func (a *asker) Run(_ context.Context, q eval.Query) (eval.Result, error) {
	a.asked = append(a.asked, fmt.Sprintf("%s %d", q.Source, q.Mode))
	return eval.Result{Node: render.FromPlain(len(a.asked) > 5, render.Limit{}, "")}, nil
}

func TestWatchEndsWithItsContext(t *testing.T) {
	for _, line := range []string{"watch x", "watch x; y", "watch x until y"} {
		ctx, cancel := context.WithCancel(context.Background())
		var screen strings.Builder
		r := newReel(&screen, eval.Limits{})
		r.frames = map[string][]any{"x": {1, 2, func() { cancel() }}, "y": {false}}
		if err := r.s.Do(ctx, line); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", line, err)
		}
		if strings.Contains(screen.String(), "late") || strings.Contains(line, ";") && r.asked["y"] > 0 {
			t.Errorf("%s: what came after the end was shown:\n%s", line, screen.String())
		}
	}
}

// A hangup ends a watch.
func TestWatchEndsWithItsPeer(t *testing.T) {
	r := newReel(&strings.Builder{}, eval.Limits{})
	r.frames = map[string][]any{"x": {1, 2, 3, 4, 5, 6, 7, 8, 9}}
	r.s.out = broken{}
	if err := r.s.Do(context.Background(), "watch x"); err == nil || r.asked["x"] != 1 {
		t.Errorf("%v after %d samples", err, r.asked["x"])
	}
}

// stillClock is a clock whose waits last until done is closed.
type stillClock struct{ waiting chan struct{} }

func (c stillClock) Now() time.Time { return time.Time{} }

func (c stillClock) Wait(_ time.Duration, done, woken <-chan struct{}) {
	c.waiting <- struct{}{}
	select {
	case <-done:
	case <-woken:
	}
}

// watching returns a terminal that runs a watch and waits for its next sample.
func watching(t *testing.T, echo bool, line string) (*Terminal, *peer, stillClock) {
	p := newPeer()
	s := New(&fake{}, p, eval.Limits{})
	clock := stillClock{make(chan struct{}, 1)}
	s.clock = clock
	term := Attach(context.Background(), s, p, nil)
	term.SetEcho(echo)
	term.Start()
	p.answer(t)
	term.Feed([]byte(line))
	<-clock.waiting
	return term, p, clock
}

func TestKeysEndAWatch(t *testing.T) {
	for _, tc := range []struct {
		echo  bool
		typed string
		then  string // the line after it
	}{
		{true, "q", ""}, {true, " ", ""}, {true, "\r", ""}, {true, "\x1b[A", ""}, {true, "\x03", ""},
		{true, "next\r", "next"}, {false, "\n", ""}, {false, "\r\n", ""}, {false, "next\n\n", "next"},
	} {
		term, p, _ := watching(t, tc.echo, "watch x"+either(tc.echo, "\r", "\n"))
		term.Feed([]byte(tc.typed))
		got := ""
		if tc.then == "" {
			got = p.answer(t)
		} else {
			got = p.waitFor(t, tc.then+"\n"+prompt)
		}
		if want := "x\n"; !strings.Contains(got, want) || strings.Contains(got, "stopped") {
			t.Errorf("%q: %q lacks %q, or says that output was stopped", tc.typed, got, want)
		}
		term.Feed([]byte("after" + either(tc.echo, "\r", "\n")))
		p.waitFor(t, "after\n")
		term.EOF()
		<-term.Done()
	}
}

// In line mode, what a program sent before the watch began does not end it, and is answered after
// it.
func TestTypedAheadOfAWatch(t *testing.T) {
	term, p, _ := watching(t, false, "watch x\nnext\n")
	p.waitFor(t, "x\n")
	term.Interrupt()
	p.answer(t)
	// In character mode it makes the watch take a single sample.
	p = newPeer()
	s := New(&fake{}, p, eval.Limits{})
	s.clock = &fakeClock{}
	term = Attach(context.Background(), s, p, nil)
	term.SetEcho(true)
	term.Start()
	term.Feed([]byte("watch x\rnext\r"))
	got := p.waitFor(t, "next\n"+prompt)
	if strings.Count(got, "every 1s") != 1 {
		t.Errorf("not one sample but %q", got)
	}
	term.EOF()
	<-term.Done()
}

func TestHangupEndsAWatch(t *testing.T) {
	for _, end := range []func(*Terminal){
		func(term *Terminal) { term.Hangup(errors.New("gone")) },
		func(term *Terminal) { term.Shutdown("the server ends") },
		(*Terminal).Interrupt,
	} {
		term, _, _ := watching(t, true, "watch x\r")
		end(term)
		term.EOF()
		<-term.Done()
	}
}

// Paused, a watch takes no sample until p has it go on; any other key ends it.
func TestPauseOfAWatch(t *testing.T) {
	for _, then := range []string{"p", "q", "\x03"} {
		term, p, clock := watching(t, true, "watch x\r")
		p.waitFor(t, "every 1s; p pauses, any other key ends it\n")
		term.Feed([]byte("p"))
		<-clock.waiting
		p.waitFor(t, "paused; p goes on, any other key ends it\nx  new\n")
		if then == "p" {
			term.Feed([]byte("p"))
			<-clock.waiting
			p.waitFor(t, "every 1s; p pauses, any other key ends it\nx  new\n")
			then = "q"
		}
		term.Feed([]byte(then))
		p.waitFor(t, prompt)
		term.Feed([]byte("p\r")) // now it is a line
		p.waitFor(t, "p\n"+prompt)
		term.EOF()
		<-term.Done()
	}
}

// In line mode p is the next line, and no key of a watch.
func TestNoPauseInLineMode(t *testing.T) {
	term, p, _ := watching(t, false, "watch x\n")
	term.Feed([]byte("p"))
	term.Feed([]byte("\n\n"))
	got := p.waitFor(t, "p\n"+prompt)
	if strings.Contains(got, "paused") {
		t.Errorf("paused: %q", got)
	}
	term.EOF()
	<-term.Done()
}

// pausing is a clock that stands still while the watch is paused, and after some looks at it has
// the watch go on.
type pausing struct {
	*fakeClock
	s     *Session
	waits []time.Duration
}

func (c *pausing) Wait(d time.Duration, done, woken <-chan struct{}) {
	c.waits = append(c.waits, d)
	switch len(c.waits) {
	case 1: // after the first sample
		c.s.pauseWatch()
	case 2: // an hour later
		c.now = c.now.Add(time.Hour)
		c.s.pauseWatch()
	}
	c.fakeClock.Wait(min(d, time.Second), done, woken)
}

// What changed while a watch was paused is told at the rate at which it changed.
func TestRateAfterAPause(t *testing.T) {
	var screen strings.Builder
	r := newReel(&screen, eval.Limits{})
	r.frames = map[string][]any{"x": {0, 3600, 3601}}
	r.s.clock = &pausing{fakeClock: r.clock, s: r.s}
	if err := r.s.Do(context.Background(), "watch x"); err != nil {
		t.Fatal(err)
	}
	const want = `every 1s; an empty line ends it
14:03:01  0
paused; p goes on, an empty line ends it
15:03:01  3,600  +3,600  1/s  value ▁█  0 to 3,600
15:03:02  3,601  +1  1/s  rate ██  1/s
`
	if got := screen.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A watch that was drawn on a screen of another size leaves nothing of that behind.
func TestWatchResized(t *testing.T) {
	long := func(i int) *render.Node {
		return object("a", strings.Repeat("long ", 12+i), "n", 1_000_000*i, "b", strings.Repeat("日本 ", 9), "c", i)
	}
	for _, widths := range [][]int{{80, 30}, {80, 20, 100}, {30, 90}, {100, 44, 21, 80}, {40, 40}} {
		var out strings.Builder
		screen := newVT(t, widths[0])
		r := newReel(&out, eval.Limits{})
		r.s.out = io.MultiWriter(&out, screen)
		r.s.SetEchoed(true)
		r.s.SetWidth(widths[0])
		var frames []any
		for i, width := range widths {
			frames = append(frames, long(2*i), func() {
				screen.resize(width)
				r.s.SetWidth(width)
			}, long(2*i+1))
		}
		r.frames = map[string][]any{"x": append(frames, long(50))}
		if err := r.s.Do(context.Background(), "watch x"); err != nil {
			t.Fatal(err)
		}
		_, last, _ := cutLast(out.String(), "\x1b[J")
		want := newVT(t, widths[len(widths)-1])
		want.Write([]byte(last))
		if got, want := screen.String(), want.String(); got != want {
			t.Errorf("%v: the screen shows\n%s\nwant\n%s", widths, got, want)
		}
	}
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// With set format json each sample is an object on a line, and nothing else is written.
func TestWatchInJSON(t *testing.T) {
	var screen strings.Builder
	for _, echoed := range []bool{false, true} {
		for _, line := range []string{"watch queue until _ > 6", "watch 500ms queue changes", "watch locked", "watch locked changes", "watch status", "watch secret", "watch dir()"} {
			r := newReel(&screen, eval.Limits{})
			r.frames = films()
			r.s.SetEchoed(echoed)
			if err := r.s.Do(context.Background(), "set format json; "+line); err != nil {
				t.Fatal(err)
			}
		}
		const want = `
{"at":"2026-11-23T14:03:01Z","value":3}
{"at":"2026-11-23T14:03:02Z","value":7}
{"at":"2026-11-23T14:03:01Z","value":3}
{"at":"2026-11-23T14:03:01.5Z","value":7}
{"at":"2026-11-23T14:03:02.5Z","value":2}
{"at":"2026-11-23T14:03:03Z","value":0}
{"at":"2026-11-23T14:03:01Z","value":{"hits":1}}
{"at":"2026-11-23T14:03:02Z","error":{"code":"guard","message":"cache.mu was held for all of 100 ms"}}
{"at":"2026-11-23T14:03:03Z","error":{"code":"guard","message":"cache.mu was held for all of 100 ms"}}
{"at":"2026-11-23T14:03:04Z","value":{"hits":2}}
{"at":"2026-11-23T14:03:01Z","value":{"hits":1}}
{"at":"2026-11-23T14:03:02Z","error":{"code":"guard","message":"cache.mu was held for all of 100 ms"}}
{"at":"2026-11-23T14:03:04Z","value":{"hits":2}}
{"at":"2026-11-23T14:03:01Z","value":"up"}
{"at":"2026-11-23T14:03:02Z","value":"up"}
{"at":"2026-11-23T14:03:03Z","value":"slow\u001b[2J\nsecond"}
{"at":"2026-11-23T14:03:04Z","value":null}
{"at":"2026-11-23T14:03:05Z","value":true}
{"at":"2026-11-23T14:03:01Z","value":{"token":{"…":{"redacted":true}},"n":1}}
{"at":"2026-11-23T14:03:02Z","value":{"token":{"…":{"redacted":true}},"n":2}}
{"at":"2026-11-23T14:03:01Z","value":null}
{"at":"2026-11-23T14:03:02Z","value":null}
`
		if got := "\n" + screen.String(); got != want {
			t.Errorf("got%swant%s", got, want)
		}
		screen.Reset()
	}
	r := newReel(&screen, eval.Limits{Output: 40})
	r.frames = map[string][]any{"x": {strings.Repeat("long ", 20)}}
	r.s.Do(context.Background(), "set format json; watch x")
	const want = `{"at":"2026-11-23T14:03:01Z","value":{"…":{"error":"the sample has 102 bytes, and 40 are allowed; watch a part of it"}}}` + "\n"
	if got := screen.String(); got != want {
		t.Errorf("got %s", got)
	}
}
