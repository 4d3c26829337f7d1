package access

//lint:file-ignore U1000 some fields and methods here are only looked at

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access/internal/pace"
	"github.com/sightglass-go/sightglass/internal/attack"
)

type shard struct {
	mu   sync.Mutex
	name string
	m    map[string]int
}

type pool struct {
	lock   sync.RWMutex
	name   string
	size   int
	list   []string
	shards [2]shard
	first  *shard
	again  *shard // the same as first
	shared *sync.Mutex
	loose  struct {
		shared *sync.Mutex
		name   string
	}
}

func newPool() *pool {
	p := &pool{name: "pool", size: 7, list: []string{"a", "b"}}
	p.shards[0] = shard{name: "s0", m: map[string]int{"x": 1}}
	p.shards[1] = shard{name: "s1", m: map[string]int{"y": 2}}
	p.first = &p.shards[0]
	p.again = p.first
	p.shared = new(sync.Mutex)
	p.loose.shared, p.loose.name = p.shared, "loose"
	return p
}

// refused checks that something wide is not read while somebody else holds the guard.
func refused(t *testing.T, v *View, guard string) {
	t.Helper()
	_, _, err := v.Plain()
	var e *GuardError
	if !errors.As(err, &e) || e.Guard != guard {
		t.Errorf("%s: %v, want a GuardError of %s", v.Path(), err, guard)
	}
}

func TestFoundGuards(t *testing.T) {
	type embedded struct {
		sync.Mutex
		name string
	}
	type ranked struct {
		writeMu sync.Mutex
		mu      sync.Mutex
		name    string
	}
	type promoted struct {
		embedded
		title string
	}
	type pointing struct {
		mine  sync.Mutex
		below struct {
			mu   *sync.Mutex
			name string
		}
	}
	type byLocker struct {
		mu   sync.Locker
		name string
	}
	type byNil struct {
		mu   *sync.Mutex
		name string
	}
	p := newPool()
	in := new(pointing)
	in.below.mu = &in.mine
	r, e, pr := &ranked{name: "r"}, &embedded{name: "e"}, &promoted{title: "p"}
	for _, tt := range []struct {
		name   string
		object any
		steps  []any
		lock   sync.Locker
		guard  string
	}{
		{"of the struct", p, []any{".name"}, &p.lock, "c.lock"},
		{"of the struct, below a slice", p, []any{".list", 0}, &p.lock, "c.lock"},
		{"of the nearer struct, in an array", p, []any{".shards", 1, ".name"}, &p.shards[1].mu, "c.shards[1].mu"},
		{"of the nearer struct, behind a pointer into the object", p, []any{".first", ".name"}, &p.shards[0].mu, "c.first.mu"},
		{"by a pointer to one in the object", in, []any{".below", ".name"}, &in.mine, "c.below.mu"},
		{"mu before others", r, []any{".name"}, &r.mu, "c.mu"},
		{"embedded", e, []any{".name"}, &e.Mutex, "c.Mutex"},
		{"of an embedded struct", pr, []any{".title"}, &pr.Mutex, "c.Mutex"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, c := lookAt(t, tt.object)
				v := must(t, c, tt.steps...)
				if x, ok, err := v.Plain(); x == nil || !ok || err != nil {
					t.Fatal(x, ok, err)
				}
				tt.lock.Lock()
				defer tt.lock.Unlock()
				refused(t, v, tt.guard)
			})
		})
	}
	for _, object := range []any{&byLocker{mu: new(sync.Mutex), name: "x"}, &byNil{name: "x"}} {
		l, c := lookAt(t, object)
		if x, _, err := must(t, c, ".name").Plain(); x != "x" || err != nil {
			t.Errorf("%T: %v, %v", object, x, err)
		}
		if got := l.Tally().Racy; len(got) != 1 {
			t.Errorf("%T: not told that it was racy", object)
		}
	}
}

