package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// answers serves the protocol until the test ends. Each question is answered by what answer returns, less
// the version and the id; "" closes the connection.
func answers(t *testing.T, answer func(expr string) string) (dial func(context.Context) (*telnet.Client, error)) {
	t.Helper()
	var mu sync.Mutex // a connection may begin before the last one has ended
	addr := rig.Stranger(t, func(conn net.Conn, asks *bufio.Scanner) {
		fmt.Fprintln(conn, `{"v":1,"ok":true,"type":"session","value":"","text":"hello","hello":{"name":"x","pid":7}}`)
		for asks.Scan() {
			var r struct {
				ID   int
				Eval *string
			}
			if json.Unmarshal(asks.Bytes(), &r) != nil || r.Eval == nil {
				continue
			}
			mu.Lock()
			said := answer(*r.Eval)
			mu.Unlock()
			if said == "" {
				return
			}
			fmt.Fprintf(conn, `{"v":1,"id":%d,%s}`+"\n", r.ID, said)
		}
	})
	return func(ctx context.Context) (*telnet.Client, error) { return telnet.Dial(ctx, addr) }
}

// sampling returns a watch of what dial connects to, and what it has told.
func sampling(t *testing.T, dial func(context.Context) (*telnet.Client, error), exprs ...string) (s *sampler, told *[]string) {
	t.Helper()
	c, err := dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, told = newSampler(c, exprs), new([]string)
	t.Cleanup(func() { s.client.Close() })
	s.every, s.redial = time.Millisecond, dial
	s.tell = func(said string) { *told = append(*told, said) }
	return s, told
}

// unseen is the view of nobody.
type unseen struct{ *lineNotes }

func (unseen) show(row) error { return nil }

// value and erring are an answer and an error.
func value(x string) string { return `"ok":true,"type":"int","value":` + x + `,"text":"x"` }
func erring(code string) string {
	return `"ok":false,"error":{"code":"` + code + `","message":"it is ` + code + `"}`
}

// An error in the first sample ends a watch, of the condition too. Later ones are told once and leave a
// gap: what is not there now may be there next time.
func TestWatchErrors(t *testing.T) {
	said := map[string][]string{
		"x":     {value("1"), erring("busy"), erring("busy"), value("4"), value("5")},
		"until": {value("false"), value("false"), erring("no_key"), value("5"), value("true")},
	}
	asked := map[string]int{}
	dial := answers(t, func(expr string) string {
		asked[expr]++
		return said[expr][asked[expr]-1]
	})
	s, told := sampling(t, dial, "x")
	s.until = "until"
	p := newPlot()
	if err := s.run(t.Context(), p, unseen{}); err != nil {
		t.Fatal(err)
	}
	want := []string{"busy: it is busy", "no_key: it is no_key", "until is of type int, and --until needs true or false; compare it: until > 0"}
	if !slices.Equal(*told, want) {
		t.Errorf("told is %q, want %q", *told, want)
	}
	var got []float64
	for _, at := range p.series[0].points {
		got = append(got, at.x)
	}
	if len(got) != 5 || got[0] != 1 || !math.IsNaN(got[1]) || !math.IsNaN(got[2]) || got[3] != 4 || got[4] != 5 {
		t.Errorf("the samples are %v", got)
	}

	for _, first := range []map[string]string{
		{"x": erring("syntax")}, {"x": value(`"tea"`)}, {"x": value("1"), "until": erring("unknown_name")}, {"x": value("1"), "until": value("5")},
	} {
		s, _ := sampling(t, answers(t, func(expr string) string { return first[expr] }), "x")
		s.until = "until"
		if err := s.run(t.Context(), newPlot(), unseen{}); exitCode(err) != exitError {
			t.Errorf("%v: %v", first, err)
		}
	}
}

