package eval

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestDiff tells what changed, and where.
func TestDiff(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	for source, want := range map[string]string{
		`diff({a: 1, b: 2}, {a: 1, b: 2})`:                                 "nothing changed",
		`diff({a: 1, b: 2}, {b: 3, c: 4})`:                                 `["a"] 1 removed;["b"] 2 → 3 +1;["c"] 4 added`,
		`diff({a: {b: [1, 2]}}, {a: {b: [1, 5]}})`:                         `["a"]["b"][1] 2 → 5 +3`,
		`diff([1, 2, 3, 4], [2, 3, 4, 5])`:                                 `[0] 1 removed;[3] 5 added`,
		`diff([1, 2, 3, 4], [1, 9, 3, 4])`:                                 `[1] 2 → 9 +7`,
		`diff({a: 1407.4}, {a: 1415.08})`:                                  `["a"] 1,407.4 → 1,415.08 +7.68`,
		`diff({a: 3476580}, {a: 3476579})`:                                 `["a"] 3,476,580 → 3,476,579 -1`,
		`diff({a: 3476580}, {a: 4000000})`:                                 `["a"] 3,476,580 → 4,000,000 +523,420`,
		`diff([1, 2], [0, 1, 2])`:                                          `[0] 0 added`,
		`diff(["a", "b"], ["a"])`:                                          `[1] "b" removed`,
		`diff(1, "a")`:                                                     `. 1 → "a"`,
		`diff(nil, 1)`:                                                     `. nil → 1`,
		`diff(5, 3)`:                                                       `. 5 → 3 -2`,
		`diff(duration("1s"), duration("3s"))`:                             `. 1s → 3s +2s`,
		`diff(true, false)`:                                                `. true → false`,
		`diff(sort([3, 1]), [1, 3])`:                                       "nothing changed",
		`diff({a: "` + strings.Repeat("x", 50) + `"}, {a: "y"})[0].change`: `"changed"`,
		`map(diff({a: 1, b: 2}, {b: 3, c: 4}), .change)`:                   `["removed", "+1", "added"]`,
		`diff({a: 1}, {a: 4})[0].now - diff({a: 1}, {a: 4})[0].before`:     `3`,
	} {
		got := strings.Join(strings.Fields(strings.ReplaceAll(shown(t, s, source), "\n", ";")), " ")
		if got != strings.ReplaceAll(want, "  ", " ") {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestDiffOfCycles: of two values that each lead back to themselves that alone is no difference, as in .kids[0].parent.
func TestDiffOfCycles(t *testing.T) {
	type node struct {
		name   string
		parent *node
		kids   []*node
	}
	root := &node{name: "root"}
	for _, name := range []string{"a", "b"} {
		kid := &node{name: name, parent: root}
		kid.kids = []*node{{name: "x", parent: kid}}
		root.kids = append(root.kids, kid)
	}
	root.kids[1].kids[0].kids = []*node{root.kids[1]}
	reg := registry.New()
	reg.Expose("root", root)
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]string{
		"map(diff(root.kids[0], root.kids[1]), .at)":                 `[".name", ".parent.kids[0]", ".parent.kids[1]", ".kids[0].kids"]`,
		"map(diff(root.kids[0].kids[0], root.kids[1].kids[0]), .at)": `[".parent.name", ".parent.parent.kids[0]", ".parent.parent.kids[1]", ".kids"]`,
	} {
		if got := shown(t, s, source); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestDiffOfLive compares snapshots of an object that changes in every way.
func TestDiffOfLive(t *testing.T) {
	type inner struct{ n int }
	o := &struct {
		hits  int
		name  string
		when  time.Time
		m     map[string]*inner
		queue []int
		in    inner
		any   any
		token string
		self  any
	}{hits: 1, name: "a", when: time.Unix(5, 0), m: map[string]*inner{"x": {1}, "y": {2}}, queue: []int{1, 2, 3}, any: 1, token: "a"}
	o.self = o
	reg := registry.New()
	reg.Expose("o", o)
	s := NewSession(reg, Limits{Time: time.Hour})
	if got := shown(t, s, "before = snap(o)"); !strings.Contains(got, "hits") {
		t.Fatal(got)
	}
	if got := shown(t, s, "diff(before, o)"); got != "nothing changed" {
		t.Fatal(got)
	}
	o.hits, o.name, o.when, o.queue, o.in.n, o.any, o.token = 8, "b", time.Unix(65, 0), []int{2, 3, 4}, 3, "one", "b"
	delete(o.m, "x")
	o.m["y"].n = 7
	o.m["z"] = &inner{9}
	x, err := answer(t, s, "map(diff(before, o), [.at, .change])")
	want := []any{
		[]any{".hits", "+7"}, []any{".name", "changed"}, []any{".when", "+1m0s"}, []any{`.m["x"]`, "removed"}, []any{`.m["y"].n`, "+5"}, []any{`.m["z"]`, "added"},
		[]any{".queue[0]", "removed"}, []any{".queue[2]", "added"}, []any{".in.n", "+3"}, []any{".any", "changed"},
	}
	if err != nil || !reflect.DeepEqual(x, want) {
		t.Errorf("%v, %v\nwant %v", x, err, want)
	}
}

// TestDiffIsShort: what people see of many differences is their beginning, and where the rest is; a long place
// does not push all others aside.
func TestDiffIsShort(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	got := shown(t, s, `diff({}, reduce(1..1000, #acc, {a: 1}))`)
	if got != `["a"]  1  added` {
		t.Error(got)
	}
	got = shown(t, s, `diff(1..1000, map(1..1000, # * 2))`)
	if n := strings.Count(got, "\n"); n > 64 || !strings.HasSuffix(got, "more: _[64:128]") {
		t.Errorf("%d lines, ending in %s", n, got[max(0, len(got)-50):])
	}
	if got := shown(t, s, "_[64:66]"); !strings.Contains(got, "[") {
		t.Error(got)
	}
	long := strings.Repeat("long", 40)
	got = shown(t, s, `diff({a: 1, `+long+`: 1}, {a: 2, `+long+`: 2})`)
	if lines := strings.Split(got, "\n"); len(lines) != 2 || len(lines[0]) > 80 {
		t.Error(got)
	}
}

// TestDiffAligns: of random lists the rows of diff make one of the other.
func TestDiffAligns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	for range 300 {
		a, b := make([]int, r.IntN(12)), make([]int, r.IntN(12))
		for i := range a {
			a[i] = r.IntN(5)
		}
		for i := range b {
			b[i] = r.IntN(5)
		}
		write := func(xs []int) string { return strings.ReplaceAll(fmt.Sprint(xs), " ", ", ") }
		x, err := answer(t, s, fmt.Sprintf("map(diff(%s, %s), [.at, .change, .before, .now])", write(a), write(b)))
		if err != nil {
			t.Fatal(err)
		}
		removed, added := 0, 0
		for _, row := range x.([]any) {
			at := 0
			fmt.Sscanf(row.([]any)[0].(string), "[%d]", &at)
			switch before, now := row.([]any)[2], row.([]any)[3]; row.([]any)[1] {
			case "removed":
				removed++
				if before != a[at] {
					t.Fatalf("%v %v: %v", a, b, x)
				}
			default:
				if row.([]any)[1] == "added" {
					added++
				}
				if now != b[at] {
					t.Fatalf("%v %v: %v", a, b, x)
				}
			}
		}
		if len(a)-removed+added != len(b) {
			t.Fatalf("%v %v: %v", a, b, x)
		}
	}
}
