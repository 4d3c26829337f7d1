package eval

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// harbor has locks that goroutines take in the wrong order.
type harbor struct {
	a, b, c mooring
	rw      sync.RWMutex
	first   struct {
		mu sync.Mutex // has the address of first
	}
	secret mooring
}

type mooring struct {
	ships int
	mu    sync.Mutex
}

// leave stands for the call that would give a lock back: its address stays in the frame of who
// defers it. What a goroutine of these tests takes first is given back by [release]; the lock for
// which it waits, by itself.
//
//go:noinline
func leave(*sync.Mutex) {}

//go:noinline
func leaveRead(*sync.RWMutex) {}

// dock takes from, and then to once all are there.
//
//go:noinline
func (h *harbor) dock(from, to *mooring, all *sync.WaitGroup) {
	from.mu.Lock()
	defer leave(&from.mu)
	all.Done()
	all.Wait()
	to.mu.Lock()
	defer to.mu.Unlock()
}

//go:noinline
func (h *harbor) upgrade() {
	h.rw.RLock()
	defer leaveRead(&h.rw)
	h.rw.Lock()
}

// readTwice reads again while a writer waits.
//
//go:noinline
func (h *harbor) readTwice(go1 chan int) {
	h.rw.RLock()
	defer leaveRead(&h.rw)
	<-go1
	h.readAgain()
}

//go:noinline
func (h *harbor) readAgain() {
	h.rw.RLock()
	defer leaveRead(&h.rw)
}

//go:noinline
func (h *harbor) write() {
	h.rw.Lock()
	defer leaveRead(&h.rw)
}

//go:noinline
func (h *harbor) outer() {
	h.a.mu.Lock()
	defer leave(&h.a.mu)
	h.inner()
}

//go:noinline
func (h *harbor) inner() {
	h.a.mu.Lock()
	defer h.a.mu.Unlock()
}

//go:noinline
func (h *harbor) twice() {
	h.b.mu.Lock()
	defer leave(&h.b.mu)
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
}

//go:noinline
func (h *harbor) twiceAtStart() {
	h.first.mu.Lock()
	defer leave(&h.first.mu)
	h.innerAtStart(&h.first.mu)
}

//go:noinline
func (h *harbor) innerAtStart(l *sync.Mutex) {
	l.Lock()
	defer l.Unlock()
}

// hold holds to until c.
//
//go:noinline
func hold(l *sync.Mutex, c chan int) {
	l.Lock()
	defer leave(l)
	<-c
}

// befriend has the address of a lock that it does not hold, and waits for another.
//
//go:noinline
func befriend(friend, to *sync.Mutex) {
	defer leave(friend)
	to.Lock()
	defer to.Unlock()
}

// reverse holds l and waits for to.
//
//go:noinline
func reverse(l, to *sync.Mutex, held chan int) {
	l.Lock()
	defer leave(l)
	close(held)
	to.Lock()
	defer to.Unlock()
}

// release gives locks back in the name of those who took them first, and waits until all have ended.
func release(ended *sync.WaitGroup, locks ...*sync.Mutex) {
	for _, l := range locks {
		l.Unlock()
	}
	ended.Wait()
}

// within is the part of deadlocks() that is about the functions of a test.
func within(top string) string {
	return fmt.Sprintf(`filter(deadlocks(), any(.goroutines, .top contains %q))`, top)
}

func (h *harbor) session(opts ...registry.Option) *Session {
	reg := registry.New()
	reg.Expose("harbor", h, append(opts, registry.Guard(nil), registry.Hide("secret"))...)
	reg.Goroutines()
	return NewSession(reg, Limits{Time: time.Hour})
}

func waitsAt(top, wait string, n int) string {
	return fmt.Sprintf(`count(goroutines, .top contains %q and .wait == %q) == %d`, top, wait, n)
}

