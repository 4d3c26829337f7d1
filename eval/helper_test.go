package eval

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// tenant is what the tests of the helpers look at.
type tenant struct {
	name  string
	bytes int
	rate  float64
	wait  time.Duration
	up    bool
	tags  []string
	peer  *tenant
}

// tenants are n of them, the same each time.
func tenants(n int) []*tenant {
	r := rand.New(rand.NewPCG(7, 7))
	all := make([]*tenant, n)
	for i := range all {
		all[i] = &tenant{
			name: fmt.Sprint("t", r.IntN(20)), bytes: int(r.ExpFloat64() * 1e5), rate: r.NormFloat64(),
			wait: time.Duration(r.ExpFloat64() * 1e9), up: r.IntN(3) > 0, tags: []string{"a", "b"}[:r.IntN(3)],
		}
		all[i].peer = all[r.IntN(i+1)]
	}
	return all
}

// collections are the same tenants in every kind of collection.
func collections(n int) (*registry.Registry, []*tenant) {
	all := tenants(n)
	var box struct {
		list  []*tenant
		byID  map[int]*tenant
		syncs sync.Map
		chain *list.List
		iface []any
	}
	box.list, box.byID, box.chain = all, map[int]*tenant{}, list.New()
	for i, x := range all {
		box.byID[i] = x
		box.syncs.Store(i, x)
		box.chain.PushBack(x)
		box.iface = append(box.iface, x)
	}
	reg := registry.New()
	reg.Expose("box", &box)
	return reg, all
}

var kindsOfCollections = []string{"box.list", "box.byID", "box.syncs", "box.chain", "box.iface", "filter(box.list, true)", "map(box.byID, #)"}