// A process rests for nine times as long as it evaluates, whether it answers or fails, for the condition
// too. It cannot claim to have evaluated for longer than it was waited for.
func TestWatchRests(t *testing.T) {
	for _, tc := range []struct {
		says  string
		costs bool
	}{
		{erring("budget"), true},
		{value("1"), false},
		{value("1") + `,"cost":{"ms":1e5}`, true},
		{value("1") + `,"cost":{"ms":1e300}`, true},
		{value("1") + `,"cost":{"ms":-1}`, false},
	} {
		s, _ := sampling(t, answers(t, func(string) string { return tc.says }), "x")
		s.until = "until"
		for name, ask := range map[string]func(){
			"a sample":      func() { s.sample(t.Context(), false) },
			"the condition": func() { s.done(t.Context(), false) },
		} {
			began := time.Now()
			s.every, s.cost = time.Nanosecond, 0
			ask()
			if want := max(s.every, 10*s.cost); s.pause() != want {
				t.Errorf("%s that costs %v is followed by %v, want %v", name, s.cost, s.pause(), want)
			}
			if most := time.Since(began); s.cost > most || (s.cost > 0) != tc.costs {
				t.Errorf("%s that is answered %s costs %v of %v", name, tc.says, s.cost, most)
			}
		}
	}
}

// A server that ends each connection at the first question is asked no more often than twice a second.
func TestWatchReconnectsSlowly(t *testing.T) {
	const connections = 3
	ctx, stop := context.WithCancel(t.Context())
	asked := 0
	s, _ := sampling(t, answers(t, func(string) string {
		if asked++; asked == 1 {
			return value("1")
		}
		if asked == 1+connections {
			stop()
		}
		return ""
	}), "x")
	began := time.Now()
	s.run(ctx, newPlot(), unseen{})
	if took := time.Since(began); took < (connections-2)*redialEvery {
		t.Errorf("%d connections in %v", connections, took)
	}
}

// A command line that has become wrong ends a watch, and is not tried again for ever.
func TestWatchReconnectsInVain(t *testing.T) {
	for _, want := range []error{misused("there are several processes named x"), fmt.Errorf("%w: no", telnet.ErrDenied)} {
		asked := 0
		s, told := sampling(t, answers(t, func(string) string {
			if asked++; asked == 1 {
				return value("1")
			}
			return ""
		}), "x")
		tries := 0
		s.redial = func(context.Context) (*telnet.Client, error) {
			if tries++; tries == 1 {
				return nil, errors.New("refused")
			}
			return nil, want
		}
		if err := s.run(t.Context(), newPlot(), unseen{}); err != want || tries != 2 || !slices.Contains(*told, "connecting again: refused") {
			t.Errorf("%v after %d tries, told %q", err, tries, *told)
		}
	}
}

// A histogram is asked for whatever the expression for its list ends in.
func TestWatchedList(t *testing.T) {
	addr := rig.Serve(t, "tcp", "127.0.0.1:0", registry.New())
	for _, expr := range []string{"[10, 20, 30]", "[10, 20, 30] // tens", "let x = 10; [x, 2*x, 3*x]", "if true {[10, 20, 30]} else {[]}"} {
		s, _ := sampling(t, func(ctx context.Context) (*telnet.Client, error) { return telnet.Dial(ctx, addr.String()) }, expr)
		s.count = 2
		p := newPlot()
		if err := s.run(t.Context(), p, unseen{}); err != nil || len(p.hists) != 1 || !strings.Contains(p.hists[0].text, "min 10") {
			t.Errorf("%s: %v, %v", expr, p.hists, err)
		}
		s.client.Close()
	}
}