func TestDeadlocks(t *testing.T) {
	h := new(harbor)
	s := h.session()
	if got := shown(t, s, "deadlocks()"); !strings.HasPrefix(got, "no deadlock: none of ") || !strings.HasSuffix(got, " goroutines waits for a lock") {
		t.Error(got)
	}
	for _, n := range []int{2, 3} {
		h := new(harbor) // stacks are used again, with what stood in their frames
		s := h.session()
		var all, ended sync.WaitGroup
		all.Add(n)
		berths := []*mooring{&h.a, &h.b, &h.c}[:n]
		for i, from := range berths {
			ended.Go(func() { h.dock(from, berths[(i+1)%n], &all) })
		}
		until(t, s, waitsAt("harbor).dock", "sync.Mutex.Lock", n))
		ring := within("harbor).dock")
		for _, row := range []struct{ source, want string }{
			{"len(" + ring + ")", "1"},
			{ring + "[0].doubt", `""`},
			{"len(" + ring + "[0].goroutines)", fmt.Sprint(n)},
			{ring + "[0].behind", "0"},
			{"sort(map(" + ring + "[0].goroutines, .waitsFor))", strings.TrimSuffix(strings.Join([]string{`["harbor.a.mu"`, `"harbor.b.mu"`, `"harbor.c.mu"`}[:n], ", "), "]") + "]"},
			{"uniq(map(" + ring + "[0].goroutines, .wait))", `["sync.Mutex.Lock"]`},
			{"uniq(map(" + ring + "[0].goroutines, .function))", `["github.com/sightglass-go/sightglass/eval.(*harbor).dock"]`},
			{"let r = " + ring + "[0].goroutines; all(r, .likely == r[(#index + 1) % len(r)].id)", "true"},
			{"let r = " + ring + "[0].goroutines; len(uniq(map(r, .id)))", fmt.Sprint(n)},
		} {
			if got := shown(t, s, row.source); got != row.want {
				t.Errorf("%d: %s: %s, want %s", n, row.source, got, row.want)
			}
		}
		got := shown(t, s, "deadlocks()")
		for _, want := range []string{fmt.Sprintf("likely a deadlock: %d goroutines wait for each other\n", n), " waits for harbor.a.mu: sync.Mutex.Lock in ", "likely holder: goroutine ", "; its address stands in the frame of ", fmt.Sprintf("%d of ", n)} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
		// One more behind them.
		ended.Go(h.inner)
		until(t, s, waitsAt("harbor).inner", "sync.Mutex.Lock", 1))
		say(t, s, map[string]string{ring + "[0].behind": "1", "deadlocks()": "wait for each other, and 1 more behind"})
		for _, berth := range berths {
			berth.mu.Unlock()
		}
		ended.Wait()
		if got := shown(t, s, "len("+ring+")"); got != "0" {
			t.Error(got)
		}
	}
}

// TestDeadlocksOfOne: who waits for a lock that it has taken itself.
func TestDeadlocksOfOne(t *testing.T) {
	for _, row := range []struct {
		name, top, wait, doubt string
		begin                  func(*harbor, *sync.WaitGroup)
		end                    func(*harbor, *sync.WaitGroup)
	}{
		{
			name: "further out", top: "harbor).inner", wait: "sync.Mutex.Lock",
			begin: func(h *harbor, ended *sync.WaitGroup) { ended.Go(h.outer) },
			end:   func(h *harbor, ended *sync.WaitGroup) { release(ended, &h.a.mu) },
		},
		{
			name: "in one function", top: "harbor).twice", wait: "sync.Mutex.Lock", doubt: "its function has the address to wait there, and no other stack has it",
			begin: func(h *harbor, ended *sync.WaitGroup) { ended.Go(h.twice) },
			end:   func(h *harbor, ended *sync.WaitGroup) { release(ended, &h.b.mu) },
		},
		{
			name: "where its struct begins", top: "harbor).innerAtStart", wait: "sync.Mutex.Lock", doubt: "its function may have passed the lock on",
			begin: func(h *harbor, ended *sync.WaitGroup) { ended.Go(h.twiceAtStart) },
			end:   func(h *harbor, ended *sync.WaitGroup) { release(ended, &h.first.mu) },
		},
		{
			name: "read, then write", top: "harbor).upgrade", wait: "sync.RWMutex.Lock", doubt: "its function",
			begin: func(h *harbor, ended *sync.WaitGroup) { ended.Go(h.upgrade) },
			end:   func(h *harbor, ended *sync.WaitGroup) { h.rw.RUnlock(); ended.Wait(); h.rw.Unlock() },
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			var ended sync.WaitGroup
			h := new(harbor)
			s := h.session()
			row.begin(h, &ended)
			until(t, s, waitsAt(row.top, row.wait, 1))
			ring := within(row.top)
			r := shown(t, s, "deadlocks()")
			if got := shown(t, s, "len("+ring+"[0].goroutines)"); got != "1" {
				t.Error(got)
			}
			if got := shown(t, s, ring+"[0].doubt"); !strings.HasPrefix(got, `"`+row.doubt) || row.doubt == "" && got != `""` {
				t.Error(got)
			}
			for _, want := range []string{"a deadlock: a goroutine waits for a lock that it holds itself", "likely holder: goroutine ", " itself; its address"} {
				if !strings.Contains(r, want) {
					t.Errorf("no %q in\n%s", want, r)
				}
			}
			row.end(h, &ended)
			if got := shown(t, s, "len("+ring+")"); got != "0" {
				t.Error(got)
			}
		})
	}
}

