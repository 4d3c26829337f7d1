package eval

import (
	"fmt"
	"io"
	"math"
	"math/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type order struct {
	tenant   string
	bytes    int64
	price    float64
	wait     time.Duration
	big      uint64
	password string
}

func ordersRegistry() *registry.Registry {
	reg := registry.New()
	reg.Expose("orders", &[]order{
		{"a", 5, 0.5, time.Second, math.MaxUint64, "x"}, {"b", 7, 1.5, time.Minute, math.MaxUint64, "x"},
		{"a", 1, 0.25, time.Second, 1, "x"}, {"c", 12, 0, 0, 1, "x"}, {"c", 1, 0, 0, 0, "x"},
	})
	reg.Expose("signed", &[]int{1, -3, 2})
	reg.Expose("odd", &[]float64{math.NaN(), 2, 1})
	return reg
}

// TestSums: freq adds up by group in one pass.
func TestSums(t *testing.T) {
	s := NewSession(ordersRegistry(), Limits{Time: time.Hour})
	for _, c := range []struct{ source, want string }{
		{`freq(orders, .tenant, .bytes)`, `
value  count  sum  percent
"c"        2   13       50
"b"        1    7    26.92
"a"        2    6    23.08`},
		{`freq(orders, .tenant, .wait)`, `
value  count   sum  percent
"b"        1  1m0s    96.77
"a"        2    2s     3.23
"c"        2    0s        0`},
		{`freq(orders, .tenant)`, `
value  count  percent
"a"        2       40
"c"        2       40
"b"        1       20`},
		{`orders | freq(.tenant == "a", .price * 4)`, `
value  count  sum  percent
false      3    6    66.67
true       2    3    33.33`},
		{`freq(orders, [.tenant, .bytes > 4], .bytes)[0]`, `{value: ["c", true], count: 1, sum: 12, percent: 46.15}`},
		{`freq(orders, [.tenant, .bytes > 4])`, `
value         count  percent
["a", false]      1       20
["a", true]       1       20
["b", true]       1       20
["c", false]      1       20
["c", true]       1       20`},
		{`freq(filter(orders, .bytes > 5), .tenant, 1)`, `
value  count  sum  percent
"b"        1    1       50
"c"        1    1       50`},
		// No share of a whole: no percent.
		{`freq(signed, # > 0, #)`, `
value  count  sum
true       2    3
false      1   -3`},
		{`freq(signed, # > 0, 0)`, `
value  count  sum
true       2    0
false      1    0`},
		{`freq(odd, # == 2, #)[0]`, `{value: true, count: 1, sum: 2}`},
		{`freq([], #, #)`, `[]`},
		{`sum(freq(orders, .tenant, .bytes), .sum) == sum(orders, .bytes)`, `true`},
		{`map(groupBy(orders, .tenant), sum(#, .bytes))`, `{"a": 6, "b": 7, "c": 13}`},
		{`freq(orders, .tenant, .big)`, `error: the sum does not fit in 64 bits at 1:23; sum(xs, float(#)) gives a rounded answer`},
		{`freq(orders, .tenant, .tenant)`, `error: a string cannot be added up at 1:23; sum takes numbers, or durations, as in sum(xs, .size)`},
		{`freq(orders, .tenant, .password)`, `error: orders[0].password is redacted at 1:23; it may be shown as redacted, and nothing else`},
		{`freq(orders, .tenant, .bytez)`, `error: orders[0] (eval.order) has no field bytez at 1:24; did you mean bytes?`},
		{`freq(orders, .tenant, .bytes, 1)`, `error: freq has 4 arguments at 1:1; write freq(xs, .field, .size)`},
	} {
		if got := shown(t, s, c.source); got != strings.TrimPrefix(c.want, "\n") {
			t.Errorf("%s\n%s\nwant\n%s", c.source, got, c.want)
		}
	}
}

