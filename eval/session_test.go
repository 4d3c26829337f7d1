package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

// eval evaluates a line that must succeed, and returns its answer on one line.
func eval(t testing.TB, s *Session, source string) string {
	t.Helper()
	r, err := s.Eval(t.Context(), source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return r.Node.Line(0)
}

func TestVariables(t *testing.T) {
	reg, c := shop(t)
	s := NewSession(reg, Limits{})
	steps := []struct{ source, want string }{
		{`x = 5`, "5"}, {`x + 1`, "6"}, {`_ * 2`, "12"}, {`_`, "12"}, {`x`, "5"}, {`  y  =  x == 5 `, "true"}, {`y`, "true"}, {`x = x + 1`, "6"}, {`x`, "6"},
		{`w = words`, `&≈map[string]int{"one": 1, "two": 2}`}, {`w.one`, "1"}, {`cache.items.a.payload`, `≈[]byte("hello")`},
		{`xs = map(nums, # * 2)`, "[2, 4, 6]"}, {`xs[1]`, "4"}, {`count(xs, # > 2)`, "2"}, {`let x = 1; x`, "1"}, {`x`, "6"},
		{`it = cache.items.a`, ""}, {`it.hits`, "5"}, {`it.tags[0]`, `"x"`}, {`it.next`, "nil"}, {`it.any`, `"inner"`}, {`it["hits"] + 1`, "6"}, {`"hits" in it`, "true"}, {`it.apiKey`, "<redacted>"},
		{`hot = filter(cache.items, .hits > 0)`, ""}, {`count(hot, .hits > 10)`, "1"}, {`sort(map(hot, .key))`, `["a", "b"]`}, {`sum(hot, .hits)`, "20"}, {`hot.a == hot.a`, "redacted"},
		{`m = cache.items`, ""}, {`m["a"].hits`, "5"}, {`m.zz ?? 0`, "0"}, {`m.zz`, "no_key"}, {`keys(m)`, `["a", "b"]`}, {`len(m)`, "2"}, {`"a" in m`, "true"}, {`it.zz`, "no_field"}, {`it.keys`, "no_field"},
		{`d = dir()`, ""}, {`filter(d, .name == "nums")[0].type`, `"*[]int"`}, {`len(dir(cache))`, "16"},
		{`c = cache`, ""}, {`c.n`, "11"}, {`c.Len()`, "2"}, {`c.nix`, "no_field"}, {`e = nil`, "nil"}, {`e`, "nil"}, {`e?.a`, "nil"},
	}
	for _, step := range steps {
		r, err := s.Eval(t.Context(), step.source)
		got := codeOfError(err)
		if err == nil {
			got = r.Node.Line(0)
		}
		if step.want != "" && got != step.want || step.want == "" && err != nil {
			t.Errorf("%s: %s, want %s (%v)", step.source, got, step.want, err)
		}
	}
	// An object that is reached by pointers stays live; what lay in a map does not, and says so.
	c.n.Store(99)
	c.items["a"].hits = 77
	if got := eval(t, s, "c.n"); got != "99" {
		t.Errorf("c.n = %s: not live", got)
	}
	if got := eval(t, s, "it.hits"); got != "5" {
		t.Errorf("it.hits = %s: not a snapshot", got)
	}
	r, _ := s.Eval(t.Context(), "again = cache.items.a")
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "snapshot") }) {
		t.Errorf("no note about the snapshot: %q", r.Notes)
	}
	if r.Name != "again" {
		t.Errorf("Name = %q", r.Name)
	}
	// An error leaves the variables as they were.
	if _, err := s.Eval(t.Context(), "x = 1 / 0"); err == nil || eval(t, s, "x") != "6" {
		t.Error("x was changed by an assignment that failed")
	}
	// What is withdrawn is gone, also for variables.
	reg.Withdraw("cache")
	if _, err := s.Eval(t.Context(), "c.n"); codeOfError(err) != "unknown_name" || err.(*Error).Col != 1 {
		t.Errorf("after Withdraw: %v", err)
	}
}