// TestTop: top is the end of a sort, on every kind of collection.
func TestTop(t *testing.T) {
	reg, _ := collections(300)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, xs := range kindsOfCollections {
		for _, by := range []string{".bytes", ".rate", ".wait", ".up", ".name", "-.bytes", ".bytes * 2.5", "len(.tags)", ".peer.bytes", "if .up {.rate} else {-1.0}", "let b = .bytes; b % 7", "{.bytes}", "{let b = .bytes; b + #.bytes}", "count(.tags, # == \"a\")", "#.peer?.rate ?? 0"} {
			for _, n := range []int{0, 1, 7, 1000} {
				top := fmt.Sprintf("map(top(%s, %d, %s), .by)", xs, n, by)
				sorted := fmt.Sprintf("map(take(sortBy(%s, %s, \"desc\"), %d), %[2]s)", xs, by, n)
				x, err := value(t, s, top)
				y, err2 := value(t, s, sorted)
				if err != nil || err2 != nil || !reflect.DeepEqual(x, y) {
					t.Fatalf("%s is %v, %v\n%s is %v, %v", top, x, err, sorted, y, err2)
				}
			}
		}
	}
	for source, want := range map[string]string{
		`top(box.byID, 1, .bytes)[0].key == find(keys(box.byID), box.byID[#].bytes == max(map(box.byID, .bytes)))`: "true",
		`box.list[top(box.list, 1, .wait)[0].key].wait == max(map(box.list, .wait))`:                               "true",
		`top(box.list, 1, .wait)[0].value.peer.bytes >= 0`:                                                         "true",
		`top(box.list, 2, .peer)`:     "makes no sense",
		`top(box.list, -1, .rate)`:    "up to 1,000",
		`top(box.list, 1001)`:         "up to 1,000",
		`top(box.list, "1")`:          "a string",
		`top([1, nil], 1)`:            "nil",
		`top([], 3)`:                  "[]",
		`top([0.0/1, 3, 2], 1)[0].by`: "3",
	} {
		if got := shown(t, s, source); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestTopKeepsFew: the worst order for it is a rising one, where each element is the greatest so far.
func TestTopKeepsFew(t *testing.T) {
	s := NewSession(registry.New(), Limits{Bytes: 64 << 10, Time: time.Hour})
	if x, err := value(t, s, "top(map(1..200000, string(# + 100000)), 3)[0].by"); x != "300000" || err != nil {
		t.Error(x, err)
	}
	if x, err := value(t, s, "freq(map(1..200000, # % 10))[0].count"); x != 20000 || err != nil {
		t.Error(x, err)
	}
	if _, err := value(t, s, "freq(1..200000)"); codeOfError(err) != "budget" {
		t.Errorf("200,000 groups in 64 KiB: %v", err)
	}
}

// TestFreq: freq counts what groupBy groups, the most frequent first.
func TestFreq(t *testing.T) {
	reg, all := collections(500)
	s := NewSession(reg, Limits{Time: time.Hour})
	want := map[string]int{}
	for _, x := range all {
		want[x.name]++
	}
	for _, xs := range kindsOfCollections {
		x, err := value(t, s, "map(freq("+xs+", .name), [.value, .count])")
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		last := len(all)
		for _, row := range x.([]any) {
			pair := row.([]any)
			got[pair[0].(string)] = pair[1].(int)
			if pair[1].(int) > last {
				t.Errorf("freq(%s) is not in order: %v", xs, x)
			}
			last = pair[1].(int)
		}
		if !maps.Equal(got, want) {
			t.Errorf("freq(%s): %v, want %v", xs, got, want)
		}
	}
	for source, want := range map[string]any{
		"sum(freq(box.list, .up), .percent)":                                        100.0,
		"freq([1, 1.0, 2, nil, nil, nil])[0].value == nil":                          true,
		"freq([1, 1.0, 2])[0].count":                                                2,
		"freq(map([1, 2, 3, 4], # * duration(\"1s\") > duration(\"2s\")))[0].count": 2,
		"len(freq([]))": 0,
		// Of equal counts the order is that of the values.
		`map(freq(["b", nil, 10, "a", 9, true, "a", false, now()]), type(.value)) | join(" ")`: "string int int string time.Time bool nil bool",
		`map(freq(["b", 10, "a", 9, "a", 9.5]), string(.value)) | join(" ")`:                   "a 9 9.5 10 b",
		`map(freq(map(box.byID, .up)), .count) | sum()`:                                        500,
		"len(freq([[1], [1], [2]]))":                                                           2,
		"len(freq(take(box.list, 20), .peer)) <= 20":                                           true,
	} {
		if x, err := value(t, s, source); x != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
}

// TestHist: the percentiles are those of a sort, or as much above as is said.
func TestHist(t *testing.T) {
	reg, all := collections(5000)
	s := NewSession(reg, Limits{Time: time.Hour})
	for field, of := range map[string]func(x *tenant) float64{
		"bytes": func(x *tenant) float64 { return float64(x.bytes) },
		"rate":  func(x *tenant) float64 { return x.rate },
		"wait":  func(x *tenant) float64 { return float64(x.wait) },
	} {
		sorted := make([]float64, len(all))
		for i, x := range all {
			sorted[i] = of(x)
		}
		slices.Sort(sorted)
		for name, rank := range map[string]int{"min": 1, "p50": 2500, "p90": 4500, "p99": 4950, "p999": 4995, "max": 5000} {
			x, err := value(t, s, "hist(box.byID, ."+field+")."+name)
			var got float64
			switch x := x.(type) {
			case int:
				got = float64(x)
			case float64:
				got = x
			case time.Duration:
				got = float64(x)
			}
			want := sorted[rank-1]
			if slack := max(want, -want) / 1024; err != nil || got < want || got > want+slack || (name == "min" || name == "max") && got != want {
				t.Errorf("%s of %s is %v, %v, want %v", name, field, x, err, want)
			}
		}
		if x, err := value(t, s, "sum(hist(box.list, ."+field+").bars, .count)"); x != len(all) || err != nil {
			t.Errorf("the bars of %s have %v, %v", field, x, err)
		}
		// Each bar has what lies between its edges, up to what the note says.
		x, err := value(t, s, "map(hist(box.list, ."+field+").bars, [.from, .below, .count])")
		if err != nil {
			t.Fatal(err)
		}
		for _, bar := range x.([]any) {
			edge := func(i int) float64 {
				switch x := bar.([]any)[i].(type) {
				case int:
					return float64(x)
				case time.Duration:
					return float64(x)
				case float64:
					return x
				}
				t.Fatalf("an edge of %s is %v", field, bar)
				return 0
			}
			lo, hi, surely, maybe := edge(0), edge(1), 0, 0
			for _, v := range sorted {
				slack := max(v, -v) / 1024
				if v >= lo+slack && v < hi-slack {
					surely++
				}
				if v >= lo-slack && v < hi+slack {
					maybe++
				}
			}
			if n := bar.([]any)[2].(int); n < surely || n > maybe {
				t.Errorf("the bar from %v to %v of %s has %d, want %d to %d", lo, hi, field, n, surely, maybe)
			}
		}
	}
	for source, want := range map[string]string{
		`hist([])`:                              "no values",
		`hist([1, 2, "x"])`:                     "hist takes numbers, or durations, and this is a string",
		`hist([1, duration("1s")])`:             "hist takes numbers, or durations",
		`hist([now()])`:                         "now() - .field",
		`hist([nil])`:                           "this is nil",
		`hist(box.list)`:                        "name one of the fields",
		`hist([5]).p99`:                         "5",
		`hist([18446744073709551615.0, 1]).max`: "18446744073709552000",
		`hist([-5, 0, 5]).min`:                  "-5",
		`len(hist(map(1..100, # * # * # * #)).bars) < 40`: "true",
		`len(hist(map(1..100, 1.5 ** #)).bars) < 40`:      "true",
		`len(hist([1e-300, 1e300]).bars) < 60`:            "true",
		`len(hist([-1e300, 1e300]).bars) < 60`:            "true",
		`hist([0, 0, 0]).p50`:                             "0",
	} {
		if got := shown(t, s, source); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestHistNotes: what is not exact says so, and only that.
func TestHistNotes(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	for source, want := range map[string]bool{"hist(1..1000)": false, "hist(1..100000)": true, "hist(map(1..1000, float(#) + 0.5))": false, "hist(map(1..20000, float(#) / 7))": true} {
		r, err := s.Eval(t.Context(), source)
		if err != nil || (len(r.Notes) > 0) != want {
			t.Errorf("%s: %v, %v", source, r.Notes, err)
		}
	}
}

// TestSize measures what is known.
func TestSize(t *testing.T) {
	type node struct {
		next *node
		text string
		_    [40]byte
	}
	long := &node{}
	for range maxSizedDepth + 10 {
		long = &node{next: long}
	}
	ring := &node{text: "four"}
	ring.next = ring
	var empty struct {
		m map[int]int
		s []int
		i any
		p *int
	}
	shared := []int64{1, 2, 3}
	two := struct{ a, b []int64 }{shared, shared}
	boxed := struct{ x any }{[4]int64{}}
	ch := struct{ c chan int64 }{make(chan int64, 10)}
	reg := registry.New()
	reg.Expose("long", long)
	reg.Expose("ring", ring)
	reg.Expose("empty", &empty)
	reg.Expose("two", &two)
	reg.Expose("boxed", &boxed)
	reg.Expose("ch", &ch)
	reg.Expose("m", &map[int64]int64{1: 1, 2: 2})
	s := NewSession(reg, Limits{Time: time.Hour})
	word := int(reflect.TypeFor[uintptr]().Size())
	own := int(reflect.TypeFor[node]().Size())
	for source, want := range map[string]any{
		"size(ring).deep":        own + 4,
		"size(ring).objects":     2,
		"size(ring).shallow":     own,
		"size(empty).deep":       int(reflect.TypeOf(empty).Size()),
		"size(empty).objects":    1,
		"size(two).deep":         6*word + 24,
		"size(two.a[0:2]).deep":  3*word + 16,
		"size(boxed).deep":       2*word + 32,
		"size(ch).deep":          word + 80,
		"size(m).deep":           word + 2*17,
		"size(long).atLeast > 1": true,
		"size(long)?.deep ?? 0":  nil,
	} {
		x, err := value(t, s, source)
		if want == nil {
			if err == nil || !strings.Contains(err.Error(), "no field deep") {
				t.Errorf("%s: %v, %v: a size that is not known is told as one", source, x, err)
			}
			continue
		}
		if x != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
}

// TestDiff tells what changed, and where.
func TestDiff(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	for source, want := range map[string]string{
		`diff({a: 1, b: 2}, {a: 1, b: 2})`:         "nothing changed",
		`diff({a: 1, b: 2}, {b: 3, c: 4})`:         `["a"] 1 removed;["b"] 2 → 3 +1;["c"] 4 added`,
		`diff({a: {b: [1, 2]}}, {a: {b: [1, 5]}})`: `["a"]["b"][1] 2 → 5 +3`,
		`diff([1, 2, 3, 4], [2, 3, 4, 5])`:         `[0] 1 removed;[3] 5 added`,
		`diff([1, 2, 3, 4], [1, 9, 3, 4])`:         `[1] 2 → 9 +7`,
		`diff([1, 2], [0, 1, 2])`:                  `[0] 0 added`,
		`diff(["a", "b"], ["a"])`:                  `[1] "b" removed`,
		`diff(1, "a")`:                             `. 1 → "a"`,
		`diff(nil, 1)`:                             `. nil → 1`,
		`diff(5, 3)`:                               `. 5 → 3 -2`,
		`diff(duration("1s"), duration("3s"))`:     `. 1s → 3s +2s`,
		`diff(true, false)`:                        `. true → false`,
		`diff(sort([3, 1]), [1, 3])`:               "nothing changed",
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
	x, err := value(t, s, "map(diff(before, o), [.at, .change])")
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
	if n := strings.Count(got, "\n"); n > maxDiffLines || !strings.HasSuffix(got, "more: _[64:128]") {
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
		x, err := value(t, s, fmt.Sprintf("map(diff(%s, %s), [.at, .change, .before, .now])", write(a), write(b)))
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

// TestHelpPage says of each method whether it may be called, and why not.
func TestHelpPage(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for source, want := range map[string]any{
		`map(filter(help(cache).methods, .callable), .name)`: []any{"Len"},
		`find(help(cache).methods, .name == "Flush").note`:   `not allowed; registry.Methods("Flush") would`,
		`help(cache).doc`:                                          "the item cache",
		`help(cache).guard`:                                        "guarded by cache.mu",
		`map(help(cache.items.ax).fields, .name)`:                  []any{"hits", "status", "ttl", "tags", "payload", "token"},
		`find(help(cache.items.ax).fields, .name == "token").note`: "redacted",
	} {
		if x, err := value(t, s, source); !reflect.DeepEqual(x, want) || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
}

// TestTreeRows: a tree has a row for each part down to its depth.
func TestTreeRows(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for source, want := range map[string]any{
		`map(tree(cache, 1), .name)`:           []any{"cache", "mu", "items", "total", "last"},
		`count(tree(cache, 3), .depth == 2)`:   2,
		`tree({a: [1, 2]})[2].holds`:           "1",
		`len(tree(cache.items.ax.token ?? 1))`: nil,
	} {
		x, err := value(t, s, source)
		if want == nil {
			if codeOfError(err) != "redacted" {
				t.Errorf("%s: %v, %v", source, x, err)
			}
		} else if !reflect.DeepEqual(x, want) || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
	if _, err := value(t, s, "tree(cache, 21)"); codeOfError(err) != "range" {
		t.Error(err)
	}
}

// TestHelpersStop: each helper ends when it is told to, on a collection that is walked for long.
func TestHelpersStop(t *testing.T) {
	reg, _ := collections(20_000)
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{"top(1..1000000000, 3, # % 7)", "freq(1..1000000000, # % 7)", "hist(1..1000000000, # % 7)", "any(1..1000000000, size(box).objects < 0)", "any(1..1000000000, len(diff(box.list, box.iface)) < 0)", "any(1..1000000000, len(tree(box)) < 0)"} {
		ctx, cancel := context.WithCancel(t.Context())
		f := s.begin(ctx, s.limits)
		looks := 0
		f.m.ticked = func() {
			if looks++; looks == 10 {
				cancel()
			}
		}
		_, err := f.eval(source)
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestOwnPredicates: the signs of the predicates of own functions stand where they were, for errors too.
func TestOwnPredicates(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for source, want := range map[string]string{
		`top(cache.items, 1, .histt)`:        "1:22",
		`top(cache.items, 1, .hits + .nope)`: "1:30",
		`cache.items | top(1, .nope)`:        "1:23",
		"freq(cache.items,\n .nope)":         "2:3",
		`freq(cache.items, #acc)`:            "#acc has a meaning in reduce only",
		`top(cache.items, 1, .)`:             "",
		`freq(cache.items, .status +)`:       `unexpected ")"`,
		`freq(cache.items, .status))`:        `this ) closes nothing`,
		`cache.top(1, .x)`:                   "1:6",
		`freq(nums, #foo)`:                   "#foo",
		`.hits`:                              "1:1",
		`#`:                                  "1:1",
		`freq(nums) + .hits`:                 "1:14",
		`ꓸhits`:                              "1:",
	} {
		_, err := s.Eval(t.Context(), source)
		if err == nil || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), string(dotLetter)+string(hashLetter)) {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
	for source, want := range map[string]any{
		`map(cache.items, freq(.tags, # startsWith "n")[0]?.count ?? 0)`: []any{1, 0},
		`freq(nums, [#, 1][0] > 1 ? "many" : "few")[0].value`:            "many",
		`freq(nums, not (# in [1, 2]))[0].count`:                         2,
		`top(nums, 1, #index)[0].value`:                                  2,
		`top(cache.items, 1, #key)[0].key`:                               "bx",
		`map(top(nums, 2, -#), .value)`:                                  []any{1, 2},
		`let top = 5; top + top(nums, 1)[0].by`:                          8,
		`top(map(nums, ({a: #})), 1, .a)[0].value.a`:                     3,
		`nums | freq() | map(.count) | sum()`:                            3,
	} {
		x, err := value(t, s, source)
		if err != nil || !reflect.DeepEqual(x, want) {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
}

// TestOwnCompletion: within the predicate of an own function a dot is that of the element.
func TestOwnCompletion(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{})
	for _, line := range []string{"top(cache.items, 5, .hi", "freq(cache.items, .hi", "cache.items | hist(.hi", "top(cache.items, 1, .status == \"up\" and .hi"} {
		got := s.Complete(line, len(line))
		if len(got) != 1 || got[0].Text != "hits" {
			t.Errorf("%s: %v", line, got)
		}
	}
	if got := s.Complete("fre", 3); len(got) != 1 || got[0].Text != "freq(" {
		t.Error(got)
	}
	if _, err := s.Eval(t.Context(), "frek(nums)"); err == nil || !strings.Contains(err.Error(), "did you mean freq(…)?") {
		t.Error(err)
	}
}

// TestSnapLasts: a snapshot is as things were.
func TestSnapLasts(t *testing.T) {
	xs := []int{1, 2}
	reg := registry.New()
	reg.Expose("xs", &xs)
	s := NewSession(reg, Limits{})
	if _, err := s.Eval(t.Context(), "s = snap(xs)"); err != nil {
		t.Fatal(err)
	}
	xs[0] = 7
	if x, err := value(t, s, "s[0] + xs[0]"); x != 8 || err != nil {
		t.Error(x, err)
	}
	if _, err := s.Eval(t.Context(), "snap(1..20000)"); err != nil {
		t.Error(err)
	}
	big := make([]*int, 20_000)
	reg.Expose("big", &big)
	r, err := s.Eval(t.Context(), "c = snap(big)")
	if err != nil || len(r.Notes) == 0 || !strings.Contains(fmt.Sprint(r.Notes), "cut") {
		t.Errorf("a cut snapshot: %v, %v", r.Notes, err)
	}
	if _, err := s.Eval(t.Context(), "count(c, # == nil)"); err == nil || !strings.Contains(err.Error(), "was cut here") {
		t.Errorf("counting in a cut snapshot: %v", err)
	}
	r, err = s.Eval(t.Context(), "diff(c, big)")
	if err != nil || !strings.Contains(fmt.Sprint(r.Notes), "only the beginning") {
		t.Errorf("comparing a cut snapshot: %v, %v", r.Notes, err)
	}
}