// What has no series is told: numbers that are one too many, and those that the process has cut.
func TestNumbersLeftOut(t *testing.T) {
	many := map[string]int{}
	for i := range 100 {
		many[fmt.Sprintf("n%02d", i)] = i
	}
	reg := registry.New()
	reg.Expose("many", &many, registry.Frozen())
	addr := rig.Serve(t, "tcp", "127.0.0.1:0", reg)
	c, err := telnet.Dial(t.Context(), addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	a, err := c.Eval(t.Context(), "many", telnet.Within(eval.Limits{Time: time.Hour}))
	if err != nil {
		t.Fatal(err)
	}
	found, err := readingsOf("", "many", a)
	if err != nil || len(found.readings) != maxSeries || found.more != 100-maxSeries {
		t.Errorf("%d numbers and %d more, %v", len(found.readings), found.more, err)
	}
	var out, notes strings.Builder
	r := row{at: noon}
	r.add(found)
	for _, view := range []watchView{&csvLines{lineNotes{notes: &notes}, &out, nil}, &jsonLines{lineNotes{notes: &notes}, &out}} {
		notes.Reset()
		for range 2 {
			if err := view.show(r); err != nil {
				t.Fatal(err)
			}
		}
		if want := "sightglass: note: 84 more not shown, as a watch has 16 series\n"; notes.String() != want {
			t.Errorf("told is %q, want %q", notes.String(), want)
		}
	}
	for mark, want := range map[string]int{`{"more":3}`: 3, `{"more":-3}`: 0, `{"more":"3"}`: 0, `3`: 0, `{"more":9e18}`: 0, `{"more":9000000000000000000}`: math.MaxInt / 1000} {
		if got := cutOff(json.RawMessage(mark)); got != want {
			t.Errorf("%s: %d, want %d", mark, got, want)
		}
	}
}

// FuzzSamples has a process answer anything: there is a picture and there are lines, within the screen,
// of which a terminal obeys nothing.
func FuzzSamples(f *testing.F) {
	for _, seed := range []string{
		`1`, `-0`, `1e999`, `1e-400`, `123456789012345678901234567890`, `"NaN"`, `"-Inf"`, `null`, `true`, `"5ms"`, `"2026-11-28T12:00:00Z"`, `"292277026596-01-01T00:00:00Z"`,
		`{"a":1,"b":"5ms"}`, `{"a":{"…":{"value":3}},"…":{"more":5}}`, `{"\u001b[2J":1,"\u202e":2,"":3,"\n":4}`, `{"bars":[],"count":3}`, `[]`, `{"…":null}`, `{}`, `"\u009b1A"`,
		`{"a":1,"a":2}`, "{\"\xff\":1}",
	} {
		f.Add(seed, `{"a":2}`, "drawn \x1b[2J\u202e", true)
	}
	f.Fuzz(func(t *testing.T, one, two, drawn string, rate bool) {
		const columns, lines = 60, 20
		p, before := newPlot(), rates{}
		var out bytes.Buffer
		views := []watchView{&csvLines{lineNotes{notes: &out}, &out, nil}, &jsonLines{lineNotes{notes: &out}, &out}}
		for i, said := range []string{one, two, one} {
			a := &telnet.Answer{Value: json.RawMessage(said), Type: "T", Text: drawn}
			if !json.Valid(a.Value) || strings.ContainsAny(said, "\n\r") {
				return // a Client gives no such value
			}
			a.Text = printable(drawn) // as a Client gives it
			r := row{at: noon.Add(time.Duration(i) * time.Second)}
			found, err := readingsOf("x", "x", a)
			if err != nil {
				r.errs = append(r.errs, failing{"x", errorText(err)})
			}
			r.add(found)
			if rate {
				for _, name := range before.differences(&r) {
					fmt.Fprintln(&out, name)
				}
			}
			p.add(r)
			for _, view := range views {
				if err := view.show(r); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(p.series) > maxSeries {
			t.Errorf("%d series", len(p.series))
		}
		if err := p.writeSVG(&out); err != nil {
			t.Error(err)
		}
		drawing := p.draw(columns, lines, 0, false, "")
		if len(drawing) > lines {
			t.Errorf("%d lines on a screen of %d", len(drawing), lines)
		}
		for _, line := range drawing {
			if visible(line) > columns || strings.Contains(line, "\n") {
				t.Errorf("%q is no line of %d columns", line, columns)
			}
			out.WriteString(line + "\n")
		}
		out.WriteString(p.summary())
		if at := strings.IndexFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); at >= 0 {
			t.Errorf("a terminal would act on %q", out.String()[at:])
		}
	})
}

// printable is text as a Client has escaped it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}
