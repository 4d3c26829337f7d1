package eval

import (
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

type status string

type item struct {
	key     string
	hits    int
	price   float64
	status  status
	tags    []string
	payload []byte
	expires time.Time
	ttl     time.Duration
	any     any
	next    *item
	apiKey  string
}

type cache struct {
	mu     sync.RWMutex
	items  map[string]*item
	byID   map[int]item
	misses uint64
	n      atomic.Int64
	p      *int
	none   map[string]int
	empty  []int
	ch     chan int
	err    error
	fn     func()
	secret string
	sub    *cache
	raw    unsafe.Pointer
}

func (c *cache) Len() int           { c.mu.RLock(); defer c.mu.RUnlock(); return len(c.items) }
func (c *cache) Get(k string) *item { c.mu.RLock(); defer c.mu.RUnlock(); return c.items[k] }
func (c *cache) Flush()             { c.items = nil }
func (it *item) Hot() bool          { return it.hits > 10 }

// shop is a small live world: a cache under a lock, and things with none.
func shop(t testing.TB) (*registry.Registry, *cache) {
	t.Helper()
	n := 7
	a := &item{key: "a", hits: 5, price: 1.5, status: "up", tags: []string{"x", "y"}, payload: []byte("hello"),
		expires: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), ttl: 90 * time.Second, any: status("inner"), apiKey: "sk_live_abcdefghijklmnop"}
	b := &item{key: "b", hits: 15, price: 2.5, status: "down", any: struct{ Code int }{42}, next: a}
	c := &cache{items: map[string]*item{"a": a, "b": b}, byID: map[int]item{1: *a, 2: *b}, misses: 1<<64 - 1, p: &n,
		none: nil, empty: nil, err: nil, fn: nil, raw: nil, ch: make(chan int, 3), secret: "hunter2hunter2", sub: &cache{}}
	c.n.Store(11)
	reg := registry.New()
	reg.Expose("cache", c, registry.Doc("the item cache"), registry.Methods("Len", "Get*"))
	reg.Expose("db.pool", &struct{ open, idle int }{3, 1})
	reg.Expose("db.pool2", &struct{ open int }{4})
	reg.Expose("nums", &[]int{1, 2, 3})
	reg.Expose("words", &map[string]int{"one": 1, "two": 2})
	return reg, c
}

type ring struct {
	n          int
	next, prev *ring
}

// rings is two equal cycles of doubly linked nodes, and one that differs at its end.
func rings() (a, b, c *ring) {
	make := func(last int) *ring {
		first := &ring{}
		at := first
		for i := range 50 {
			at.next = &ring{n: i + 1, prev: at}
			at = at.next
		}
		at.n = last
		at.next, first.prev = first, at
		return first
	}
	return make(7), make(7), make(8)
}