// TestVariableShadow: a name that is exposed later does not silently take a variable's place.
func TestVariableShadow(t *testing.T) {
	reg := registry.New()
	s := NewSession(reg, Limits{})
	eval(t, s, "x = 1")
	reg.Expose("x", &struct{ n int }{5})
	if r, err := s.Eval(t.Context(), "x"); err != nil || r.Node.Text != "1" || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "hides") {
		t.Errorf("%v %+v", err, r)
	}
	if got := eval(t, s, "$env.x.n"); got != "5" {
		t.Errorf("$env.x.n = %s", got)
	}
}

// TestSnapshotCut: a snapshot that was cut is an error to compute with, and never a wrong answer.
func TestSnapshotCut(t *testing.T) {
	big := map[string]int{}
	for i := range 20_000 {
		big[fmt.Sprint(i)] = 1
	}
	reg := registry.New()
	reg.Expose("big", &struct{ m map[string]int }{big})
	s := NewSession(reg, Limits{})
	r, err := s.Eval(t.Context(), "x = filter(big.m, true) | map({{v: #}}) | concat([big.m])")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "cut") }) {
		t.Errorf("notes: %q", r.Notes)
	}
	for _, source := range []string{"count(x, true)", "sum(x, .v)", "x[19999]", "x == x", "sort(x)", "toJSON(x)", "x[19999] ?? 0", "x?.[19999]", "get(x, 19999)", "last(x)"} {
		if _, err := s.Eval(t.Context(), source); codeOfError(err) != "unreadable" {
			t.Errorf("%s: %v", source, err)
		}
	}
	if got := eval(t, s, "len(x)"); got != "20001" {
		t.Errorf("len(x) = %s", got)
	}
}

func TestVariablesAreBounded(t *testing.T) {
	s := NewSession(registry.New(), Limits{Bytes: 1 << 20})
	var err error
	for i := 0; err == nil && i < 20; i++ {
		_, err = s.Eval(t.Context(), fmt.Sprintf(`v%d = repeat("a", 200000)`, i))
	}
	if codeOfError(err) != "budget" {
		t.Errorf("%v", err)
	}
	eval(t, s, "v0 = nil")
	eval(t, s, `v9 = repeat("a", 100000)`)
	// What is small has a size too, and so have names.
	s = NewSession(registry.New(), Limits{Bytes: 1 << 20})
	for i := 0; err == nil || i == 0; i++ {
		if _, err = s.Eval(t.Context(), strings.Repeat("long", 10_000)+strconv.Itoa(i)+" = 1"); i > 30 {
			t.Fatal("names take no room")
		}
	}
	s = NewSession(registry.New(), Limits{Bytes: 1 << 16})
	for i := 0; i == 0 || err == nil; i++ {
		if _, err = s.Eval(t.Context(), "x"+strconv.Itoa(i)+" = 1"); i > 1000 {
			t.Fatal("variables take no room")
		}
	}
}

// TestCuts: what a cut names can be typed, and shows what follows.
func TestCuts(t *testing.T) {
	reg, _ := shop(t)
	s := NewSession(reg, Limits{Show: render.Limit{Items: 3}})
	for _, source := range []string{"1..10", "map(1..10, #)", "let x = 1..10; x", "x = 1..10", "sort(1..10) // comment", "groupBy(1..10, #)", "[1,2,3,4,5,6,7,8,9,10]", "true ? 1..10 : 5"} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if r.Node.Cut == nil || r.Node.Cut.More != 7 {
			t.Errorf("%s: cut %+v", source, r.Node.Cut)
			continue
		}
		if source == "groupBy(1..10, #)" {
			if got := eval(t, s, r.Node.Cut.Path); got != "{4: [4], 5: [5], 6: [6]}" {
				t.Errorf("%s → %s", r.Node.Cut.Path, got)
			}
		} else if got := eval(t, s, r.Node.Cut.Path); got != "[4, 5, 6]" {
			t.Errorf("%s → %s = %s", source, r.Node.Cut.Path, got)
		}
	}
}

