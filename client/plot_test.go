package client

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

var update = flag.Bool("update", false, "draw the pictures of plots again; look at them")

// noon is when the samples of the tests begin.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// sampled returns a plot of samples a second apart. Those of which f returns nil are gaps.
func sampled(n int, f func(i int) []reading) *plot {
	p := newPlot()
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Second)
		if r := f(i); r != nil {
			p.add(row{at: at, readings: r})
		} else {
			p.gap(at)
		}
	}
	return p
}

// wave is a plot with all that there is: two series on an axis, one of another unit, and a gap.
func wave() *plot {
	p := sampled(60, func(i int) []reading {
		if i > 40 && i < 46 {
			return nil
		}
		x := float64(i) / 60 * 2 * math.Pi
		return []reading{
			{name: "hits", value: math.Round(1000 + 400*math.Sin(x))},
			{name: "misses", value: math.Round(300 + 100*math.Cos(2*x))},
			{name: "p99", value: .002 + .001*math.Sin(3*x), unit: unit{kind: durations}},
		}
	})
	p.rate = true
	return p
}

func TestPlot(t *testing.T) {
	var b strings.Builder
	for _, size := range [][2]int{{79, 30}, {50, 16}, {30, 9}, {12, 4}} {
		lines := wave().draw(size[0], size[1], 0, false, "55 samples; Ctrl-C ends it")
		b.WriteString(strings.Join(lines, "\n") + "\n\n")
		if len(lines) > size[1] {
			t.Errorf("%d lines on a screen of %v", len(lines), size)
		}
		for _, line := range lines {
			if text.Width(line) > size[0] {
				t.Errorf("%v: %q is too long", size, line)
			}
		}
	}
	lines := wave().draw(79, 20, 10*time.Second, false, "a window of ten seconds")
	b.WriteString(strings.Join(lines, "\n") + "\n")
	rig.Golden(t, *update, "testdata/plot.txt", b.String())
}

// Colors tell series apart and change nothing else.
func TestPlotColors(t *testing.T) {
	p := sampled(30, func(i int) []reading {
		return []reading{{name: "a", value: float64(i)}, {name: "b", value: 30 - float64(i)}}
	})
	sgr := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	for _, columns := range []int{60, 25} {
		for _, line := range p.draw(columns, 14, 0, true, "") {
			plain := sgr.ReplaceAllString(line, "")
			if text.Width(plain) > columns || strings.ContainsRune(plain, '\x1b') {
				t.Errorf("%d columns: %q", columns, line)
			}
		}
	}
	drawn := strings.Join(p.draw(60, 14, 0, true, ""), "\n")
	if !strings.Contains(drawn, hues[0].String()+"■") || !strings.Contains(drawn, hues[1].String()+"■") {
		t.Errorf("the legend has no colors:\n%q", drawn)
	}
}

func TestPlotFile(t *testing.T) {
	p := wave()
	p.hists = []histogram{{"a <b> & c", "value  count\n    1      2  ██\n"}}
	var b strings.Builder
	if err := p.writeSVG(&b); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(b.String(), "<polyline"); n != 6 {
		t.Errorf("%d lines, want two on both sides of the gap", n)
	}
	b.Reset()
	wave().writeSVG(&b)
	rig.Golden(t, *update, "../docs/plot.svg", b.String())
}