// TestCycles: what leads back to itself is compared, and ends.
func TestCycles(t *testing.T) {
	reg := registry.New()
	a, b, c := rings()
	reg.Expose("a", a)
	reg.Expose("b", b)
	reg.Expose("c", c)
	s := NewSession(reg, Limits{})
	for source, want := range map[string]any{"a == b": true, "a == c": false, "a == a": true, "a != c": true, "a in [c, b]": true, "[a] == [b]": true, "len(uniq([a, b, c]))": 2} {
		if got, err := answer(t, s, source); got != want || err != nil {
			t.Errorf("%s = %v, %v", source, got, err)
		}
	}
	for _, source := range []string{"toJSON(a)", "flatten([a])", "a", "string(a)", "x = a", "[a]", "x = [a]"} {
		if _, err := s.Eval(t.Context(), source); err != nil && codeOfError(err) != "budget" {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestLive is the language on live objects.
func TestLive(t *testing.T) {
	reg, _ := shop(t)
	s := NewSession(reg, Limits{})
	for _, c := range []struct {
		source string
		want   any
	}{
		{`cache.items["a"].hits`, 5}, {`cache.items.a.hits`, 5}, {`cache.items["a"].status == "up"`, true}, {`cache.items.a.status contains "u"`, true}, {`cache.items.a.status + "!"`, "up!"},
		{`count(cache.items, .hits > 10)`, 1}, {`filter(cache.items, .hits > 10) | map(.key)`, []any{"b"}}, {`sortBy(cache.items, .hits) | map(.key)`, []any{"a", "b"}}, {`map(sortBy(cache.items, .hits, "desc"), .key)`, []any{"b", "a"}},
		{`sum(cache.items, .hits)`, 20}, {`sum(map(cache.items, .price))`, 4.0}, {`any(cache.items, #key == "a" && .hits == 5)`, true}, {`sort(keys(cache.items))`, []any{"a", "b"}}, {`sort(map(cache.items, #key))`, []any{"a", "b"}},
		{`cache.byID[1].hits`, 5}, {`1 in cache.byID`, true}, {`3 in cache.byID`, false}, {`"a" in cache.items`, true}, {`"hits" in cache.items.a`, true}, {`get(cache.items, "zz")`, nil}, {`cache.items?.zz ?? 0`, 0}, {`cache.items.zz ?? 0`, 0}, {`cache.items?.zz`, nil}, {`cache.items.zz?.hits`, "no_key"}, {`cache.items?.zz?.hits`, nil}, {`cache.items?.zz?.hits ?? 9`, 9},
		{`cache.misses > 0`, true}, {`cache.misses == 18446744073709551615.0`, false}, {`cache.misses - 1`, uint64(1<<64 - 2)}, {`cache.misses + 1`, "overflow"},
		{`cache.n`, 11}, {`cache.n + 1`, 12}, {`cache.p`, 7}, {`cache.p * 2`, 14}, {`cache.none`, "live"}, {`cache.none == nil`, true}, {`len(cache.none)`, 0}, {`count(cache.none, true)`, 0}, {`count(cache.empty, true)`, 0}, {`cache.empty == nil`, true}, {`cache.none ?? 5`, 5}, {`cache.err`, nil}, {`cache.fn`, nil}, {`cache.err?.foo`, nil}, {`cache.sub == nil`, false}, {`cache.sub.sub`, nil}, {`cache.sub.sub?.items`, nil}, {`cache.sub.sub.items`, "nil"}, {`len(cache.ch)`, 0}, {`cap(cache.ch)`, 3},
		{`cache.items.a.ttl > duration("1s")`, true}, {`cache.items.a.ttl > 5`, "type"}, {`cache.items.a.expires > now()`, true}, {`cache.items.a.expires.Year()`, 2030}, {`cache.items.a.expires == date("2030-01-02T03:04:05Z")`, true},
		{`string(cache.items.a.payload)`, "hello"}, {`cache.items.a.payload contains "ell"`, true}, {`cache.items.a.payload == b"hello"`, true}, {`cache.items.a.payload[0]`, int('h')}, {`len(cache.items.a.payload)`, 5}, {`cache.items.a.payload == "hello"`, true},
		{`cache.items.a.any == "inner"`, true}, {`cache.items.b.any.Code`, 42}, {`cache.items.b.any?.Other`, nil}, {`cache.items.b?.typo`, "no_field"}, {`cache.itms`, "no_field"}, {`get(cache, "typo")`, "no_field"},
		{`cache.items.b.next.key`, "a"}, {`cache.items.b.next == cache.items.a`, "redacted"}, {`cache.items.a.tags == ["x", "y"]`, true}, {`"x" in cache.items.a.tags`, true}, {`cache.items.a.tags[-1]`, "y"}, {`cache.items.a.tags[1:]`, []any{"y"}}, {`join(cache.items.a.tags, "+")`, "x+y"}, {`cache.items.a.tags[2]`, "range"}, {`cache.items.a.tags[2] ?? "none"`, "none"}, {`1 in cache.items.a.tags`, "type"},
		{`filter(cache.items, any(.tags, # == "x")) | map(.key)`, []any{"a"}}, {`count(cache.items, len(filter(.tags, # != "")) > 1)`, 1}, {`map(cache.items, len(.tags)) | sort()`, []any{0, 2}}, {`flatten(map(cache.items, .tags))`, []any{"x", "y"}},
		{`cache.Len()`, 2}, {`cache.Get("a").hits`, 5}, {`cache.Get("zz")`, nil}, {`cache.Flush()`, "not_allowed"}, {`cache.Lne()`, "not_allowed"}, {`count(cache.items, cache.Len() == 2)`, 2}, {`filter(cache.items, .Hot())`, "not_allowed"},
		{`db.pool.open`, 3}, {`db.pool2.open`, 4}, {`db.pool["open"]`, 3}, {`db.pol`, "unknown_name"}, {`$env.db.pool.idle`, 1}, {`"db" in $env`, true}, {`"nix" in $env`, false}, {`len(db)`, 2}, {`pool`, "unknown_name"},
		{`nums[0] + nums[-1]`, 4}, {`sum(nums)`, 6}, {`max(nums)`, 3}, {`mean(nums)`, 2.0}, {`median(nums)`, 2.0}, {`reduce(nums, #acc * #)`, 6}, {`nums == [1, 2, 3]`, true}, {`[1, 2, 3] == nums`, true}, {`nums == nums[:]`, true}, {`reverse(nums)`, []any{3, 2, 1}}, {`2 in nums`, true}, {`findLast(nums, # < 3)`, 2}, {`findLastIndex(nums, # < 3)`, 1}, {`first(nums)`, 1}, {`last(nums)`, 3}, {`uniq(concat(nums, nums))`, []any{1, 2, 3}}, {`let xs = nums; xs[1]`, 2}, {`map(nums, # * 2)`, []any{2, 4, 6}}, {`filter(nums, # != 2)`, []any{1, 3}}, {`groupBy(nums, # % 2)`, map[any]any{0: []any{2}, 1: []any{1, 3}}}, {`len(take(nums, 2))`, 2}, {`sum(take(nums, 2))`, 3}, {`toJSON(nums)`, "[\n  1,\n  2,\n  3\n]"}, {`map(nums[1:], #)`, []any{2, 3}},
		{`words == {one: 1, two: 2}`, true}, {`words.one`, 1}, {`sum(words)`, 3}, {`words["three"]`, "no_key"}, {`sort(values(words))`, []any{1, 2}}, {`sort(map(toPairs(words), #[0]))`, []any{"one", "two"}}, {`len(words)`, 2}, {`max(words)`, 2}, {`len(take(words, 1))`, 1}, {`find(words, # == 2)`, 2},
		{`type(cache)`, "*eval.cache"}, {`type(cache.items)`, "map[string]*eval.item"}, {`type(cache.items.a.hits)`, "int"}, {`path(cache.items.a)`, `cache.items["a"]`},
		{`cache.secret`, "redacted value"}, {`cache.secret == "x"`, "redacted"}, {`cache = 5`, "syntax"}, {`db = 5`, "syntax"}, {`let cache = 5; cache`, "syntax"},
		{`cache > 1`, "type"}, {`cache.items.a + 1`, "type"}, {`count(cache, true)`, "type"}, {`!cache`, "type"},
		{`{a: cache.items.a}.a.hits`, 5}, {`[cache.items.a, cache.items.b][1].hits`, 15}, {`map(cache.items, #)[0].key in ["a", "b"]`, true}, {`find(cache.items, .hits > 10).key`, "b"}, {`reduce(cache.items, #acc.hits > .hits ? #acc : #).key`, "b"}, {`map(groupBy(cache.items, .status).up, .key)`, []any{"a"}}, {`first(sortBy(cache.items, -.hits)).key`, "b"}, {`map(cache.byID, #) | sortBy(.hits) | map(.key)`, []any{"a", "b"}},
		{`count(cache.items, {let me = #; any(cache.items, .hits > me.hits)})`, 1},
	} {
		got, err := answer(t, s, c.source)
		switch want := c.want.(type) {
		case string:
			switch {
			case codeOfError(err) == want && err != nil:
				continue
			case want == "live":
				if _, ok := got.(*access.View); ok {
					continue
				}
			case want == "redacted value":
				if _, ok := got.(*access.Redacted); ok {
					continue
				}
			}
		}
		f := s.begin(t.Context(), s.limits)
		if reflect.DeepEqual(got, c.want) {
			continue
		}
		if same, _, e := value.Same(&f.Thread, value.Of(got), value.Of(c.want)); err != nil || e != nil || !same {
			t.Errorf("%s = %#v, want %#v (%v)", c.source, got, c.want, err)
		}
	}
}

// flagLock is a guard that says whether it is held, and tells who tries it.
type flagLock struct {
	held  bool
	tried func()
}

func (l *flagLock) Lock()   { panic("queued for") }
func (l *flagLock) Unlock() { l.held = false }
func (l *flagLock) TryLock() bool {
	l.tried()
	l.held = true
	return true
}

// What a predicate reads of another object is read with the guard of the collection given back.
func TestPredicateAboutTwoObjects(t *testing.T) {
	list, other := &flagLock{tried: func() {}}, &flagLock{}
	tried := 0
	other.tried = func() {
		if tried++; list.held {
			t.Error("the guard of the list is held")
		}
	}
	type named struct{ names []string }
	reg := registry.New()
	reg.Expose("list", &named{names: []string{"a", "b"}}, registry.Guard(list))
	reg.Expose("other", &named{names: []string{"b"}}, registry.Guard(other))
	s := NewSession(reg, Limits{})
	if _, err := s.Eval(t.Context(), "x = other.names"); err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]any{
		"count(list.names, # < other.names[0])":                   1,
		"count(list.names, # < x[0])":                             1,
		"count(filter(list.names, # > ''), # < other.names[0])":   1,
		"len(filter(list.names, any([1], other.names[0] > 'a')))": 2,
	} {
		tried = 0
		if got, err := answer(t, s, source); got != want || err != nil || tried == 0 {
			t.Errorf("%s: %v, %v, after %d guards", source, got, err, tried)
		}
	}
}

// dir and help name the lock that is not taken and the option that would have it taken, and say of one that is what that means.
func TestLockIsNamed(t *testing.T) {
	type job struct {
		mu    sync.Mutex
		state string
	}
	queue := &struct {
		mu   sync.Mutex
		last *job
		jobs map[string]*job
		own  job
	}{last: &job{state: "done"}}
	queue.jobs = map[string]*job{"a": queue.last}
	for _, by := range []bool{false, true} {
		reg := registry.New()
		var opts []registry.Option
		if by {
			opts = append(opts, registry.GuardBy("mu"))
		}
		reg.Expose("queue", queue, opts...)
		s := NewSession(reg, Limits{})
		const not = `its lock mu is not taken, as its owner may reset it; registry.GuardBy("mu") on queue has it taken`
		const may = "a TryLock of the program's own can fail meanwhile"
		for source, want := range map[string]bool{
			"dir(queue)":                          true,
			"help(queue)":                         true,
			"help(queue.last)":                    true,
			"help(queue.jobs)":                    false,
			"help(queue.own)":                     false,
			"dir(queue.own)":                      false,
			`queue.last`:                          true,
			`queue.jobs["a"]`:                     true,
			`queue.own.state`:                     false,
			`count(queue.jobs, .state == "done")`: true,
		} {
			r, err := s.Eval(t.Context(), source)
			if err != nil {
				t.Fatal(source, err)
			}
			text := shown(t, s, source) + strings.Join(r.Notes, " ")
			if got := strings.Contains(text, not); got != (want && !by) {
				t.Errorf("%s, by %v: %s", source, by, text)
			}
			if help := strings.HasPrefix(source, "help(") && (by || source != "help(queue.last)"); strings.Contains(text, may) != help {
				t.Errorf("%s, by %v: %s", source, by, text)
			}
		}
	}
}