// TestGroupsKeepTheirKeys: what map makes of groups has the keys of the groups, however it was
// narrowed before, and in a variable too.
func TestGroupsKeepTheirKeys(t *testing.T) {
	s := NewSession(ordersRegistry(), Limits{Time: time.Hour})
	for _, c := range []struct{ source, want string }{
		{`map(groupBy(orders, .tenant), len(#))`, `{"a": 2, "b": 1, "c": 2}`},
		{`map(filter(groupBy(orders, .tenant), len(#) > 1), mean(map(#, .price)))`, `{"a": 0.375, "c": 0}`},
		{`map(map(groupBy(orders, .tenant), len(#)), # * 10)`, `{"a": 20, "b": 10, "c": 20}`},
		{`map(take(groupBy(orders, .tenant), 1), #key)`, `{"a": "a"}`},
		{`map(groupBy(orders, .bytes > 4), len(#))`, `{true: 3, false: 2}`},
		{`map(groupBy([], #), len(#))`, `{}`},
		{`sum(map(groupBy(orders, .tenant), len(#)))`, `5`},
		{`top(map(groupBy(orders, .tenant), sum(#, .bytes)), 1, #)[0].key`, `"c"`},
		{`map(groupBy(orders, .tenant), len(#)).c`, `2`},
		{`keys(map(groupBy(orders, .tenant), len(#)))`, `["a", "b", "c"]`},
		{`map(toPairs(groupBy(orders, .tenant)), len(#[1]))`, `[2, 1, 2]`},
		{`map(values(groupBy(orders, .tenant)), len(#))`, `[2, 1, 2]`},
		{`map({a: 1}, #)`, `[1]`},
	} {
		if got := shown(t, s, c.source); got != c.want {
			t.Errorf("%s\n%s\nwant\n%s", c.source, got, c.want)
		}
	}
	shown(t, s, `g = groupBy(orders, .tenant)`)
	if got := shown(t, s, `map(g, len(#))`); got != `{"a": 2, "b": 1, "c": 2}` {
		t.Error(got)
	}
	shown(t, s, `g = snap(groupBy(orders, .tenant))`)
	if got := shown(t, s, `map(g, len(#))`); got != `{"a": 2, "b": 1, "c": 2}` {
		t.Error(got)
	}
}

type (
	none struct{}
	mark struct {
		name  string
		state int
		token string
	}
	sets struct {
		words map[string]struct{}
		named map[string]none
		marks map[*mark]struct{}
		by    map[mark]struct{}
		empty map[string]struct{}
		null  map[*mark]struct{}
		wild  map[any]struct{}
		bools map[string]bool
		inAny any
	}
)