// TestDeadlocksOfReaders: who reads and wants to read again, while a writer waits for it.
func TestDeadlocksOfReaders(t *testing.T) {
	h := new(harbor)
	s := h.session()
	c := make(chan int)
	var ended, wrote sync.WaitGroup
	ended.Go(func() { h.readTwice(c) })
	until(t, s, waitsAt("harbor).readTwice", "chan receive", 1))
	wrote.Go(h.write)
	until(t, s, waitsAt("harbor).write", "sync.RWMutex.Lock", 1))
	c <- 1
	until(t, s, waitsAt("harbor).readAgain", "sync.RWMutex.RLock", 1))
	ring := within("harbor).write")
	for _, row := range []struct{ source, want string }{
		{"len(" + ring + ")", "1"},
		{ring + "[0].doubt", `""`},
		{"sort(map(" + ring + "[0].goroutines, .wait))", `["sync.RWMutex.Lock", "sync.RWMutex.RLock"]`},
		{"uniq(map(" + ring + "[0].goroutines, .waitsFor))", `["harbor.rw"]`},
		{"let r = " + ring + "[0].goroutines; all(r, .likely == r[(#index + 1) % len(r)].id)", "true"},
	} {
		if got := shown(t, s, row.source); got != row.want {
			t.Errorf("%s: %s, want %s", row.source, got, row.want)
		}
	}
	say(t, s, map[string]string{"deadlocks()": "is a writer that waits for its turn, and who comes later waits for it"})
	h.rw.RUnlock()
	wrote.Wait()
	h.rw.Unlock()
	ended.Wait()
}

