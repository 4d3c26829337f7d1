package watch

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	_ "github.com/sightglass-go/sightglass/internal/attack"
)

// TestScale: the scale begins at zero, so that a hundredth of a percent does not look like a
// collapse.
func TestScale(t *testing.T) {
	for _, tc := range []struct {
		xs      []float64
		columns int
		want    string
	}{
		{[]float64{10_000, 10_000, 9_999, 10_000}, 24, "████"},
		{[]float64{0, 50, 100}, 24, "▁▅█"},
		{[]float64{-100, 0, 100}, 24, "▁▅█"},
		{[]float64{-5, -2, -5}, 24, "▁▅▁"},
		{[]float64{0, 0}, 24, "▁▁"},
		{[]float64{7, 7}, 24, "██"},
		{[]float64{math.NaN(), 1, math.NaN(), 1}, 24, "█ █"},
		{[]float64{1, 2, 3, 4}, 2, "▇█"},
		{[]float64{-math.MaxFloat64, math.MaxFloat64}, 24, "▁█"},
		{[]float64{1}, 0, ""},
		{[]float64{1, math.NaN()}, 1, " "},
	} {
		if got := sparkline(tc.xs, tc.columns); got != tc.want {
			t.Errorf("%v in %d columns is %q, want %q", tc.xs, tc.columns, got, tc.want)
		}
	}
}

// leaves is a series of samples of one leaf, a second apart.
func leaves(path string, xs ...any) *series {
	s := &series{leaf: leaf{path: path}}
	at := time.Date(2026, 11, 23, 14, 3, 1, 0, time.UTC)
	for _, x := range xs {
		at = at.Add(time.Second)
		s.next(render.FromPlain(x, render.Limit{}, ""), at)
	}
	return s
}

// TestTrend: what only grew is drawn by its rates, anything else by its values, and the word before
// the sparkline says which.
func TestTrend(t *testing.T) {
	for _, tc := range []struct {
		xs           []any
		kind, spread string
	}{
		{[]any{0, 100, 250, 300}, "rate", "50 to 150/s"},
		{[]any{0, 100, 200}, "rate", "100/s"},
		{[]any{3, 7, 2}, "value", "2 to 7"},
		{[]any{3, 7}, "value", "3 to 7"},
		{[]any{1_234_567, 7}, "value", "7 to 1,234,567"},
		{[]any{time.Second, 2 * time.Second, time.Second}, "value", "1s to 2s"},
		{[]any{time.Second, 2 * time.Second, 5 * time.Second}, "rate", "1s to 3s/s"},
		{[]any{7, 7}, "", ""},
		{[]any{"a", "b"}, "", ""},
	} {
		s := leaves("x", tc.xs...)
		if kind, spread := s.trend(); kind != tc.kind || spread != tc.spread {
			t.Errorf("%v: %s %s, want %s %s", tc.xs, kind, spread, tc.kind, tc.spread)
		}
	}
}

// TestRowsAbove: how many rows of a screen hold what was drawn, after the screen has become
// narrower.
func TestRowsAbove(t *testing.T) {
	w := &run{drawn: []int{0, 10, 79, 80, 81}}
	for width, want := range map[int]int{200: 5, 81: 5, 80: 6, 79: 7, 40: 9, 10: 27, 0: 251, -1: 251} {
		if got := w.rowsAbove(width); got != want {
			t.Errorf("%d columns: %d rows, want %d", width, got, want)
		}
	}
}

// TestLeaves: a list that runs empty and fills again is one leaf, its length.
func TestLeaves(t *testing.T) {
	type m = map[string]any
	for _, tc := range []struct {
		x    any
		want string
	}{
		{[]any{}, "len(x)=0"},
		{[]any{m{"id": 7}}, "len(x)=1"},
		{m{}, "len(x)=0"},
		{m{"a": m{"id": 7}}, "len(x)=1"},
		{[]any{3, 5}, "x[0]=3 x[1]=5"},
		{"", `x=""`},
		{nil, "x=nil"},
	} {
		x := render.FromPlain(tc.x, render.Limit{Depth: 4, Items: 8, Bytes: 80}, "")
		s := &sample{node: &render.Node{Shape: inspect.Struct, Items: []render.Item{{Name: "x", Node: x}}}}
		var got []string
		for _, l := range s.leaves() {
			got = append(got, l.path+"="+l.node.Line(80))
		}
		if got := strings.Join(got, " "); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.x, got, tc.want)
		}
	}
}