// TestSets: the elements of a set are its keys.
func TestSets(t *testing.T) {
	words := map[string]struct{}{"a": {}, "bb": {}, "ccc": {}}
	reg := registry.New()
	reg.Expose("s", &sets{
		words: words, named: map[string]none{"x": {}, "y": {}},
		marks: map[*mark]struct{}{{"one", 1, "t1"}: {}, {"two", 2, "t2"}: {}, {"also two", 2, "t3"}: {}},
		by:    map[mark]struct{}{{"one", 1, "t1"}: {}}, empty: map[string]struct{}{},
		wild: map[any]struct{}{1: {}, "one": {}}, bools: map[string]bool{"on": true}, inAny: &words,
	})
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, c := range []struct{ source, want string }{
		{`freq(s.marks, .state)`, `
value  count  percent
    2      2    66.67
    1      1    33.33`},
		{`sort(map(s.marks, .name))`, `["also two", "one", "two"]`},
		{`sort(map(filter(s.marks, .state == 2), .name))`, `["also two", "two"]`},
		{`count(filter(s.marks, .state == 2), .name != "two")`, `1`},
		{`find(s.marks, .state == 1).name`, `"one"`},
		{`groupBy(s.words, len(#))`, `{1: ["a"], 2: ["bb"], 3: ["ccc"]}`},
		{`map(groupBy(s.marks, .state), len(#))`, `{1: 1, 2: 2}`},
		{`top(s.words, 1, len(#))[0]`, `{"by": 3, "key": "ccc", "value": "ccc"}`},
		{`sort(s.words, "desc")`, `["ccc", "bb", "a"]`},
		{`sortBy(s.words, len(#), "desc")[0]`, `"ccc"`},
		{`join(sort(s.words), " ")`, `"a bb ccc"`},
		{`max(s.words)`, `"ccc"`},
		{`sort(concat(s.words, ["d"]))`, `["a", "bb", "ccc", "d"]`},
		{`first(sortBy(s.named, #))`, `"x"`},
		{`any(s.words, # == "bb")`, `true`},
		{`"bb" in s.words`, `true`},
		{`all(s.words, # == #key)`, `true`},
		{`any(s.inAny, # == "bb")`, `true`},
		{`sort(map(s.wild, string(#)))`, `["1", "one"]`},
		{`count(s.empty, # == "")`, `0`},
		{`count(s.null, .state > 0)`, `0`},
		{`len(s.words)`, `3`},
		{`reduce(s.words, #acc + len(#), 0)`, `6`},
		{`map(s.bools, #)`, `[true]`},
		// A part of a set is a set, and an entry is what Go has.
		{`filter(s.words, len(#) > 1)`, `≈map[string]struct{}{"bb": {}, "ccc": {}}`},
		{`filter(filter(s.words, len(#) > 1), # != "bb")`, `≈map[string]struct{}{"ccc": {}}`},
		{`sort(take(s.words, 3))`, `["a", "bb", "ccc"]`},
		{`s.words["a"]`, `copy ≈struct{}{}`},
		{`s.words == {a: {}, bb: {}, ccc: {}}`, `true`},
		{`sort(keys(s.words))`, `["a", "bb", "ccc"]`},
		{`len(values(s.words))`, `3`},
		// Nothing is told that was not told before.
		{`any(s.marks, .token == "t1")`, `error: this value is redacted at 1:21; it may be shown as redacted, and nothing else`},
		{`count(s.marks, #.token != "")`, `error: this value is redacted at 1:24; it may be shown as redacted, and nothing else`},
	} {
		if got := shown(t, s, c.source); got != strings.TrimPrefix(c.want, "\n") {
			t.Errorf("%s\n%s\nwant\n%s", c.source, got, c.want)
		}
	}
	shown(t, s, `w = filter(s.words, true)`)
	if got := shown(t, s, `sort(map(w, len(#)))`); got != `[1, 2, 3]` {
		t.Error(got)
	}
	if got := s.Complete(`count(s.marks, .sta`, 19); len(got) != 1 || got[0].Text != "state" {
		t.Error(got)
	}
}

// TestConnections asks net/http's own set of connections.
func TestConnections(t *testing.T) {
	idle := make(chan bool, 1)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateIdle {
			idle <- true
		}
	}
	server.Start()
	defer server.Close()
	resp, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	<-idle
	reg := registry.New()
	reg.Expose("server", server.Config)
	s := NewSession(reg, Limits{Time: time.Hour})
	// A state stands beside the second in which it began.
	if got, want := shown(t, s, `freq(server.activeConn, .curState % 256)`), "value  count  percent\n    2      1      100"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := shown(t, s, `len(freq(server.activeConn, .curState))`); got != "1" {
		t.Error(got)
	}
}

// TestGroupsOfMany: groups are told apart by all that they are, whatever of it fits into words, and
// however many there are.
func TestGroupsOfMany(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	var texts []string
	var numbers []int
	for range 5000 {
		// The same bytes in texts of other lengths, with zeros at their ends.
		text := strings.Repeat("a\x00b\x00\x00"[random.Intn(3):], 1+random.Intn(6))
		text = text[:random.Intn(len(text)+1)]
		if random.Intn(2) == 0 {
			text = strconv.Itoa(random.Intn(1000)) + text
		}
		texts = append(texts, strings.Clone(text))
		numbers = append(numbers, random.Intn(1000)<<random.Intn(54))
	}
	reg := registry.New()
	reg.Expose("texts", &texts)
	reg.Expose("numbers", &numbers)
	s := NewSession(reg, Limits{Time: time.Hour})
	slow := NewSession(reg, Limits{Time: time.Hour})
	slow.stepwise = true
	for _, source := range []string{
		"map(freq(texts, #), [.value, .count])", "map(freq(numbers, #), [.value, .count])",
		"map(groupBy(texts, #), len(#))", "map(groupBy(numbers, #), len(#))",
	} {
		show := func(s *Session) string {
			x, err := answer(t, s, source)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%q", x)
		}
		if got, want := show(s), show(slow); got != want {
			t.Errorf("%s: %.300s, want %.300s", source, got, want)
		}
	}
}
