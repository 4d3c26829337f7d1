package render

import (
	"math"
	"slices"
	"testing"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack" // the flag
)

// ordered are values in the order in which they are shown.
var ordered = []any{
	math.NaN(), math.Inf(-1), int64(math.MinInt64), -1.5, -1, 0.5, 2, 9, 10, int64(1 << 53), float64(1<<53 + 2), int64(math.MaxInt64),
	uint64(math.MaxInt64 + 1), uint64(math.MaxUint64), 1e300, math.Inf(1), "", "A", "a", "b", "é", time.Unix(1, 0), time.Unix(2, 0),
}

func TestOrder(t *testing.T) {
	for i, a := range ordered {
		for j, b := range ordered {
			got, want := scalarKey(a).compare(scalarKey(b)), 0
			switch {
			case i < j:
				want = -1
			case i > j:
				want = 1
			}
			if got != want {
				t.Errorf("%v and %v: %d, want %d", a, b, got, want)
			}
		}
	}
	nodes := []*Node{{Hidden: true, Text: "b"}, FromPlain(true, Limit{}, ""), {Hidden: true, Text: "a"}, FromPlain("z", Limit{}, ""), FromPlain(1, Limit{}, "")}
	slices.SortStableFunc(nodes, func(a, b *Node) int { return a.sortKey().compare(b.sortKey()) })
	var got []string
	for _, n := range nodes {
		got = append(got, n.Text)
	}
	// The hidden ones keep their order, since another one would tell of them.
	if want := []string{"1", "z", "true", "b", "a"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWindow(t *testing.T) {
	for _, tc := range []struct{ path, want string }{
		{"", ""},
		{"xs", "xs[5:9]"},
		{"xs[64:128]", "xs[69:73]"},
		{"xs[3]", "xs[3][5:9]"},
		{`m["a[1:2]"]`, `m["a[1:2]"][5:9]`},
		{`m["1:2"]`, `m["1:2"][5:9]`},
		{"xs[-3:128]", "xs[-3:128][5:9]"},
		{"xs[:128]", "xs[:128][5:9]"},
		{"xs[a:b]", "xs[a:b][5:9]"},
		{"[1:2]", "[1:2][5:9]"},
		{"]", "][5:9]"},
	} {
		if got := window(tc.path, 5, 9); got != tc.want {
			t.Errorf("window(%s) = %s, want %s", tc.path, got, tc.want)
		}
	}
}

func TestDistance(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		d    time.Duration
		want string
	}{
		{0, "now"},
		{12345, "12.345µs from now"},
		{-1545 * time.Microsecond, "1.5ms ago"},
		{-2345 * time.Millisecond, "2.3s ago"},
		{133 * time.Second, "2m13s from now"},
		{-3*time.Hour - 12*time.Minute - 59*time.Second, "3h12m ago"},
		{76 * time.Hour, "3d4h from now"},
		{-72 * time.Hour, "3d ago"},
		{400*24*time.Hour + 5*time.Hour, "400d from now"},
	} {
		if got := distance(now.Add(tc.d), now); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.d, got, tc.want)
		}
	}
	if got := distance(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), now); got != "more than 292 years from now" {
		t.Error(got)
	}
	if got := distance(time.Time{}, now); got != "more than 292 years ago" {
		t.Error(got)
	}
}