// Whatever the numbers are, there is a picture within the screen.
func TestPlotOfAnything(t *testing.T) {
	for _, x := range []float64{0, 1, -1, 1e-320, 1e-300, 5e-9, .1, 1<<53 + 1, 1.8446744073709552e19, 1e300, 1.7e308, -1e300, math.NaN(), math.Inf(1)} {
		for _, y := range []float64{0, -1e300, x, math.Nextafter(x, 1)} {
			for kind := plain; kind <= moments; kind++ {
				p := sampled(3, func(i int) []reading {
					return []reading{{name: "x", value: []float64{x, y, x}[i], unit: unit{kind: kind}}}
				})
				for _, size := range [][2]int{{80, 24}, {1, 1}, {20, 8}} {
					lines := p.draw(size[0], size[1], 0, false, "")
					if len(lines) > size[1] {
						t.Errorf("%v, %v: %d lines of %d", x, y, len(lines), size[1])
					}
				}
				if err := p.writeSVG(io.Discard); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func TestAxis(t *testing.T) {
	for _, tc := range []struct {
		kind      unitKind
		low, high float64
		most      int
		want      string
	}{
		{plain, 0, 10, 5, "0 2 4 6 8 10"},
		{plain, 300, 1400, 4, "0 500 1,000 1,500"},
		{plain, 990, 1003, 4, "990 995 1,000 1,005"},
		{plain, -3, 4, 4, "-4 -2 0 2 4"},
		{plain, -3, 4, 1, "-10 10"},
		{plain, 5, 5, 3, "4 5 6"},
		{plain, 0, 0, 2, "0.0 0.5 1.0"},
		{plain, 1, 0, 2, "0.0 0.5 1.0"},
		{plain, .001, .0045, 5, "0.000 0.001 0.002 0.003 0.004 0.005"},
		{plain, 1e15, 3e15, 2, "0 2e+15 4e+15"},
		{bytesOf, 0, 3 << 20, 4, "0 1 MiB 2 MiB 3 MiB"},
		{bytesOf, 100, 900, 4, "0 500 B 1,000 B"},
		{bytesOf, 0, 1500, 3, "0 500 B 1,000 B 1,500 B"},
		{durations, 0, .0042, 5, "0s 1ms 2ms 3ms 4ms 5ms"},
		{durations, 30, 400, 4, "0s 2m 4m 6m 8m"},
		{durations, 0, 7000, 4, "0s 30m 1h 1h30m 2h"},
		{durations, 0, 4e-8, 2, "0s 20ns 40ns"},
	} {
		a := newAxis(unit{kind: tc.kind}, tc.low, tc.high, tc.most)
		var labels []string
		for i := range a.ticks + 1 {
			labels = append(labels, a.label(i))
		}
		if got := strings.Join(labels, " "); got != tc.want {
			t.Errorf("from %v to %v in %d: %s, want %s", tc.low, tc.high, tc.most, got, tc.want)
		}
		if a.low > tc.low && tc.low <= tc.high || a.high < tc.high {
			t.Errorf("from %v to %v: the axis is from %v to %v", tc.low, tc.high, a.low, a.high)
		}
	}
}

func TestFigures(t *testing.T) {
	for _, tc := range []struct {
		kind unitKind
		x    float64
		want string
	}{
		{plain, 1234567, "1,234,567"}, {plain, .123456, "0.1235"}, {plain, 12345.678, "12,346"}, {plain, -2, "-2"},
		{bytesOf, 512, "512 B"}, {bytesOf, 1536, "1.5 KiB"}, {bytesOf, 3 << 30, "3 GiB"}, {bytesOf, 1 << 60, "1,024 PiB"},
		{durations, .0012345678, "1.235ms"}, {durations, 3723, "1h2m3s"}, {durations, 1e20, "1e+20"},
	} {
		if got := (unit{kind: tc.kind}).exact(tc.x); got != tc.want {
			t.Errorf("%v of %d is %q, want %q", tc.x, tc.kind, got, tc.want)
		}
	}
}

// A long watch keeps the ends and the spikes of its series in bounded memory.
func TestLongWatch(t *testing.T) {
	const n = 10*maxPoints + 7
	p := sampled(n, func(i int) []reading {
		x := 1.0
		if i == n/2 {
			x = 1000
		}
		return []reading{{name: "x", value: x}}
	})
	s := p.series[0]
	spikes := 0
	for _, at := range s.points {
		if at.x == 1000 {
			spikes++
		}
	}
	if len(s.points) > maxPoints || spikes != 1 || s.n != n || s.high != 1000 || s.last != 1 {
		t.Errorf("%d points, %d spikes, %d samples, the greatest %v", len(s.points), spikes, s.n, s.high)
	}
	for i := range 3 * maxSeries {
		p.add(row{at: noon, readings: []reading{{name: strings.Repeat("y", i+1)}}})
	}
	if len(p.series) != maxSeries || p.left != 1 {
		t.Errorf("%d series, %d left out", len(p.series), p.left)
	}
}

func TestReadings(t *testing.T) {
	for _, tc := range []struct{ value, of, want string }{
		{`42`, "int", "x=42"},
		{`18446744073709551615`, "uint64", "x=18446744073709551615"},
		{`"1m30s"`, "time.Duration", "x=90s"},
		{`"0s"`, "time.Duration", "x=0s"},
		{`"2026-11-28T12:00:00Z"`, "time.Time", "x=2026-11-28T12:00:00Z@"},
		{`"9999-12-31T23:59:59Z"`, "time.Time", "x=9999-12-31T23:59:59Z@"},
		{`true`, "bool", "x=true"},
		{`null`, "any", "x=?"},
		{`"NaN"`, "float64", "x=?"},
		{`{"…":{"name":"Running","value":3}}`, "State", "x=3"},
		{`{"a":1,"heapBytes":2,"name":"tea","ok":true,"d":"5ms","at":"2026-11-28T12:00:00Z","in":{"b":1}}`, "T", "a=1 heapBytes=2B d=0.005s"},
		{`{"at":"2026-11-28T12:00:00Z"}`, "T", "at=2026-11-28T12:00:00Z@"},
		{`{"\u001b[2J":1,"…":{"more":3}}`, "map[string]int", `\x1b[2J=1`},
		{`{"count":2,"p50":1,"bars":[]}`, "struct", "count=2 p50=1 and a histogram"},
		{`[1,2]`, "[]int", "it is a list"},
		{`"tea"`, "string", "the answer is of type string, and watch plots numbers; ask for one, such as len(…) or count(…)"},
		{`{"a":"tea"}`, "T", "the answer is of type T, and watch plots numbers; ask for one, such as len(…) or count(…)"},
		{`{"…":{"redacted":true}}`, "string", "the answer is of type string, and watch plots numbers; ask for one, such as len(…) or count(…)"},
	} {
		found, err := readingsOf("", "x", &telnet.Answer{Value: json.RawMessage(tc.value), Type: tc.of, Text: "drawn"})
		var got []string
		for _, r := range found.readings {
			s := r.name + "=" + r.text + []string{"", "B", "s", "@"}[r.unit.kind]
			if math.IsNaN(r.value) {
				s = r.name + "=?"
			}
			got = append(got, s)
		}
		if found.hist != nil {
			got = append(got, "and a histogram")
		}
		if err != nil {
			got = append(got, err.Error())
		}
		if said := strings.Join(got, " "); said != tc.want {
			t.Errorf("%s is %s, want %s", tc.value, said, tc.want)
		}
	}
}

// TestLongNames has numbers whose names differ only behind what is shown of them, and one twice.
func TestLongNames(t *testing.T) {
	exprs := []string{`count(server.connections.active, .state == "idle")`, `count(server.connections.active, .state == "busy")`}
	p := newPlot()
	for i := range 3 {
		r := row{at: noon.Add(time.Duration(i) * time.Second)}
		for j, expr := range append(exprs, exprs[0]) {
			found, err := readingsOf(expr, expr, &telnet.Answer{Value: json.RawMessage(strconv.Itoa(j + 1))})
			if err != nil {
				t.Fatal(err)
			}
			r.add(found)
		}
		p.add(r)
	}
	if len(p.series) != 2 || p.left != 1 {
		t.Fatalf("%d series, %d left out", len(p.series), p.left)
	}
	for i, s := range p.series {
		if x := float64(i + 1); s.name != exprs[i] || s.low != x || s.high != x || s.n != 3 {
			t.Errorf("%q has %d values from %v to %v", s.name, s.n, s.low, s.high)
		}
	}
	for _, line := range strings.Split(p.summary(), "\n") {
		if text.Width(line) > 80 {
			t.Errorf("%q is too long", line)
		}
	}
	if found, err := readingsOf(exprs[0], exprs[0], &telnet.Answer{Value: json.RawMessage(`{"low":1,"high":2}`), Type: "T"}); err != nil || found.readings[0].name == found.readings[1].name {
		t.Errorf("members are named %v, %v", found.readings, err)
	}
}

// TestRatesOfNewNames has a counter go on while others have other names all the time.
func TestRatesOfNewNames(t *testing.T) {
	var before rates
	for i := range 2 * maxRates {
		n := strconv.Itoa(i)
		r := row{at: noon.Add(time.Duration(i) * time.Second), readings: []reading{{name: "n" + n, text: "1", value: 1}, {name: "stays", text: n, value: float64(i)}}}
		before.differences(&r)
		if got := r.readings[1].value; i > 0 && got != 1 {
			t.Fatalf("%v a second after sample %d", got, i)
		}
	}
	if len(before) > maxRates+1 {
		t.Errorf("%d counters are remembered", len(before))
	}
}

func TestRates(t *testing.T) {
	var before rates
	at := noon
	for _, tc := range []struct {
		text   string
		after  time.Duration
		want   float64
		fallen bool
	}{
		{"18446744073709551000", 0, math.NaN(), false},
		{"18446744073709551010", 2 * time.Second, 5, false}, // too great for a float to tell apart
		{"7", time.Second, math.NaN(), true},
		{"10.5", 500 * time.Millisecond, 7, false},
		{"10.5", time.Second, 0, false},
	} {
		at = at.Add(tc.after)
		one, _ := readingOf(json.RawMessage(tc.text), true)
		one.name = "n"
		r := row{at: at, readings: []reading{one}}
		fallen := before.differences(&r)
		got := r.readings[0].value
		if got != tc.want && !(math.IsNaN(got) && math.IsNaN(tc.want)) || (len(fallen) > 0) != tc.fallen {
			t.Errorf("%s: %v a second, fallen %v", tc.text, got, fallen)
		}
	}
}