// job is an object outside the memory of the one that leads to it.
type job struct {
	mu    sync.Mutex
	name  string
	step  *shard
	tasks struct{ name string }
}

type jobs struct {
	mu     sync.RWMutex
	title  string
	first  *job
	cur    atomic.Pointer[job]
	byName map[string]*job
	all    []*job
	rows   []shard
	any    any
	shared *sync.Mutex
	loose  struct {
		shared *sync.Mutex
		name   string
	}
}

func newJobs() *jobs {
	one := &job{name: "one", step: &shard{name: "step"}}
	one.tasks.name = "task"
	j := &jobs{title: "jobs", first: one, byName: map[string]*job{"one": one}, all: []*job{one}, any: one, rows: []shard{{name: "row"}}, shared: new(sync.Mutex)}
	j.cur.Store(one)
	j.loose.shared, j.loose.name = j.shared, "loose"
	return j
}

// Whoever unlinks the object around a lock outside the exposed object may reset it. So it is not
// taken, unless GuardBy says that nobody does: what it guards is read racily, and the Tally says
// so.
func TestLocksElsewhere(t *testing.T) {
	for _, tt := range []struct {
		steps []any
		want  string
		of    func(j *jobs) sync.Locker
		guard string // with GuardBy
	}{
		{[]any{".first", ".name"}, "one", func(j *jobs) sync.Locker { return &j.first.mu }, "c.first.mu"},
		{[]any{".cur", ".name"}, "one", func(j *jobs) sync.Locker { return &j.first.mu }, "c.cur.mu"},
		{[]any{".first", ".tasks", ".name"}, "task", func(j *jobs) sync.Locker { return &j.first.mu }, "c.first.mu"},
		{[]any{".first", ".step", ".name"}, "step", func(j *jobs) sync.Locker { return &j.first.step.mu }, "c.first.step.mu"},
		{[]any{".byName", "one", ".name"}, "one", func(j *jobs) sync.Locker { return &j.first.mu }, `c.byName["one"].mu`},
		{[]any{".all", 0, ".name"}, "one", func(j *jobs) sync.Locker { return &j.first.mu }, "c.all[0].mu"},
		{[]any{".rows", 0, ".name"}, "row", func(j *jobs) sync.Locker { return &j.rows[0].mu }, "c.rows[0].mu"},
		{[]any{".any", ".name"}, "one", func(j *jobs) sync.Locker { return &j.first.mu }, "c.any.mu"},
		{[]any{".loose", ".name"}, "loose", func(j *jobs) sync.Locker { return j.shared }, "c.loose.shared"},
	} {
		t.Run(fmt.Sprint(tt.steps), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := newJobs()
				l, c := lookAt(t, j)
				v := must(t, c, tt.steps...)
				k := tt.of(j)
				k.Lock()
				if x, _, err := v.Plain(); x != tt.want || err != nil {
					t.Errorf("%v, %v: its lock was wanted", x, err)
				}
				name := tt.guard[strings.LastIndexByte(tt.guard, '.')+1:]
				want := fmt.Sprintf("its lock %s is not taken, as its owner may reset it; registry.GuardBy(%q) on c has it taken", name, name)
				if tally := l.Tally(); len(tally.Racy) != 0 || len(tally.Unlocked) != 1 || !strings.HasSuffix(tally.Unlocked[0], " was read racily: "+want) {
					t.Errorf("%q, %q", tally.Racy, tally.Unlocked)
				}
				if guard, err := v.up.Guard(); guard != "read racily: "+want || err != nil {
					t.Errorf("%s, %v", guard, err)
				}

				_, c = lookAt(t, j, GuardBy("mu", "shared"))
				refused(t, must(t, c, tt.steps...), tt.guard)
				k.Unlock()
				l, c = lookAt(t, j, GuardBy("mu", "shared"))
				v = must(t, c, tt.steps...)
				if x, _, err := v.Plain(); x != tt.want || err != nil {
					t.Error(x, err)
				}
				if tally := l.Tally(); len(tally.Racy)+len(tally.Unlocked) != 0 {
					t.Errorf("%q, %q", tally.Racy, tally.Unlocked)
				}
				if guard, err := v.up.Guard(); !strings.HasPrefix(guard, "guarded by "+tt.guard+", and") || err != nil {
					t.Errorf("%s, %v", guard, err)
				}
			})
		})
	}
}

