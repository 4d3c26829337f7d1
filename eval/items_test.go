package eval

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestItems: what waits in a channel is a list, under the policy of its owner.
func TestItems(t *testing.T) {
	type job struct {
		id     int
		tenant string
		token  string
		card   string
	}
	type queue struct {
		mu     sync.Mutex //lint:ignore U1000 it is found
		jobs   chan *job
		plain  chan job
		recv   <-chan int
		none   chan int
		zero   chan int
		tokens chan string
		hidden chan string `inspect:"secret"`
	}
	ints := make(chan int, 3)
	ints <- 7
	ints <- 8
	q := &queue{
		jobs: make(chan *job, 10), plain: make(chan job, 2), recv: ints, zero: make(chan int),
		tokens: make(chan string, 1), hidden: make(chan string, 1),
	}
	for i := range 5 {
		q.jobs <- &job{i, string(rune('a' + i%2)), "tok", "4000"}
	}
	q.plain <- job{9, "z", "tok", "4000"}
	q.tokens <- "secret"
	q.hidden <- "secret"
	frozen := &struct{ ch chan string }{make(chan string, 1)}
	frozen.ch <- "x"
	reg := registry.New()
	reg.Expose("q", q, registry.Hide("jobs.*.card"))
	reg.Expose("free", &struct {
		any  any
		list []chan int
	}{ints, []chan int{ints}})
	reg.Expose("frozen", frozen, registry.Frozen())
	reg.Expose("owned", &struct{ ch chan int }{ints}, registry.Owner(func(f func()) { f() }))
	s := NewSession(reg, Limits{Time: time.Hour})
	q.mu.Lock() // nobody needs it
	defer q.mu.Unlock()
	for _, c := range []struct{ source, want string }{
		{`map(items(q.jobs), .id)`, `[0, 1, 2, 3, 4]`},
		{`items(q.jobs) | count(.tenant == "a")`, `3`},
		{`freq(items(q.jobs), .tenant)[0]`, `{value: "a", count: 3, percent: 60}`},
		{`items(q.recv)`, `[7, 8]`},
		{`items(free.any)`, `[7, 8]`},
		{`items(free.list[0])`, `[7, 8]`},
		{`items(owned.ch)`, `[7, 8]`},
		{`items(frozen.ch)`, `["x"]`},
		{`items(q.none)`, `[]`},
		{`items(q.zero)`, `[]`},
		{`items(nil)`, `[]`},
		{`len(items(q.recv))`, `2`},
		{`first(items(q.jobs)).id`, `0`},
		{`take(items(q.recv), 1)`, `[7]`},
		{`sum(items(q.recv))`, `15`},
		{`items(q.plain)[0].tenant`, `"z"`},
		{`path(items(q.jobs)[2])`, `"items(q.jobs)[2]"`},
		{`items(q.jobs)[2].id`, `2`},
		{`items(q.plain)`, `≈[eval.job{id: 9, tenant: "z", token: <redacted>, card: "4000"}]`},
		{`items(q.jobs)[0].card`, `<redacted>`},
		{`items(q.jobs)[0].token == "tok"`, `error: items(q.jobs)[0].token is redacted at 1:24; it may be shown as redacted, and nothing else`},
		{`items(q.tokens)`, `[<redacted>]`},
		{`count(items(q.tokens), # == "secret")`, `error: items(q.tokens)[0] is redacted at 1:26; it may be shown as redacted, and nothing else`},
		{`items(q.hidden)`, `error: q.hidden is redacted at 1:1; it may be shown as redacted, and nothing else`},
		{`items(q)`, `error: argument 1 of items has to be a channel, not a *eval.queue at 1:1`},
		{`items([1])`, `error: argument 1 of items has to be a channel, not a list at 1:1`},
		{`items("a")`, `error: argument 1 of items has to be a channel, not a string at 1:1`},
	} {
		if got := shown(t, s, c.source); got != strings.TrimPrefix(c.want, "\n") {
			t.Errorf("%s\n%s\nwant\n%s", c.source, got, c.want)
		}
	}
	if len(q.jobs) != 5 || len(ints) != 2 {
		t.Error("something was received")
	}
}
