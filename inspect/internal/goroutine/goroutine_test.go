package goroutine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
	"github.com/sightglass-go/sightglass/internal/attack"
)

func open(t *testing.T) *Reader {
	t.Helper()
	r, err := Open(peek.NewSpace())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// parked begins goroutines that wait in all the ways of waysToWait, n of each at the end of calls of
// several depths, and returns their numbers.
func parked(t *testing.T, n int) (ids map[uint64]string) {
	t.Helper()
	stop := make(chan int)
	ways, end := waysToWait(stop, time.Hour)
	ways = ways[2:] // sleepers would outlive the test
	ids = make(map[uint64]string)
	var mu sync.Mutex
	var begun, ended sync.WaitGroup
	for _, w := range ways {
		for i := range n {
			// end takes one, and of those that want to write one waits for the readers.
			if i > 0 && (w.reason == "chan send" || w.reason == "sync.RWMutex.Lock") {
				continue
			}
			begun.Add(1)
			ended.Go(func() {
				mu.Lock()
				ids[goid()] = w.reason
				mu.Unlock()
				descend(i%12, func() { begun.Done(); w.wait() })
			})
		}
	}
	begun.Wait()
	t.Cleanup(func() { end(); ended.Wait() })
	return ids
}

//go:noinline
func descend(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	descend(n-1, f)
	runtime.KeepAlive(n)
}

// settled reads until all that is parked waits.
func settled(t *testing.T, r *Reader, ids map[uint64]string, w Want, f func(*G)) {
	t.Helper()
	for begin := time.Now(); ; pause() {
		waiting := 0
		if err := r.Each(Want{}, func(g *G) error {
			if g.State == Waiting && g.Reason == ids[g.ID] {
				waiting++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if waiting == len(ids) {
			break
		}
		if time.Since(begin) > time.Minute {
			t.Fatalf("%d of %d wait as they should", waiting, len(ids))
		}
	}
	if err := r.Each(w, func(g *G) error { f(g); return nil }); err != nil {
		t.Fatal(err)
	}
}

// spell writes a stack as a text, without what the runtime adds at its bottom.
func spell(frames []Frame) string {
	var b strings.Builder
	for _, f := range frames {
		if f.Function != "runtime.goexit" {
			fmt.Fprintf(&b, "%s %s:%d\n", f.Function, f.File, f.Line)
		}
	}
	return b.String()
}

// TestSameAsProfile compares the stacks of parked goroutines with those of the runtime, which stops
// the program for them.
func TestSameAsProfile(t *testing.T) {
	if !hasFrames {
		t.Skip("no frame pointers on " + runtime.GOARCH)
	}
	r := open(t)
	ids := parked(t, 30)
	got := map[string]int{}
	symbols := r.Symbols()
	settled(t, r, ids, Want{Stacks: true}, func(g *G) {
		if ids[g.ID] == "" {
			return
		}
		if g.Torn || !g.Whole {
			t.Errorf("goroutine %d, %s: torn %v, whole %v", g.ID, ids[g.ID], g.Torn, g.Whole)
		}
		var frames []Frame
		for _, pc := range g.Stack {
			frames = append(frames, symbols.At(pc)...)
		}
		got[spell(frames)]++
	})
	records := make([]runtime.StackRecord, len(ids)+1000)
	n, ok := runtime.GoroutineProfile(records)
	if !ok {
		t.Fatal(n)
	}
	want := map[string]int{}
	for _, rec := range records[:n] {
		var frames []Frame
		all := runtime.CallersFrames(rec.Stack())
		for {
			f, more := all.Next()
			frames = append(frames, Frame{f.Function, f.File, f.Line})
			if !more {
				break
			}
		}
		want[spell(frames)]++
	}
	if len(got) < 15 {
		t.Errorf("only %d different stacks", len(got))
	}
	for stack, n := range got {
		if want[stack] < n {
			t.Errorf("%d goroutines with this stack, and %d for the runtime:\n%s", n, want[stack], stack)
		}
	}
}

// TestStopsNothing: to open a Reader and to read everything stops the program never. The runtime
// counts it, as it does a profile of all goroutines.
func TestStopsNothing(t *testing.T) {
	before := attack.Stops()
	r := open(t)
	parked(t, 30)
	for range 20 {
		symbols := r.Symbols()
		if err := r.Each(Want{Stacks: true, Words: true}, func(g *G) error {
			for _, pc := range g.Stack {
				symbols.At(pc)
			}
			r.Labels(g)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if n := attack.Stops(); n != before {
		t.Errorf("the program was stopped %d times", n-before)
	}
	runtime.GoroutineProfile(make([]runtime.StackRecord, 1000))
	if attack.Stops() == before {
		t.Error("not even a profile is counted")
	}
}

// TestOpenWhileCollecting: a collection has a list of all goroutines of its own while it runs.
func TestOpenWhileCollecting(t *testing.T) {
	stop := attack.Again(runtime.GC)
	defer stop()
	for range 10 {
		open(t)
	}
}

// TestFacts: what is known of goroutines is read of them.
func TestFacts(t *testing.T) {
	r := open(t)
	var labelled uint64
	ended := make(chan bool)
	begun := make(chan uint64)
	pprof.Do(t.Context(), pprof.Labels("tenant", "acme", "token", "s3cr3t"), func(context.Context) {
		go func() { begun <- goid(); <-ended }()
	})
	labelled = <-begun
	defer close(ended)
	ids := parked(t, 3)
	ids[labelled] = "chan receive"
	runtime.GC() // from now on the runtime knows since when they wait
	me, symbols, seen := goid(), r.Symbols(), 0
	began := time.Now()
	settled(t, r, ids, Want{Stacks: true, Words: true}, func(g *G) {
		switch {
		case g.ID == me:
			if g.State != Running || len(g.Stack) > 0 {
				t.Error("this goroutine is", g.State)
			}
		case g.ID == labelled:
			if l, ok := r.Labels(g); !ok || fmt.Sprint(l) != "[{tenant acme} {token s3cr3t}]" {
				t.Error("labels:", l)
			}
			if g.Parent != me || len(g.Waits) != 1 || !g.Waits[0].Chan {
				t.Errorf("%+v", g)
			}
		case ids[g.ID] != "":
			seen++
			if l, ok := r.Labels(g); !ok || len(l) > 0 {
				t.Error("labels of another")
			}
			if entry := symbols.Entry(g.Entry).Function; !strings.HasSuffix(entry, "(*WaitGroup).Go.func1") {
				t.Error("entry:", entry)
			}
			if hasFrames && (len(g.Words) == 0 || len(g.Frames) != len(g.Stack)) {
				t.Error(len(g.Words), len(g.Frames), len(g.Stack))
			}
			if g.Blocked < 0 || g.Blocked > time.Since(began)+time.Hour {
				t.Error("blocked for", g.Blocked)
			}
		}
	})
	if seen < 15 {
		t.Error("only", seen)
	}
}

// TestInOrder: all goroutines are met in the order of their numbers, once, and there is room for them.
func TestInOrder(t *testing.T) {
	r := open(t)
	ids := parked(t, 30)
	settled(t, r, ids, Want{}, func(*G) {})
	var met []uint64
	room, seen := 0, 0
	begin := func(most int) error { room = most; return nil }
	idle := func(int) error { return nil }
	if err := r.InOrder(Want{Stacks: true}, idle, begin, func(g *G) error {
		met = append(met, g.ID)
		if g.State == Waiting && g.Reason == ids[g.ID] {
			seen++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if seen != len(ids) || len(met) > room || room > 2*len(met) {
		t.Errorf("%d of %d are met, %d in all, and there is room for %d", seen, len(ids), len(met), room)
	}
	// One that began meanwhile may stand where an older one has ended.
	parkedOnly := slices.DeleteFunc(met, func(id uint64) bool { return ids[id] == "" })
	if !slices.IsSorted(parkedOnly) || len(slices.Compact(parkedOnly)) != len(ids) {
		t.Error("they are not in order:", parkedOnly)
	}
	enough := errors.New("enough")
	end := func(int) error { return enough }
	goesOn := func(*G) error { t.Error("it goes on"); return nil }
	if err := r.InOrder(Want{}, idle, end, goesOn); err != enough {
		t.Error(err)
	}
	if err := r.InOrder(Want{}, end, begin, goesOn); err != enough {
		t.Error(err)
	}
}

// TestBlocked: once a collection has seen a goroutine wait, it is told how long, and never too much.
func TestBlocked(t *testing.T) {
	r := open(t)
	ids := parked(t, 1)
	settled(t, r, ids, Want{}, func(*G) {})
	runtime.GC()
	after := time.Now()
	var last, told time.Duration
	for time.Since(after) < time.Minute && told < 20*time.Millisecond {
		told = 0
		if err := r.Each(Want{}, func(g *G) error {
			if ids[g.ID] == "chan receive" {
				told = g.Blocked
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if told < last {
			t.Fatalf("blocked for %v, and before for %v", told, last)
		}
		last = told
		pause()
	}
	if told == 0 {
		t.Error("it is not told how long one waits")
	}
}

// TestProgramCounters: whatever word it is asked about, symbolising answers with nothing or with code.
func TestProgramCounters(t *testing.T) {
	r := open(t)
	named := 0
	ask := func(pc uintptr) {
		s := r.Symbols()
		for _, f := range s.At(pc) {
			named++
			if f.Function == "" || !r.text.Has(pc) {
				t.Fatalf("%#x is %+v", pc, f)
			}
		}
		s.Entry(pc)
	}
	step := uintptr(attack.Stride(101))
	for pc := r.text.From - 64; pc < r.text.To+64; pc += step {
		ask(pc)
	}
	for range 200_000 / attack.Stride(20) {
		ask(uintptr(rand.Uint64()))
		ask(r.text.To + uintptr(rand.Uint32()))
	}
	for pc := range uintptr(5000) {
		ask(pc)
		ask(^pc)
	}
	if named == 0 {
		t.Error("none has a name")
	}
	if f := r.Symbols().At(r.text.To + 1); f != nil {
		t.Error(f)
	}
}

// A word of 12 bits and a checksum, spelled by calls: a stack that is made of two has a wrong one.
const letters = 24

func word(x uint32) uint32 {
	x &= 1<<12 - 1
	return x<<12 | (x*2654435761)>>20&(1<<12-1)
}

//go:noinline
func zero(w uint32, depth int, end func()) int {
	var pad [3]int
	pad[w&1] = depth
	return call(w, depth, end) + pad[w&2]
}

//go:noinline
func one(w uint32, depth int, end func()) int {
	var pad [40]int
	pad[w&7] = depth
	return call(w, depth, end) + pad[w&15]
}

func call(w uint32, depth int, end func()) int {
	switch {
	case depth == letters:
		end()
		return 1
	case w>>(letters-1-depth)&1 == 0:
		return zero(w, depth+1, end)
	}
	return one(w, depth+1, end)
}

// TestMixture reads the stacks of goroutines that never rest: none is ever made of two moments. It
// stops in the middle of each stack, so that they have moved on.
func TestMixture(t *testing.T) {
	if !hasFrames {
		t.Skip("no frame pointers on " + runtime.GOARCH)
	}
	r := open(t)
	whole, mixed := mixtures(t, r, func(whole, _ int) bool { return whole > 8000 })
	if mixed > 0 {
		t.Errorf("%d of %d stacks are of two moments", mixed, mixed+whole)
	}
	if whole == 0 {
		t.Error("no stack was whole")
	}
}

// TestMixtureShows: without the second look there are mixtures, so that TestMixture would see them.
func TestMixtureShows(t *testing.T) {
	if !hasFrames {
		t.Skip("no frame pointers on " + runtime.GOARCH)
	}
	r := open(t)
	r.unchecked = true
	if _, mixed := mixtures(t, r, func(_, mixed int) bool { return mixed > 0 }); mixed == 0 {
		t.Error("no mixture is seen where nothing is checked")
	}
}

// mixtures counts the stacks of goroutines that run all the time, until there are enough.
func mixtures(t *testing.T, r *Reader, enough func(whole, mixed int) bool) (whole, mixed int) {
	var mu sync.Mutex
	ch := make(chan int)
	rest := func(i uint32) {
		switch i % 4 {
		case 0:
			time.Sleep(time.Microsecond)
		case 1:
			runtime.Gosched()
		case 2:
			mu.Lock()
			runtime.Gosched()
			mu.Unlock()
		case 3:
			select {
			case <-ch:
			case ch <- 1:
			case <-time.After(20 * time.Microsecond):
			}
		}
	}
	var stop atomic.Bool
	var running sync.WaitGroup
	for i := range 60 {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		running.Go(func() {
			for !stop.Load() {
				w := random.Uint32()
				call(word(w), 0, func() { rest(w) })
			}
		})
	}
	r.pause = func(i int) {
		if i == 12 {
			for range 4 {
				runtime.Gosched()
			}
		}
	}
	letter := map[uintptr]byte{}
	symbols := r.Symbols()
	for begin := time.Now(); !enough(whole, mixed) && time.Since(begin) < time.Minute || attack.Long() && time.Since(begin) < attack.Time(); {
		if err := r.Each(Want{Stacks: true}, func(g *G) error {
			var text []byte
			for _, pc := range g.Stack {
				c, ok := letter[pc]
				if !ok {
					for _, f := range symbols.At(pc) {
						switch {
						case strings.HasSuffix(f.Function, "goroutine.zero"):
							c = '0'
						case strings.HasSuffix(f.Function, "goroutine.one"):
							c = '1'
						}
					}
					letter[pc] = c
				}
				if c != 0 {
					text = append(text, c)
				}
			}
			if len(text) != letters {
				return nil // on its way down or up
			}
			var w uint32
			for i := range text {
				w = w<<1 | uint32(text[letters-1-i]-'0')
			}
			if word(w>>12) == w {
				whole++
			} else {
				mixed++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	running.Wait()
	return whole, mixed
}