// A function may return another object each time, and a method's result need not be the exposed
// object: locks are taken only within that.
func TestLocksOfWhatIsComputed(t *testing.T) {
	j := newJobs()
	j.mu.Lock()
	defer j.mu.Unlock()
	reg := New()
	reg.Func("f", func(context.Context) any { return j })
	reg.Expose("p", &j)
	for _, name := range []string{"f", "p"} {
		l := reg.Visit(context.Background(), nil)
		if x, _, err := must(t, get(t, l, name), ".title").Plain(); x != "jobs" || err != nil {
			t.Errorf("%s: %v, %v", name, x, err)
		}
		if notes := l.Tally().Unlocked; len(notes) != 1 || !strings.Contains(notes[0], "its lock mu is not taken") {
			t.Errorf("%s: %q", name, notes)
		}
	}
}

// The locks of the elements, and that of the whole for the rest.
func TestGuardBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, all := newJobs(), new(sync.Mutex)
		object := &struct {
			title string
			jobs  map[string]*job
		}{"all", j.byName}
		_, c := lookAt(t, object, Guard(all), GuardBy("mu"))
		all.Lock()
		refused(t, must(t, c, ".title"), "the guard of c")
		all.Unlock()
		j.first.mu.Lock()
		_, c = lookAt(t, object, Guard(all), GuardBy("mu"))
		if x, _, err := must(t, c, ".title").Plain(); x != "all" || err != nil {
			t.Error(x, err)
		}
		refused(t, must(t, c, ".jobs", "one", ".name"), `c.jobs["one"].mu`)
		j.first.mu.Unlock()
	})
}

// The elements of a collection that have locks are handed out with no guard held, so that their
// locks can be waited for.
func TestWalkGuardBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJobs()
		j.first.mu.Lock()
		l, c := lookAt(t, j, GuardBy("mu"))
		go func() {
			time.Sleep(time.Millisecond)
			if !j.mu.TryLock() {
				t.Error("the collection's lock is held while an element's is waited for")
			} else {
				j.mu.Unlock()
			}
			j.first.mu.Unlock()
		}()
		for _, name := range []string{".byName", ".all"} {
			n := 0
			err := must(t, c, name).Each(func(_, e *View) (bool, error) {
				n++
				x, _, err := must(t, e, ".name").Plain()
				if x != "one" {
					t.Error(x, err)
				}
				return true, err
			})
			if n != 1 || err != nil {
				t.Error(n, err)
			}
		}
		if tally := l.Tally(); len(tally.Racy)+len(tally.Unlocked) != 0 {
			t.Errorf("%q, %q", tally.Racy, tally.Unlocked)
		}
	})
}

// request is an object that its owner resets before reuse, which is legal for whoever has the only
// pointer to it.
type request struct {
	mu   sync.Mutex
	name string
	hits int
}

