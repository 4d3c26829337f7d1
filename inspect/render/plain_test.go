package render_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// ownSnap takes its own snapshot and notes the limit that it got.
type ownSnap struct{ limit *render.Limit }

func (o ownSnap) Snap(limit render.Limit) *render.Node {
	*o.limit = limit
	return &render.Node{Shape: inspect.Opaque, Text: "own"}
}

type brokenSnap struct{}

func (brokenSnap) Snap(render.Limit) *render.Node { panic("a secret") }

func TestFromPlain(t *testing.T) {
	x := []int{1, 2, 3}
	var noSource *ring
	for _, tc := range []struct {
		x    any
		want string
	}{
		{nil, "nil"},
		{int8(-5), "-5"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{uintptr(7), "7"},
		{float32(0.1), "0.1"},
		{math.Inf(-1), "-Inf"},
		{math.Copysign(0, -1), "-0"},
		{1e21, "1e+21"},
		{2 - 3i, "(2-3i)"},
		{state("up"), `"up"`},
		{time.March, "3"},
		{[]byte(nil), "nil"},
		{[]byte{}, `[]byte("")`},
		{[2]byte{0xff, 0}, "[2]byte(0xff00)"},
		{[]string{}, "[]"},
		{map[string]int(nil), "nil"},
		{[]any{[]any{[]any{[]any{[]any{1}}}}}, "[[[[[… 1 element: x[0][0][0][0]]]]]]"},
		{map[any]any{1: map[bool]int{true: 1}}, "{1: {true: 1}}"},
		{[]any{render.Raw(inspect.Of(&x).Trust(true), "cache.x")}, "[&[]int{1, 2, 3}]"},
		{[]any{&render.Node{Hidden: true}}, "[<redacted>]"},
		{[]any{ownSnap{new(render.Limit)}, brokenSnap{}}, "[own, <unreadable: panic while reading it: a string>]"},
		{[]any{(*render.Node)(nil)}, "[nil]"},
		// Not plain data, and so not read.
		{struct{ secret string }{"tell-no-one"}, "struct"},
		{noSource, "*render_test.ring"},
		{func() {}, "func()"},
		{make(chan int), "chan int"},
	} {
		got := render.FromPlain(tc.x, render.Limit{}, "x").Line(0)
		if !strings.HasPrefix(got, tc.want) || strings.Contains(got, "tell") {
			t.Errorf("%T: %s, want %s", tc.x, got, tc.want)
		}
	}
}

func TestFromPlainLimits(t *testing.T) {
	var got render.Limit
	render.FromPlain([]any{1, []any{ownSnap{&got}}}, render.Limit{Depth: 3, Nodes: 100}, "")
	if want := (render.Limit{Depth: 1, Items: 64, Bytes: 1024, Nodes: 97}); got != want {
		t.Errorf("left of the limit: %+v, want %+v", got, want)
	}
	render.FromPlain([]any{[]any{ownSnap{&got}}}, render.Limit{Depth: 2, Nodes: 3, Items: 99, Taper: true}, "")
	if want := (render.Limit{Depth: -1, Items: 4, Bytes: 128, Nodes: 1, Taper: true}); got != want {
		t.Errorf("left of the limit: %+v, want %+v", got, want)
	}
	// Which entries of a large map are shown is known once all keys are sorted.
	large := map[any]any{}
	for i := range 10_000 {
		large[i] = i
	}
	n := render.FromPlain(large, render.Limit{Items: 3}, "m")
	if got, want := n.Line(0), "{0: 0, 1: 1, 2: 2, … 9,997 more: m[3:6]}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestFromPlainCycles(t *testing.T) {
	m := map[string]any{}
	m["list"] = []any{m}
	s := []any{nil}
	s[0] = s
	for _, tc := range []struct {
		x    any
		path string
		want string
	}{
		{m, "x", `{"list": [<cycle>]}`},
		{s, "x", "[<cycle>]"},
		{s, "", "[<cycle>]"},
		{[]any{s[:0], s[:0]}, "", "[[], []]"},
	} {
		if got := render.FromPlain(tc.x, render.Limit{Depth: 90}, tc.path).Line(0); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}

// TestFromPlainPaths: each printed path is an expression. A key that cannot be written has none.
func TestFromPlainPaths(t *testing.T) {
	deep := []any{1}
	n := render.FromPlain(map[any]any{
		"a\x1b": deep, 1: deep, -2.5: deep, true: deep, [1]int{1}: deep, nil: deep,
	}, render.Limit{Depth: 1}, "x")
	got := map[string]string{}
	for _, item := range n.Items {
		got[item.Key.Line(0)] = item.Node.Cut.Path
	}
	want := map[string]string{`"a\x1b"`: `x["a\x1b"]`, "1": "x[1]", "-2.5": "", "true": "x[true]", "[… 1 element]": "", "nil": ""}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