// TestNoDeadlocks: what is none, or of which nobody can know, is not told as one.
func TestNoDeadlocks(t *testing.T) {
	h := new(harbor)
	s := h.session()
	one, other, c := make(chan int), make(chan int), make(chan int)
	var ended sync.WaitGroup

	// Each of two waits to receive what only the other would send.
	ended.Go(func() { <-one; other <- 1 })
	ended.Go(func() { <-other })
	// A chain: one waits for who waits for a channel.
	ended.Go(func() { hold(&h.a.mu, c) })
	until(t, s, waitsAt("eval.hold", "chan receive", 1))
	ended.Go(func() { h.inner() })
	until(t, s, waitsAt("harbor).inner", "sync.Mutex.Lock", 1))
	got := shown(t, s, "deadlocks()")
	for _, want := range []string{"no deadlock found: 1 of ", " waits for 1 lock\n", "harbor.a.mu  1 waits  likely: goroutine ", " (chan receive in "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got := shown(t, s, "len(deadlocks())"); got != "0" {
		t.Error(got)
	}

	// A false friend has the address of a lock that another holds. That one waits for no lock.
	d, held := make(chan int), make(chan int)
	ended.Go(func() { hold(&h.b.mu, d) })
	until(t, s, waitsAt("eval.hold", "chan receive", 2))
	ended.Go(func() { reverse(&h.c.mu, &h.b.mu, held) })
	<-held
	ended.Go(func() { befriend(&h.b.mu, &h.c.mu) })
	until(t, s, waitsAt("eval.reverse", "sync.Mutex.Lock", 1)+" and "+waitsAt("eval.befriend", "sync.Mutex.Lock", 1))
	if got := shown(t, s, "filter(deadlocks(), .doubt == \"\")"); got != "[]" {
		t.Error(got)
	}
	got = shown(t, s, "deadlocks()")
	for _, want := range []string{"perhaps a deadlock: 2 goroutines wait for each other\n  but goroutine ", "(chan receive in ", ") may hold harbor.b.mu instead"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	close(c)
	close(d)
	close(one)
	release(&ended, &h.a.mu, &h.b.mu, &h.c.mu)
	if got := shown(t, s, "deadlocks()"); !strings.Contains(got, "none of ") {
		t.Error(got)
	}
}

// TestDeadlocksOfFreeLocks: goroutines that wait for locks whose addresses stand in each other's frames
// are in no deadlock once nobody holds one of these locks, as a moment before they wake.
func TestDeadlocksOfFreeLocks(t *testing.T) {
	if attack.RaceDetector {
		t.Skip("the test writes to locks that are waited for")
	}
	h := new(harbor)
	s := h.session()
	var all, ended sync.WaitGroup
	all.Add(2)
	ended.Go(func() { h.dock(&h.a, &h.b, &all) })
	ended.Go(func() { h.dock(&h.b, &h.a, &all) })
	until(t, s, waitsAt("harbor).dock", "sync.Mutex.Lock", 2))
	say(t, s, map[string]string{"len(" + within("harbor).dock") + ")": "1", "waiting(harbor.a.mu)": "likely: goroutine "})
	var free sync.Mutex
	exchange(&h.a.mu, &free)
	for source, want := range map[string]string{
		"deadlocks()":                    "harbor.a.mu  1 waits  nobody holds it",
		"len(deadlocks())":               "0",
		"waiting(harbor.a.mu)":           "harbor.a.mu: unlocked",
		"waiting(harbor.a.mu)[0].likely": "[]",
		"waiting(harbor.b.mu)":           "likely: goroutine ",
	} {
		if got := shown(t, s, source); !strings.Contains(got, want) || want == "harbor.a.mu: unlocked" && !strings.Contains(got, "nobody holds it") {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	exchange(&h.a.mu, &free)
	release(&ended, &h.a.mu, &h.b.mu)
}

// exchange exchanges what two locks are. Who waits at one still does.
func exchange[T any](a, b *T) { *a, *b = *b, *a }

// TestDeadlocksHide: the path of what is hidden is not told, and without goroutines there are none.
func TestDeadlocksHide(t *testing.T) {
	h := new(harbor)
	s := h.session()
	var all, ended sync.WaitGroup
	all.Add(2)
	ended.Go(func() { h.dock(&h.secret, &h.a, &all) })
	ended.Go(func() { h.dock(&h.a, &h.secret, &all) })
	until(t, s, waitsAt("harbor).dock", "sync.Mutex.Lock", 2))
	ring := within("harbor).dock") + "[0].goroutines"
	if got := shown(t, s, "sort(map("+ring+", .waitsFor))"); !strings.HasPrefix(got, `["0x`) || !strings.HasSuffix(got, `, "harbor.a.mu"]`) {
		t.Error(got)
	}
	if got := shown(t, s, "deadlocks()"); strings.Contains(got, "secret") || !strings.Contains(got, "waits for a lock at 0x") {
		t.Error(got)
	}
	if got := shown(t, s, "map(filter(goroutines, .top contains \"harbor).dock\"), .waitsFor)"); strings.Contains(got, "secret") {
		t.Error(got)
	}
	release(&ended, &h.a.mu, &h.secret.mu)
	reg := registry.New()
	if got := shown(t, NewSession(reg, Limits{Time: time.Hour}), "deadlocks()"); !strings.Contains(got, "does not expose") {
		t.Error(got)
	}
	reg.Goroutines(registry.Hide("*.top"))
	if got := shown(t, NewSession(reg, Limits{Time: time.Hour}), "deadlocks()"); !strings.Contains(got, "redacted") {
		t.Error(got)
	}
}