// An owner unlinks its object and resets it, lock and all, while it is being read. The process
// would end with "unlock of unlocked mutex" if the read held the lock at that moment.
func TestAttackPooledReset(t *testing.T) {
	server := new(struct {
		mu      sync.Mutex
		title   string
		cur     atomic.Pointer[request]
		plain   *request
		byName  map[string]*request
		entries []*request
	})
	server.byName = map[string]*request{}
	pool := sync.Pool{New: func() any { return new(request) }}
	stop := attack.Stop(t)
	reg := New()
	reg.Expose("server", server)
	reg.Func("current", func(context.Context) any { return server.cur.Load() })
	var looks sync.WaitGroup
	for range 2 {
		looks.Go(func() {
			for !stop.Load() {
				l := reg.Visit(context.Background(), nil)
				for _, name := range []string{"server", "current"} {
					v, err := l.Get(name)
					if err != nil {
						t.Error(err)
						return
					}
					v.Snap(render.Limit{})
				}
			}
		})
	}
	for i := 0; !stop.Load(); i++ {
		r := pool.Get().(*request)
		r.mu.Lock()
		r.name = fmt.Sprint(i)
		r.mu.Unlock()
		server.cur.Store(r)
		server.mu.Lock()
		server.plain, server.byName["a"] = r, r
		server.entries = append(server.entries[:0], r)
		server.mu.Unlock()
		for range 10 {
			r.mu.Lock()
			r.hits++
			r.mu.Unlock()
		}
		server.cur.Store(nil)
		server.mu.Lock()
		server.plain = nil
		delete(server.byName, "a")
		clear(server.entries)
		server.mu.Unlock()
		*r = request{}
		pool.Put(r)
	}
	looks.Wait()
}

// A guard that is held forever costs its wait once, and everything else can still be read.
func TestHeldForEver(t *testing.T) {
	declared := new(sync.RWMutex)
	for _, rw := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			p := newPool()
			p.lock.Lock()
			defer p.lock.Unlock()
			declared.Lock()
			defer declared.Unlock()
			var opts []Option
			guard := "c.lock"
			if rw {
				opts, guard = []Option{Guard(declared)}, "the guard of c"
			}
			l, c := lookAt(t, p, opts...)
			start := time.Now()
			name := must(t, c, ".name")
			refused(t, name, guard)
			if d := time.Since(start); d < 100*time.Millisecond || d > 110*time.Millisecond {
				t.Errorf("waited for %v", d)
			}
			_, _, err := name.Plain()
			if want := guard + " was held for all of 100 ms; scalars can still be read, or try again"; err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
			for range 100 {
				refused(t, name, guard)
				if _, err := must(t, c, ".list").At(0); err == nil {
					t.Error("an element was read without the guard")
				}
			}
			if d := time.Since(start); d > 120*time.Millisecond {
				t.Errorf("waited again: %v in all", d)
			}
			if x, _, err := must(t, c, ".size").Plain(); x != 7 || err != nil {
				t.Errorf("a number beside it: %v, %v", x, err)
			}
			if n, err := must(t, c, ".list").Len(); n != 2 || err != nil {
				t.Errorf("a length beside it: %d, %v", n, err)
			}
			n := c.Snap(render.Limit{})
			if line := n.Line(2000); !strings.Contains(line, "size: 7") || !strings.Contains(line, "was held") || strings.Contains(line, `"pool"`) {
				t.Error(line)
			}
			if l.Tally().Waited < 100*time.Millisecond {
				t.Error("the wait is not in the tally")
			}
		})
	}
}

func TestWaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		p.lock.Lock()
		defer p.lock.Unlock()
		r := New()
		r.GuardWait = time.Hour
		r.Expose("c", p)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		c, _ := r.Visit(ctx, nil).Get("c")
		if _, _, err := must(t, c, ".name").Plain(); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Error(err, time.Since(start))
		}
	})
}

// A guard that is released is taken.
func TestGuardComesFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		p.lock.Lock()
		go func() {
			time.Sleep(50 * time.Millisecond)
			p.lock.Unlock()
		}()
		l, c := lookAt(t, p)
		if x, _, err := must(t, c, ".name").Plain(); x != "pool" || err != nil {
			t.Error(x, err)
		}
		if w := l.Tally().Waited; w < 50*time.Millisecond || w > 60*time.Millisecond {
			t.Error(w)
		}
		if !p.lock.TryLock() {
			t.Fatal("the guard was not given back")
		}
		p.lock.Unlock()
	})
}