func TestDir(t *testing.T) {
	reg, _ := shop(t)
	s := NewSession(reg, Limits{})
	r, err := s.Eval(t.Context(), "dir()")
	if err != nil {
		t.Fatal(err)
	}
	if want := "cache      *eval.cache                      the item cache   guarded by cache.mu\n"; !strings.HasPrefix(r.Page.String(), want) {
		t.Errorf("%s", r.Page.String())
	}
	r, err = s.Eval(t.Context(), "dir(cache)")
	if err != nil || !strings.Contains(r.Page.String(), "\nGet      func(string) *eval.item") || !strings.Contains(r.Page.String(), "secret   string                    redacted") {
		t.Errorf("%v\n%s", err, r.Page.String())
	}
	evil := registry.New()
	evil.Expose("x", new(int), registry.Doc("a\x1b[31m\u202e"))
	r, _ = NewSession(evil, Limits{}).Eval(t.Context(), "dir()")
	if strings.ContainsAny(r.Page.String(), "\x1b\u202e") {
		t.Errorf("%q", r.Page.String())
	}
}

func TestComplete(t *testing.T) {
	reg, _ := shop(t)
	s := NewSession(reg, Limits{})
	eval(t, s, "conf = {host: 1, port: {a: 2}}")
	eval(t, s, "c = cache")
	for _, c := range []struct{ line, want string }{
		{"cac", "cache"}, {"1 + cac", "cache"}, {"cache.it", "items"}, {"cache?.it", "items"}, {"cache.L", "Len("}, {`cache.items["`, `"a"] "b"]`}, {`cache.items["a`, `"a"]`}, {`cache.items["a"].hi`, "hits"}, {"cache.items.a.ne", "next"}, {"cache.items.a.next.k", "key"},
		{"count(cache.items, .hi", "hits"}, {"count(cache.items, #.hi", "hits"}, {"count(cache.items, {.hi", "hits"}, {"cache.items | filter(.hi", "hits"}, {"map(filter(cache.items, .hits > 1), .hi", "hits"}, {"cache.items | filter(.hits > 1) | map(.ke", "key"}, {"find(cache.items, .hits > 3).ke", "key"}, {"count(cache.items, .hits > 1 && .pri", "price"}, {"sum(cache.items, .next.hi", "hits"}, {"filter(cache.items, any(.tags, #i", "index"},
		{"count(cache.items, .tags[0].", ""}, {"cache.byID[1].hi", "hits"}, {"db.", "pool pool2"}, {"db.pool.", "idle open"}, {"conf.", "host port"}, {"conf.port.", "a"}, {"c.it", "items"}, {"con", "conf concat("}, {"reduce(nums, #a", "acc"}, {"nums.", ""}, {"nix.", ""}, {"cache.items[", ""}, {"1.", ""}, {"1..", ""}, {")", ""}, {".", ""}, {"count(.", ""}, {"(.", ""}, {"cache.Get(\"a\").", ""}, {`conf["`, `"host"] "port"]`}, {`"abc`, ""}, {"`", ""}, {"cache..", ""}, {"cache.items.a.hits.", ""},
	} {
		var got []string
		for _, p := range s.Complete(c.line, len(c.line)) {
			got = append(got, p.Text)
			if p.Start < 0 || p.Start > len(c.line) {
				t.Errorf("%s: start %d", c.line, p.Start)
			}
		}
		text := strings.Join(got, " ")
		if c.want == "" && strings.HasSuffix(c.line, "[") || c.line == ")" || c.line == "1.." || c.line == "1." || c.line == "cache.." {
			continue // any expression may stand there
		}
		if text != c.want {
			t.Errorf("%s: %s, want %s", c.line, text, c.want)
		}
	}
	if s.Complete("cache", 9) != nil || s.Complete("cache", -1) != nil {
		t.Error("a position outside the line has completions")
	}
}

// TestCompleteWhileEvaluating: the session's two entrances may be used at once.
func TestCompleteWhileEvaluating(t *testing.T) {
	reg, _ := shop(t)
	s := NewSession(reg, Limits{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 200 {
			s.Eval(t.Context(), fmt.Sprintf("x%d = count(cache.items, .hits > %d)", i%5, i))
		}
	})
	for range 200 {
		s.Complete("x", 1)
		s.Complete(`cache.items["`, 13)
	}
	wg.Wait()
}
