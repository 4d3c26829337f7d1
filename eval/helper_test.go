package eval

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
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
	cases := 0
	for _, xs := range kindsOfCollections {
		for _, by := range []string{".bytes", ".rate", ".wait", ".up", ".name", "-.bytes", ".bytes * 2.5", "len(.tags)", ".peer.bytes", "if .up {.rate} else {-1.0}", "let b = .bytes; b % 7", "{.bytes}", "{let b = .bytes; b + #.bytes}", "count(.tags, # == \"a\")", "#.peer?.rate ?? 0"} {
			for _, n := range []int{0, 1, 7, 1000} {
				if cases++; cases%attack.Stride(3) != 0 {
					continue
				}
				top := fmt.Sprintf("map(top(%s, %d, %s), .by)", xs, n, by)
				sorted := fmt.Sprintf("map(take(sortBy(%s, %s, \"desc\"), %d), %[2]s)", xs, by, n)
				x, err := answer(t, s, top)
				y, err2 := answer(t, s, sorted)
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
	if x, err := answer(t, s, "top(map(1..200000, string(# + 100000)), 3)[0].by"); x != "300000" || err != nil {
		t.Error(x, err)
	}
	if x, err := answer(t, s, "freq(map(1..200000, # % 10))[0].count"); x != 20000 || err != nil {
		t.Error(x, err)
	}
	if _, err := answer(t, s, "freq(1..200000)"); codeOfError(err) != "budget" {
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
		x, err := answer(t, s, "map(freq("+xs+", .name), [.value, .count])")
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
		if x, err := answer(t, s, source); x != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
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
	for range 2_010 {
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
		"size(ring).deep":       own + 4,
		"size(ring).objects":    2,
		"size(ring).shallow":    own,
		"size(empty).deep":      int(reflect.TypeOf(empty).Size()),
		"size(empty).objects":   1,
		"size(two).deep":        6*word + 24,
		"size(two.a[0:2]).deep": 3*word + 16,
		"size(boxed).deep":      2*word + 32,
		"size(ch).deep":         word + 80,
		"size(m).deep":          word + 2*17,
		"size(long).deep":       2_011 * own,
	} {
		x, err := answer(t, s, source)
		if x != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
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
		if x, err := answer(t, s, source); !reflect.DeepEqual(x, want) || err != nil {
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
		x, err := answer(t, s, source)
		if want == nil {
			if codeOfError(err) != "redacted" {
				t.Errorf("%s: %v, %v", source, x, err)
			}
		} else if !reflect.DeepEqual(x, want) || err != nil {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
	if _, err := answer(t, s, "tree(cache, 21)"); codeOfError(err) != "range" {
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
		f.Looked = func() {
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
	if x, err := answer(t, s, "s[0] + xs[0]"); x != 8 || err != nil {
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