// Nested reads under one lock run, also if two paths lead to it. A RWMutex is not read-locked
// twice, which would deadlock with a writer in between.
func TestSameGuardByTwoPaths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		l, c := lookAt(t, p)
		first, again, whole := must(t, c, ".first"), must(t, c, ".again"), must(t, c, ".shards", 0)
		err := must(t, first, ".m").Each(func(_, _ *View) (bool, error) {
			for _, v := range []*View{again, whole, first} {
				if x, _, err := must(t, v, ".name").Plain(); x != "s0" || err != nil {
					t.Error(v.Path(), x, err)
				}
			}
			if l.guards.Count() != 1 {
				t.Errorf("%d guards are held", l.guards.Count())
			}
			return true, nil
		})
		if err != nil {
			t.Error(err)
		}
	})

	p := newPool()
	_, c := lookAt(t, p)
	written := make(chan struct{})
	err := must(t, c, ".list").Each(func(_, _ *View) (bool, error) {
		go func() {
			p.lock.Lock()
			defer close(written)
			p.lock.Unlock()
		}()
		for p.lock.TryRLock() { // until the writer waits
			p.lock.RUnlock()
			runtime.Gosched()
		}
		if x, _, err := must(t, c, ".name").Plain(); x != "pool" || err != nil {
			t.Error(x, err)
		}
		return false, nil
	})
	<-written
	if err != nil {
		t.Error(err)
	}
}

// While one guard is held another is tried once, and no owner is asked. Nothing waits: the clock of
// the bubble, which advances only while everybody sleeps, stands still.
func TestNothingIsWaitedForUnderGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := newPool()
		held.shards[1].mu.Lock()
		defer held.shards[1].mu.Unlock()
		tries, asked := 0, 0
		r := New()
		r.Expose("outer", newPool())
		r.Expose("found", held)
		r.Expose("declared", newPool(), Guard(&oddLock{func() bool { tries++; return false }, func() {}}))
		r.Expose("owned", newPool(), Owner(func(func()) { asked++ }))
		l := r.Visit(context.Background(), nil)
		list := must(t, get(t, l, "outer"), ".list")
		busy := map[string]*View{
			"found.shards[1].mu is held, and cannot":    must(t, get(t, l, "found"), ".shards", 1, ".name"),
			"the guard of declared is held, and cannot": must(t, get(t, l, "declared"), ".name"),
			"the owner of owned cannot":                 must(t, get(t, l, "owned"), ".name"),
		}
		start := time.Now()
		err := list.Each(func(_, _ *View) (bool, error) {
			for begin, v := range busy {
				_, _, err := v.Plain()
				if want := begin + " be waited for while another guard is held"; err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("%v, want %s", err, want)
				}
			}
			return false, nil
		})
		if err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("a guard was held for %v of waiting", d)
		}
		if tries != 1 || asked != 0 {
			t.Errorf("a second guard was tried %d times, an owner asked %d times", tries, asked)
		}
		// Without a guard held, there is a wait for it.
		if _, _, err := busy["the guard of declared is held, and cannot"].Plain(); err == nil || !strings.Contains(err.Error(), "for all of 100 ms") {
			t.Error(err)
		}
	})
}

func get(t *testing.T, l *Visit, name string) *View {
	t.Helper()
	v, err := l.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The elements of an array that have locks are handed out with no guard held.
func TestArrayOfGuards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		p.shards[1].mu.Lock()
		defer p.shards[1].mu.Unlock()
		l, c := lookAt(t, p)
		var names []any
		err := must(t, c, ".shards").Each(func(_, e *View) (bool, error) {
			if l.Holding() {
				t.Error("a guard is held")
			}
			x, _, err := must(t, e, ".name").Plain()
			names = append(names, x)
			if err != nil && !strings.HasPrefix(err.Error(), "c.shards[1].mu was held for all of") {
				t.Error(err)
			}
			return true, nil
		})
		if err != nil || len(names) != 2 || names[0] != "s0" {
			t.Error(names, err)
		}
	})
}

