package eval

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// pool is what a lens is set for.
type pool struct{ size int }

// TestCompleteCallsNothing: whatever is completed, no function, lens or method of the application runs.
func TestCompleteCallsNothing(t *testing.T) {
	var called atomic.Int64
	reg := registry.New()
	stats := struct{ Requests int }{5}
	compute := func(context.Context) any { called.Add(1); return &stats }
	reg.Func("stats", compute)
	reg.Func("db.stats", compute)
	reg.Lens(func(*pool) any { called.Add(1); return stats })
	box := &struct {
		pool  *pool
		pools []*pool
		m     map[string]*pool
	}{&pool{1}, []*pool{{2}}, map[string]*pool{"a": {3}}}
	reg.Expose("box", box, registry.Frozen(), registry.Methods("*"))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{"x = box", "y = stats", "s = $env"} {
		if _, err := s.Eval(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	called.Store(0)
	for _, line := range []string{
		"", "st", "stats.", "stats[\"", "stats?.", "db.", "db.stats.", `$env["`, "$env.", "$env.stats.", `$env["stats"].`, `$env["db.stats"].`, "s.", "s.stats.", `s["`, "filter($env, .", "$env | filter(.",
		"filter(stats, .", "map([stats], .", "first($env).", "stats | map(.", "x.", "x.pool.", "box.pool.", "box.pools[0].", `box.m["`, `box.m["a"].`, "filter(box.pools, .", "keys(stats).", "find(box.pools, true).", "let a = stats; a.",
		"/* \" */ box.", "// it's\nbox.", "/* ` */ stats.",
	} {
		s.Complete(line, len(line))
		if n := called.Swap(0); n > 0 {
			t.Errorf("%s: %d calls", line, n)
		}
	}
	for _, line := range []string{`/* " */ box.`, "// it's\nbox.", `"//" == box.`, "`/*` == box."} {
		if got := s.Complete(line, len(line)); len(got) != 3 {
			t.Errorf("%s: %v", line, got)
		}
	}
	if got := s.Complete("// box.", 7); len(got) != 0 {
		t.Errorf("in a comment: %v", got)
	}
}

// tapped is a lock that somebody else has, and says when it is tried.
type tapped struct {
	sync.Mutex
	tried func()
}

func (l *tapped) TryLock() bool { l.tried(); return false }

// TestCompletionEnds: a completion ends with its context, also while it waits for a guard.
func TestCompletionEnds(t *testing.T) {
	reg := registry.New()
	reg.GuardWait = time.Hour
	lock := &tapped{}
	object := &struct{ m map[string]int }{map[string]int{"a": 1}}
	reg.Expose("box", object, registry.Guard(lock))
	s := NewSession(reg, Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	lock.tried = func() {
		tries++
		cancel()
	}
	if got := s.CompleteContext(ctx, `box.m["`, 7); len(got) != 0 || tries == 0 {
		t.Errorf("%v after %d tries", got, tries)
	}
	if got := s.CompleteContext(ctx, "bo", 2); len(got) != 0 {
		t.Errorf("%v in a context that has ended", got)
	}
}

type stock struct {
	byName map[string]*bin
	byID   map[int]bin
	byPair map[pair]bin
	byAny  map[any]bin
	byTime map[time.Duration]bin
	flags  map[bool]bin
	header header
	bins   []bin
}

type (
	bin    struct{ weight, count int }
	pair   struct{ a, b int }
	header map[string][]string
)

// Full is what the test exposes.
func (h header) Full() bool { return len(h) > 0 }

// completed returns the completions of line as one text.
func completed(s *Session, line string) string {
	var all []string
	for _, c := range s.Complete(line, len(line)) {
		all = append(all, fmt.Sprintf("%s%s", line[:c.Start], c.Text))
	}
	return strings.Join(all, "   ")
}

// TestCompleteKeys: keys of any type are proposed as one types them, behind a bracket, a quote and a
// dot, beside methods.
func TestCompleteKeys(t *testing.T) {
	reg := registry.New()
	reg.Expose("s", &stock{
		byName: map[string]*bin{"bolt": {1, 2}, "sku-17": {3, 4}, "two\nlines": {}, "日本": {}},
		byID:   map[int]bin{7: {}, 70: {}, 12: {}, -3: {}},
		byPair: map[pair]bin{{1, 2}: {}},
		byAny:  map[any]bin{"x": {}, 4: {}, true: {}},
		byTime: map[time.Duration]bin{time.Second: {}, 2 * time.Minute: {}},
		flags:  map[bool]bin{true: {}, false: {}},
		header: header{"Accept": {"x"}, "Content-Type": {"y"}},
		bins:   []bin{{1, 1}},
	}, registry.Frozen(), registry.Methods("*", "*.*"))
	s := NewSession(reg, Limits{})
	starts := completed(s, "") // all that an expression can start with
	for _, tc := range []struct{ line, want string }{
		{"s.byName[", `s.byName["bolt"]   s.byName["sku-17"]   s.byName["two\nlines"]   s.byName["日本"]`},
		{"s.byName[sk", `s.byName["sku-17"]`},
		{`s.byName["s`, `s.byName["sku-17"]`},
		{`s.byName?.[`, `s.byName?.["bolt"]   s.byName?.["sku-17"]   s.byName?.["two\nlines"]   s.byName?.["日本"]`},
		{"s.byName.", `s.byName["sku-17"]   s.byName["two\nlines"]   s.byName.bolt   s.byName.日本`},
		{"s.byName?.", `s.byName?.["sku-17"]   s.byName?.["two\nlines"]   s.byName?.bolt   s.byName?.日本`},
		{"s.byName.sku", `s.byName["sku-17"]`},
		{"s.byName.bo", `s.byName.bolt`},
		{"1 + s.byID[", `1 + s.byID[-3]   1 + s.byID[7]   1 + s.byID[12]   1 + s.byID[70]`},
		{"s.byID[7", `s.byID[7]   s.byID[70]`},
		{"s.byID.", `s.byID[-3]   s.byID[7]   s.byID[12]   s.byID[70]`},
		{"s.byTime[", `s.byTime[duration("1s")]   s.byTime[duration("2m0s")]`},
		{"s.byTime[dur", `s.byTime[duration("1s")]   s.byTime[duration("2m0s")]   s.byTime[duration(`},
		{"s.flags[", `s.flags[false]   s.flags[true]`},
		{"s.byAny[", `s.byAny["x"]   s.byAny[4]   s.byAny[true]`},
		{"s.header.", `s.header.Accept   s.header.Full(   s.header["Content-Type"]`},
		{"s.header.Content", `s.header["Content-Type"]`},
		{"s.bins[", starts},
		{"[", starts},
		{"filter([s.byID], .", ``},
		{`filter([s.nix], .x)[0].`, ``},
		{"map(s.byName, .we", `map(s.byName, .weight`},
		{"top(s.byName, 2, .weight)[0].", `top(s.byName, 2, .weight)[0].count   top(s.byName, 2, .weight)[0].weight`},
		{"s.byName | top(2, .weight)[0].", `s.byName | top(2, .weight)[0].count   s.byName | top(2, .weight)[0].weight`},
		{"sortBy(s.byID, .weight)[1:3][0].c", `sortBy(s.byID, .weight)[1:3][0].count`},
		{"values(s.byID)[0].w", `values(s.byID)[0].weight`},
		{"s.byName[0:2][0].w", `s.byName[0:2][0].weight`},
		{`filter(s.byName, .count > 0)["bolt"].w`, `filter(s.byName, .count > 0)["bolt"].weight`},
		{`groupBy(s.byName, .count)[2][0].w`, `groupBy(s.byName, .count)[2][0].weight`},
		{`map(s.byName, [.weight, .count])[0].`, ``},
		{`map([s], .byName)[0].`, ``},
		{`map(s.bins, #)[0].w`, `map(s.bins, #)[0].weight`},
		{`map(filter([s.bins], true), .x)[0].w`, ``},
		{"(s.byName).bo", "(s.byName).bolt"},
		{"(s).byN", "(s).byName"},
		{"(s.byName[\"bolt\"]).w", "(s.byName[\"bolt\"]).weight"},
		{"(1 + s).byN", ""},
		{"s.byName. /* .x */ sk", `s.byName["sku-17"]`},
		{`s./* "ü.[" */byName?. // .
		sk`, `s./* "ü.[" */byName?.["sku-17"]`},
		{"f(s).byN", ""},
	} {
		got := completed(s, tc.line)
		if tc.want == starts {
			got = strings.ReplaceAll(got, tc.line, "")
		}
		if got != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.line, got, tc.want)
		}
	}
}
