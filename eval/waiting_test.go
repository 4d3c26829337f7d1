package eval

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// quay has locks that methods hold while they wait for a channel.
type quay struct {
	stock int
	mu    sync.Mutex
	rw    sync.RWMutex
	free  sync.Mutex
	inner struct {
		mu sync.Mutex // lies where inner begins
	}
	jobs chan int
}

//go:noinline
func (d *quay) refill(c chan int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stock += <-c
}

//go:noinline
func (d *quay) refillPlain(c chan int) {
	d.mu.Lock()
	n := <-c
	d.stock += n
	d.mu.Unlock()
}

//go:noinline
func (d *quay) count(c chan int) {
	d.rw.RLock()
	defer d.rw.RUnlock()
	<-c
}

//go:noinline
func (d *quay) take() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stock--
}

//go:noinline
func (d *quay) change() {
	d.rw.Lock()
	defer d.rw.Unlock()
}

// until evaluates source until it is true.
func until(t *testing.T, s *Session, source string) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(time.Millisecond) {
		got := shown(t, s, source)
		if got == "true" {
			return
		}
		if time.Since(begin) > time.Minute {
			t.Fatalf("%s stays %s", source, got)
		}
	}
}

// say checks what is shown of each line.
func say(t *testing.T, s *Session, part map[string]string) {
	t.Helper()
	for source, want := range part {
		if got := shown(t, s, source); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

func TestWaiting(t *testing.T) {
	for _, holder := range []struct {
		name, says string
		hold       func(*quay, chan int)
	}{
		{"deferred", "its address stands in the frame of", (*quay).refill},
		{"plain", "stands in the frame of", (*quay).refillPlain},
	} {
		t.Run(holder.name, func(t *testing.T) {
			d := &quay{jobs: make(chan int)}
			reg := registry.New()
			reg.Expose("quay", d, registry.Guard(nil))
			reg.Goroutines()
			s := NewSession(reg, Limits{Time: time.Hour})
			var ended sync.WaitGroup
			c, stop := make(chan int), make(chan int)
			ended.Go(func() { holder.hold(d, c) })
			until(t, s, `any(goroutines, .top contains "quay).refill" and .wait == "chan receive")`)
			for range 3 {
				ended.Go(d.take)
			}
			ended.Go(func() { d.count(stop) })
			until(t, s, `any(goroutines, .top contains "quay).count" and .wait == "chan receive")`)
			ended.Go(d.change)
			until(t, s, `waiting(quay.mu)[0].waiting == 3 and waiting(quay.rw)[0].waiting == 1`)

			got := shown(t, s, "waiting(quay.mu)")
			for _, want := range []string{"quay.mu: locked", "3 wait in", "eval.(*quay).take", "sync.Mutex.Lock", "chan receive in eval.(*quay).refill", holder.says} {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			got = shown(t, s, "waiting(quay.rw)")
			for _, want := range []string{"quay.rw: 1 reading, a writer waiting", "1 waits in", "eval.(*quay).change", "chan receive in eval.(*quay).count"} {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			say(t, s, map[string]string{
				"waiting(quay.free)":                                      "nobody holds it",
				"waiting(quay.inner.mu)":                                  "nobody waits",
				"map(waiting(quay), .path)":                               `["quay.mu", "quay.rw", "quay.free", "quay.inner.mu", "quay.jobs"]`,
				"sum(waiting(quay), .waiting)":                            "4",
				"waiting(quay.stock)":                                     "is no lock, channel, WaitGroup or Cond",
				"len(waiting(quay.mu)[0].likely)":                         "1",
				"waiting(quay.free)[0].likely":                            "[]",
				"waiting(quay.mu)[0].waiters[0].count":                    "3",
				"count(goroutines, any(.waitsFor, .path == \"quay.mu\"))": "3",
			})
			c <- 1
			close(stop)
			ended.Wait()
			if got := shown(t, s, "waiting(quay.mu)"); got != "quay.mu: unlocked\n  nobody waits\n  nobody holds it" {
				t.Error(got)
			}
		})
	}
}

// TestWaitingForMany: of each thing that goroutines wait for, who waits is told.
func TestWaitingForMany(t *testing.T) {
	y := newYard()
	y.waiters(t, 2)
	s := NewSession(y.registry(), Limits{Time: time.Hour})
	say(t, s, map[string]string{
		"waiting(yard.jobs)[0].waiting":         "4",
		"waiting(yard.other)[0].waiting":        "2",
		"waiting(yard.wg)[0].waiters[0].wait":   `"sync.WaitGroup.Wait"`,
		"waiting(yard.cond)[0].waiters[0].wait": `"sync.Cond.Wait"`,
		"waiting(yard.rw)[0].waiters[0].wait":   `"sync.RWMutex.RLock"`,
		"waiting(yard.shards[2])[0].waiting":    "2",
		"waiting(yard.shards[1])[0].waiting":    "0",
		"waiting(yard.secret.token)":            "redacted",
		"waiting(yard.first)":                   "is no lock",
		"waiting(goroutines[0].id)":             "is no lock",
	})
	reg := registry.New()
	reg.Expose("yard", y, registry.Guard(nil))
	if got := shown(t, NewSession(reg, Limits{Time: time.Hour}), "waiting(yard.mu)"); !strings.Contains(got, "does not expose") {
		t.Error(got)
	}
}

// meterhouse has what goroutines wait for in other ways.
type meterhouse struct {
	due   *time.Timer
	never chan int
	wg    *sync.WaitGroup
	once  sync.Once
}

//go:noinline
func (g *meterhouse) measure(wg *sync.WaitGroup, c chan int) {
	defer wg.Done()
	<-c
}

// TestWaitingInOtherWays: for timers, for nothing, for a WaitGroup that one goroutine has, for a Once.
func TestWaitingInOtherWays(t *testing.T) {
	g := &meterhouse{due: time.NewTimer(time.Hour), wg: new(sync.WaitGroup)}
	reg := registry.New()
	reg.Expose("gauge", g, registry.Guard(nil))
	reg.Goroutines()
	s := NewSession(reg, Limits{Time: time.Hour})
	c := make(chan int)
	var stop atomic.Bool
	var ended sync.WaitGroup
	go func() { <-g.never }() // until the tests end
	ended.Go(func() { <-g.due.C })
	ended.Go(func() {
		for !stop.Load() {
			time.Sleep(20 * time.Millisecond)
		}
	})
	g.wg.Add(1)
	ended.Go(func() { g.measure(g.wg, c) })
	ended.Go(g.wg.Wait)
	ended.Go(func() { g.once.Do(func() { <-c }) })
	until(t, s, `any(goroutines, any(.frames, .function contains "sync.(*Once).Do") and .wait == "chan receive")`)
	ended.Go(func() { g.once.Do(func() {}) })
	until(t, s, `waiting(gauge.once)[0].waiting == 1 and waiting(gauge.wg)[0].waiting == 1 and waiting(gauge.due.C)[0].waiting == 1`)
	until(t, s, `any(goroutines, .wait == "sleep" and .waitsFor == [])`)
	say(t, s, map[string]string{
		`count(goroutines, .wait == "chan receive (nil chan)" and len(.waitsFor) == 0) > 0`: "true",
		"waiting(gauge.due.C)":       "1 waits in",
		"waiting(gauge.never)":       "nil",
		"waiting(gauge.wg)":          "may end the wait: goroutine ",
		"waiting(gauge.once)":        "stands in the frame of sync.(*Once).doSlow",
		"len(deadlocks())":           "0",
		"waiting(gauge.wg)[0].state": `"waits for 1"`,
	})
	stop.Store(true)
	close(c)
	g.due.Reset(0)
	ended.Wait()
	say(t, s, map[string]string{"waiting(gauge.wg)": "waits for 0\n  nobody waits", "waiting(gauge.once)": "nobody waits"})
}

//go:noinline
func (d *quay) await(c *sync.Cond) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.Wait()
}

// TestWaitingAtCond: who waits at a Cond has given the lock back, and is not told as its holder.
func TestWaitingAtCond(t *testing.T) {
	d := new(quay)
	reg := registry.New()
	reg.Expose("quay", d, registry.Guard(nil))
	reg.Goroutines()
	s := NewSession(reg, Limits{Time: time.Hour})
	cond := sync.NewCond(&d.mu)
	var ended sync.WaitGroup
	for range 3 {
		ended.Go(func() { d.await(cond) })
	}
	until(t, s, `count(goroutines, .top contains "quay).await" and .wait == "sync.Cond.Wait") == 3`)
	c := make(chan int)
	ended.Go(func() { d.refill(c) })
	until(t, s, `any(goroutines, .top contains "quay).refill" and .wait == "chan receive")`)
	ended.Go(d.take)
	until(t, s, `waiting(quay.mu)[0].waiting == 1`)
	say(t, s, map[string]string{
		"map(waiting(quay.mu)[0].likely, .wait)": `["chan receive"]`,
		"deadlocks()":                            "likely: goroutine",
	})
	c <- 1
	d.mu.Lock()
	cond.Broadcast()
	d.mu.Unlock()
	ended.Wait()
}

// begun has a method that expressions can call.
type begun struct{ begin func() }

func (b *begun) Begin() int { b.begin(); return 1 }

// TestWaitingMeanwhile: where the state of a channel was read after somebody has come who was not there
// when goroutines were read, the answer says so. Who waits in several cases of a select waits once.
func TestWaitingMeanwhile(t *testing.T) {
	d := &quay{jobs: make(chan int)}
	reg := registry.New()
	reg.Expose("quay", d, registry.Guard(nil))
	reg.Goroutines()
	look := NewSession(reg, Limits{Time: time.Hour})
	var ended sync.WaitGroup
	b := &begun{func() {
		ended.Go(func() {
			select {
			case <-d.jobs:
			case _, ok := <-d.jobs:
				if ok {
					t.Error("a job")
				}
			}
		})
		until(t, look, "waiting(quay.jobs)[0].waiting == 1")
	}}
	reg.Expose("b", b, registry.Methods("Begin"), registry.Guard(nil))
	reg.CallTime = time.Hour
	s := NewSession(reg, Limits{Time: time.Hour})
	const note = "who waits for quay.jobs was read a moment before its state, and has changed in between; ask again"
	r, err := s.Eval(t.Context(), "[len(goroutines) > 0, b.Begin(), waiting(quay.jobs)[0].state, waiting(quay.jobs)[0].waiting]")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Node.Line(0); got != `[true, 1, "0 of 0, 2 receiving", 0]` || !slices.Contains(r.Notes, note) {
		t.Errorf("%s, %q", got, r.Notes)
	}
	r, err = s.Eval(t.Context(), "waiting(quay.jobs)[0].waiting")
	if err != nil || r.Node.Line(0) != "1" || slices.Contains(r.Notes, note) {
		t.Errorf("%v, %q, %v", r.Node.Line(0), r.Notes, err)
	}
	close(d.jobs)
	ended.Wait()
}

// TestHeldGuard: the error of a lock that could not be had says who waits for it and who may hold it,
// where goroutines are exposed.
func TestHeldGuard(t *testing.T) {
	d := &quay{jobs: make(chan int)}
	reg := registry.New()
	reg.GuardWait = 10 * time.Millisecond
	reg.Expose("quay", map[string]int{"other": 1})
	held := map[string]int{"a": 1}
	reg.Expose("held", &held, registry.Guard(&d.mu))
	s := NewSession(reg, Limits{Time: time.Hour})
	var ended sync.WaitGroup
	c := make(chan int)
	all := registry.New()
	all.Goroutines()
	look := NewSession(all, Limits{Time: time.Hour})
	ended.Go(func() { d.refill(c) })
	until(t, look, `any(goroutines, .top contains "quay).refill" and .wait == "chan receive")`)
	for range 2 {
		ended.Go(d.take)
	}
	until(t, look, `count(goroutines, .top contains "quay).take" and .wait == "sync.Mutex.Lock") == 2`)
	if got := shown(t, s, "held.a"); strings.Contains(got, "goroutine") || !strings.Contains(got, "was held for all of") {
		t.Error(got)
	}
	reg.Goroutines()
	got := shown(t, s, "held.a")
	for _, want := range []string{"was held for all of", "2 goroutines wait for it, and the likely holder is goroutine ", "eval.(*quay).refill (chan receive); scalars can still be read"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	c <- 1
	ended.Wait()
	if got := shown(t, s, "held.a"); got != "1" {
		t.Error(got)
	}
}