// A lock is never taken at an address that is not certain: below a slice that may change.
func TestNoLockAtRacyPlace(t *testing.T) {
	type table struct{ rows []shard }
	l, c := lookAt(t, &table{rows: []shard{{name: "x"}}})
	name := must(t, c, ".rows", 0, ".name")
	if k := name.lock(); k != nil {
		t.Error("a lock was found at a racy place")
	}
	if x, _, err := name.Plain(); x != "x" || err != nil || len(l.Tally().Racy) != 1 {
		t.Error(x, err)
	}
	if k := must(t, lookAtCopy(t, shard{name: "x"}), ".name").lock(); k != nil { //nolint:govet // a copy of a lock is the point
		t.Error("the copy of a lock was found")
	}
}

func lookAtCopy(t *testing.T, object any) *View {
	_, c := lookAt(t, object)
	return c
}

func TestPanicGivesGuardBack(t *testing.T) {
	p := newPool()
	owned := make(chan func())
	go func() {
		for f := range owned {
			f()
		}
	}()
	defer close(owned)
	for i, opts := range [][]Option{nil, {Guard(&p.lock)}, {Owner(func(f func()) { owned <- f })}} {
		l, c := lookAt(t, p, opts...)
		got := func() (got any) {
			defer func() { got = recover() }()
			return must(t, c, ".list").Each(func(_, _ *View) (bool, error) { panic("boom") })
		}()
		if got != "boom" {
			t.Errorf("%d: %v", i, got)
		}
		if l.Holding() || !p.lock.TryLock() {
			t.Fatalf("%d: the guard was not given back", i)
		}
		p.lock.Unlock()
		if x, _, err := must(t, c, ".name").Plain(); x != "pool" || err != nil {
			t.Error(x, err)
		}
	}
}

// A long walk releases the guard between chunks, so that a writer gets in, also if few entries take
// long. A walk under a hold that is not its own cannot, and ends.
func TestChunks(t *testing.T) {
	p := newPool()
	p.list = make([]string, 200_000)
	l, c := lookAt(t, p)
	list := must(t, c, ".list")
	taken, n := 0, 0
	var since time.Time
	err := list.Each(func(_, e *View) (bool, error) {
		if h := l.guards.Since(); !h.Equal(since) {
			since = h
			taken++
		}
		for n < 4*clockEvery && time.Since(since) < pace.HoldTime {
		}
		n++
		return true, nil
	})
	if n != len(p.list) || err != nil {
		t.Fatal(n, err)
	}
	// At most two slow entries under one hold.
	if least := 2 * clockEvery; taken < least {
		t.Errorf("%d entries in %d chunks", n, taken)
	}

	err = list.Each(func(_, _ *View) (bool, error) {
		return false, list.Each(func(_, e *View) (bool, error) {
			_, _, err := e.Plain()
			return true, err
		})
	})
	if err == nil || !strings.Contains(err.Error(), "while a guard is held") {
		t.Error(err)
	}

	err = list.EachUnlocked(func(_, e *View) (bool, error) {
		if l.Holding() {
			t.Error("a guard is held")
		}
		n--
		return true, nil
	})
	if n != 0 || err != nil {
		t.Error(n, err)
	}
}

// Between two chunks other goroutines have the processor, even with a Meter that does not yield.
func TestWalkYields(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := newPool()
	p.list = make([]string, 10_000)
	l, c := lookAt(t, p)
	list := must(t, c, ".list")
	var turns atomic.Int64
	stop := attack.Again(func() { turns.Add(1) })
	chunks, between := 0, 0 // how many there were, and between how many another goroutine ran
	var since time.Time
	had := int64(0)
	err := list.Each(func(_, _ *View) (bool, error) {
		if h := l.guards.Since(); !h.Equal(since) {
			since = h
			chunks++
			if n := turns.Load(); n > had {
				had = n
				between++
			}
		}
		return true, nil
	})
	stop()
	if err != nil || chunks < 10 || between < chunks/2 {
		t.Errorf("another goroutine ran between %d of %d chunks, %v", between, chunks, err)
	}
}

