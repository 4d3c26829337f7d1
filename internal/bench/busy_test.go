package bench

import (
	"container/list"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

const (
	subsystems = 18
	pulse      = 5 * time.Millisecond // between two operations of one
)

// shop is an application of eighteen subsystems, each of which does a small operation two hundred
// times a second. Together they take a third of the machine.
type shop struct {
	parts [subsystems]part
	turns int // of the loop in an operation
}

type part struct {
	mu     sync.Mutex
	name   string
	byName map[string]*entry
	recent []*entry
	done   int
}

// spin is what an operation computes.
func spin(turns int) (x uint32) {
	for i := range uint32(turns) {
		x = x*31 + i
	}
	runtime.KeepAlive(x) // so that nobody finds it useless
	return x
}

func newShop() *shop {
	s := &shop{}
	for i := range s.parts {
		s.parts[i] = part{name: fmt.Sprint("part ", i), byName: newCache(1000), recent: make([]*entry, 100)}
	}
	// The fastest of several is how fast a turn is on an idle processor.
	const try = 1_000_000
	turn := took(func() { spin(try) })
	for range 20 {
		turn = min(turn, took(func() { spin(try) }))
	}
	each := pulse * time.Duration(runtime.GOMAXPROCS(0)) / 3 / subsystems
	s.turns = int(try * each / turn)
	return s
}

// operate does one operation: it computes, and changes what it has under its lock.
func (p *part) operate(turns int) {
	x := spin(turns)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	key := fmt.Sprintf("item-%08d", p.done%1000)
	e := &entry{Name: key, Hits: int(x % most)}
	p.byName[key], p.recent[p.done%len(p.recent)] = e, e
}

// run has all subsystems work until f returns, and returns how much later than at its time each
// operation was done.
func (s *shop) run(f func()) (late []time.Duration) {
	var stop atomic.Bool
	var working sync.WaitGroup
	each := make([][]time.Duration, len(s.parts))
	begin := time.Now()
	for i := range s.parts {
		working.Go(func() {
			due := begin.Add(pulse * time.Duration(i) / subsystems)
			for !stop.Load() {
				time.Sleep(time.Until(due))
				s.parts[i].operate(s.turns)
				late := time.Since(due)
				each[i] = append(each[i], late)
				due = due.Add(max(pulse, late/pulse*pulse)) // as time.Ticker, it makes up for none that it missed
			}
		})
	}
	f()
	stop.Store(true)
	working.Wait()
	return slices.Concat(each...)
}

// links are structures whose elements lead to each other.
type links struct {
	head *order // the newest, of ten thousand
	ring *list.List
	tree *category
}

type order struct {
	older *order
	Total int
	State string
}

type category struct {
	Name  string
	Sold  int
	below []*category
}

func newLinks() *links {
	random := rand.New(rand.NewPCG(10, 11))
	l := &links{ring: list.New()}
	orders := rig.Lived(10_000, func(i int) *order { return &order{Total: random.IntN(1000), State: states[i%len(states)]} })
	for _, o := range orders {
		o.older, l.head = l.head, o
	}
	for _, e := range rig.Lived(50_000, func(i int) *entry { return &entry{Name: fmt.Sprint(i), Hits: random.IntN(most)} }) {
		l.ring.PushBack(e)
	}
	categories := rig.Lived(11_111, func(i int) *category { return &category{Name: fmt.Sprint("category ", i), Sold: i % 100} })
	for i, c := range categories[1:] {
		parent := categories[i/10]
		parent.below = append(parent.below, c)
	}
	l.tree = categories[0]
	return l
}

// BenchmarkBusy asks twelve kinds of questions beside an application that takes a third of the
// machine, with the limits that a server has by default. It reports how long an answer takes, and
// how late operations of the application are done in the median and in one of a thousand, beside
// how late they are while nobody asks.
func BenchmarkBusy(b *testing.B) {
	cache, queue, users, l := newCache(1_000_000), newQueue(1_000_000), newUsers(10_000), newLinks()
	jobs := &store{items: newCache(100_000)}
	s := newShop()
	reg := registry.New()
	reg.Expose("cache", &cache)
	reg.Expose("jobs", jobs)
	reg.Expose("queue", &queue)
	reg.Expose("users", &users)
	reg.Expose("links", l)
	reg.Expose("shop", s)
	addr := serve(b, reg, eval.Limits{})
	for _, q := range []struct{ name, line string }{
		{"count", "count(cache, .Hits > 500000)"},
		{"count under a lock", "count(jobs.items, .State == \"stale\" and .Hits < 1000)"},
		{"sum", "sum(cache, .Bytes)"},
		{"freq", "freq(cache, .State)"},
		{"groupBy", "map(groupBy(users, .Address.City), len(#))"},
		{"filter", "len(filter(jobs.items, .Expires < now()))"},
		{"find", "find(cache, .Hits == -1)"},
		{"sortBy", "sortBy(jobs.items, .Hits)[:10]"},
		{"top", "map(top(cache, 10, .Hits), .by)"},
		{"reduce", "reduce(queue, #acc > # ? #acc : #, 0)"},
		{"chain", "count(chain(links.head, .older), .State == \"failed\")"},
		{"list", "max(map(links.ring, .Hits))"},
	} {
		b.Run(q.name, func(b *testing.B) {
			sc := rig.NewScript(b, "tcp", addr)
			var answers []time.Duration
			var failed int
			var median, rare []float64
			for b.Loop() {
				alone := s.run(func() { time.Sleep(300 * time.Millisecond) })
				looked := s.run(func() {
					for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
						answers = append(answers, took(func() {
							if _, err := sc.Ask(q.line); err != nil {
								b.Log(err)
								failed++
							}
						}))
					}
				})
				median = append(median, float64(at(looked, 0.5))/float64(at(alone, 0.5)))
				rare = append(rare, float64(at(looked, 0.999))/float64(at(alone, 0.999)))
			}
			b.ReportMetric(ms(at(answers, 0.5)), "ms-p50")
			b.ReportMetric(ms(at(answers, 1)), "ms-longest")
			b.ReportMetric(middle(median), "×late-p50")
			b.ReportMetric(middle(rare), "×late-p99.9")
			b.ReportMetric(float64(failed), "failed")
			b.ReportMetric(0, "ns/op")
		})
	}
}