// A scan that never ends does not starve a writer that waits for the lock.
func TestWriterIsNotStarved(t *testing.T) {
	p := newPool()
	p.list = make([]string, 10_000)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	r := New()
	r.GuardWait = time.Minute
	r.Expose("c", p)
	var scans sync.WaitGroup
	for range 2 {
		scans.Go(func() {
			for ctx.Err() == nil {
				c, _ := r.Visit(ctx, nil).Get("c")
				err := must(t, c, ".list").Each(func(_, e *View) (bool, error) {
					_, _, err := e.Plain()
					return true, err
				})
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 300 {
		p.lock.Lock()
		p.list[i] = fmt.Sprint(i)
		p.lock.Unlock()
	}
	stop()
	scans.Wait()
}

func TestCancelInWalk(t *testing.T) {
	for _, opts := range policies() {
		l, c := lookAt(t, make([]string, 1_000_000), opts...)
		m := l.meter.meter.(*meter)
		end := errors.New("enough")
		n := 0
		err := c.Each(func(_, _ *View) (bool, error) {
			if n++; n == 100 {
				m.end = end
			}
			return true, nil
		})
		if err != end || n > 100_000 {
			t.Errorf("%v after %d entries", err, n)
		}
		m.end = nil
	}
}

type oddLock struct {
	try    func() bool
	unlock func()
}

func (o *oddLock) Lock()         { panic("queued") }
func (o *oddLock) Unlock()       { o.unlock() }
func (o *oddLock) TryLock() bool { return o.try() }

// The panic of a lock that the application wrote is an error, whichever of its methods panics.
func TestLockThatPanics(t *testing.T) {
	fails := func() { panic("boom") }
	for _, l := range []*oddLock{{func() bool { fails(); return true }, func() {}}, {func() bool { return true }, fails}} {
		look, c := lookAt(t, newPool(), Guard(l))
		_, _, err := must(t, c, ".name").Plain()
		if e := new(GuardError); !errors.As(err, &e) || e.Error() != "the guard of c panicked: boom; scalars can still be read, or try again" {
			t.Errorf("%v", err)
		}
		if look.Holding() {
			t.Error("it is held")
		}
	}
}

// A snapshot does not say of a lock that we hold it.
func TestLockState(t *testing.T) {
	p := newPool()
	for _, opts := range [][]Option{nil, {Guard(&p.lock)}} {
		_, c := lookAt(t, p, opts...)
		if line := c.Snap(render.Limit{Depth: 1}).Line(500); !strings.Contains(line, "RWMutex(unlocked)") {
			t.Error(line)
		}
		p.lock.RLock()
		if line := c.Snap(render.Limit{Depth: 1}).Line(500); !strings.Contains(line, "RWMutex(1 reading)") {
			t.Error(line)
		}
		p.lock.RUnlock()
	}
}

// The result of a function or method is a copy: reading it is no racy read of the object.
func TestCopyIsNotRacy(t *testing.T) {
	type health struct {
		Status string
		Err    error
		Parts  []string
	}
	reg := New()
	reg.Func("well", func(context.Context) any { return health{Status: "up"} })
	reg.Func("parts", func(context.Context) any { return health{Parts: []string{"live"}} })
	for name, want := range map[string]int{"well": 0, "parts": 1} {
		l := reg.Visit(context.Background(), nil)
		v, err := l.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		v.Snap(render.Limit{})
		if got := l.Tally().Racy; len(got) != want {
			t.Errorf("%s: %q was read racily", name, got)
		}
	}
}

// bracketed is a lock that knows whether it is held.
type bracketed struct {
	held  bool
	taken int
}

func (l *bracketed) Lock()   { panic("queued for") }
func (l *bracketed) Unlock() { l.held = false }
func (l *bracketed) TryLock() bool {
	l.held = true
	l.taken++
	return true
}

// underGuard is a Meter that sees how much text is searched while a lock is held. Work that it is
// told of once the lock is free may have been done before, so it counts per call.
type underGuard struct {
	lock *bracketed
	most int // steps at a time
	all  int
}

func (m *underGuard) Read(int) error { return nil }
func (m *underGuard) Keep(int) error { return nil }
func (m *underGuard) Work(n int) error {
	m.most = max(m.most, n)
	m.all += n
	return nil
}

// A struct of long texts is shown without holding its lock while these are searched, and the answer
// says that it is not of one moment. One of short texts is.
func TestStructInParts(t *testing.T) {
	long := strings.Repeat("some words ", 6000)
	type texts struct {
		n, m  int
		texts [20]struct{ s string }
		a, b  string
		c     []byte
		any   any
	}
	lock := new(bracketed)
	object := &texts{n: 1, m: 2, a: long, b: long, c: []byte(long), any: long}
	m := &underGuard{lock: lock}
	r := New()
	r.Expose("c", object, Guard(lock))
	l := r.Visit(context.Background(), m)
	n := get(t, l, "c").Snap(render.Limit{Bytes: 1 << 20})
	if line := n.Line(1 << 20); strings.Count(line, long) != 4 || !strings.Contains(line, "m: 2") {
		t.Errorf("%.100s…", line)
	}
	if m.all < 4*(len(long)-maxChecked) || m.most > maxChecked {
		t.Errorf("%d bytes were searched, up to %d of them under the lock", m.all, m.most)
	}
	const want = "a access.texts is not of one moment: it is large, so a part of it was read after its guard was released"
	if notes := l.Tally().Large; len(notes) != 1 || notes[0] != want {
		t.Errorf("%q", notes)
	}
	// One text of 2 KiB is too long, although together they are not.
	object.a, object.b, object.c, object.any = strings.Repeat("x", 2<<10), "b", []byte("c"), "d"
	l = r.Visit(context.Background(), m)
	get(t, l, "c").Snap(render.Limit{Depth: 1})
	if notes := l.Tally().Large; len(notes) != 1 {
		t.Errorf("%q", notes)
	}
	object.a, lock.taken = "a", 0
	l = r.Visit(context.Background(), m)
	get(t, l, "c").Snap(render.Limit{Depth: 1})
	if notes := l.Tally().Large; len(notes) != 0 || lock.taken != 1 {
		t.Errorf("%q, and the lock was taken %d times", notes, lock.taken)
	}
}

// What is read under one hold is bounded: in parts, and in bytes of text.
func TestConsistentIsBounded(t *testing.T) {
	p := newPool()
	words := must(t, lookAtCopy(t, p), ".size")
	text := must(t, lookAtCopy(t, &struct{ s string }{strings.Repeat("x", longPart)}), ".s")
	for _, opts := range [][]Option{nil, {Guard(&p.lock)}, {Owner(func(f func()) { f() })}, {Frozen()}, {Guard(nil)}} {
		for part, most := range map[*View]int{words: maxParts, text: maxPartsText / longPart} {
			l, c := lookAt(t, p, opts...)
			c, err := c.Target()
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			err = c.consistent(func(now func(*View) bool) {
				for n < 10*maxParts && now(part) {
					n++
				}
			})
			want, notes := most, 1
			if c.policy.Frozen || c.policy.Unlocked {
				want, notes = 10*maxParts, 0
			}
			if got := l.Tally().Large; err != nil || n != want || len(got) != notes {
				t.Errorf("%v, %d parts, %q", err, n, got)
			}
		}
	}
}
