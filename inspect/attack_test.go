package inspect_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// target is changed by goroutines at full speed, without any lock.
type target struct {
	m      map[string]*leaf
	ints   map[int]leaf
	face   any
	shape  fmt.Stringer
	text   string
	list   []*leaf
	vals   []leaf
	next   *target
	nested map[string]any
	calls  chan int
	f      func() int
	wide   complex128
	when   time.Time
	faces  [3]any
	synced *sync.Map
	word   atomic.Pointer[leaf]
	grid   [][]map[string]any
}

type leaf struct {
	hits int
	name string
	any  any
	more []string
	kids map[int]*leaf
}

type small int8

func (s small) String() string { return "small" }

type large struct {
	a, b, c string
	d       *leaf
}

func (l *large) String() string { return l.a }

// writer changes t until stop is set.
func (t *target) write(seed int, stop *atomic.Bool) {
	texts := []string{"", "a", strings.Repeat("b", 100), strings.Repeat("long", 5000)}
	for i := seed; !stop.Load(); i++ {
		l := &leaf{hits: i, name: texts[i%4], any: i, more: texts[:i%5%4]}
		switch i % 4 {
		case 0:
			t.face, t.shape = i, small(i)
			l.any = large{a: texts[1]}
		case 1:
			t.face, t.shape = texts[i/4%4], &large{a: texts[2]}
		case 2:
			t.face, t.shape = large{a: "x", b: texts[3], d: l}, nil
		case 3:
			t.face = []any{i, texts[2], map[string]int{"a": i}}
			l.any = l
		}
		t.text = texts[i%4]
		t.list = make([]*leaf, i%50)
		for j := range t.list {
			t.list[j] = l
		}
		t.vals = make([]leaf, i%20)
		t.next = &target{face: t.face, text: texts[(i+1)%4], next: nil, f: func() int { return i }}
		t.calls = make(chan int, i%10+1)
		t.f = func() int { return i }
		t.wide = complex(float64(i), -float64(i))
		t.when = time.Unix(int64(i), int64(i)).In([]*time.Location{time.UTC, time.Local}[i%2])
		t.faces[i%3] = t.face
		t.word.Store(l)
		if i%64 == 0 {
			t.synced = new(sync.Map)
			t.grid = make([][]map[string]any, i%7)
			for j := range t.grid {
				t.grid[j] = []map[string]any{{texts[1]: t.list, texts[2]: l}, nil}
			}
		}
		t.synced.Store(i%100, l)
		t.synced.Delete(i / 2 % 100)
	}
}

// writeMaps is the only writer of its two maps: the runtime ends a program with
// two.
func (t *target) writeMaps(stop *atomic.Bool) {
	for round := 0; !stop.Load(); round++ {
		n := 1 << (round % 13)
		for i := range n {
			t.m[strconv.Itoa(i*round)] = &leaf{hits: i, name: strconv.Itoa(i), kids: map[int]*leaf{i: nil}}
			t.ints[i*7] = leaf{hits: i, any: &leaf{hits: round}}
			if i%3 == 0 {
				delete(t.m, strconv.Itoa(i/2*round))
				delete(t.ints, i)
			}
			if stop.Load() {
				return
			}
		}
		switch round % 3 {
		case 0:
			clear(t.m)
		case 1:
			t.ints = make(map[int]leaf)
		case 2:
			t.nested = map[string]any{"m": t.m, "ints": t.ints}
		}
	}
}

// churn makes the collector reuse memory for values of other types, give it back
// to the kernel, and stacks grow and shrink.
func churn(stop *atomic.Bool) {
	var keep [64]any
	for i := 0; !stop.Load(); i++ {
		if i%100_000 == 0 {
			// Ballast that is mapped and unmapped: stale addresses fault then.
			ballast(256, i)
			debug.FreeOSMemory()
		}
		switch i % 3 {
		case 0:
			keep[i%64] = make([]uintptr, 1+i%200)
			s := keep[i%64].([]uintptr)
			for j := range s {
				s[j] = uintptr(i*j) * 0x9e3779b9 >> 3
			}
		case 1:
			keep[i%64] = strings.Repeat(string(rune('a'+i%26)), 1+i%3000)
		case 2:
			keep[i%64] = deep(i % 200)
		}
	}
}

// ballast fills n times 64 KiB with what looks like addresses, and drops it.
func ballast(n, seed int) {
	var all [][]uintptr
	for i := range n {
		words := make([]uintptr, 8<<10)
		for j := range words {
			words[j] = uintptr(seed+i*j) << 3
		}
		all = append(all, words)
	}
	runtime.KeepAlive(all)
}

func deep(n int) int {
	var pad [128]byte
	if n == 0 {
		return int(pad[0])
	}
	return deep(n-1) + int(pad[n%128])
}

// tally counts what a scan met.
type tally struct{ reads, racy, torn, retries, faults, refused int }

func (c *tally) add(more tally) {
	c.reads += more.reads
	c.racy += more.racy
	c.torn += more.torn
	c.retries += more.retries
	c.faults += more.faults
	c.refused += more.refused
}

// String is what docs/safety.md publishes.
func (c tally) String() string {
	return fmt.Sprintf("%d reads, %d racy, %d torn, %d retries, %d faults caught, %d refused", c.reads, c.racy, c.torn, c.retries, c.faults, c.refused)
}

// fail counts an error, which is a fault or a refusal.
func (c *tally) fail(err error) bool {
	switch {
	case err == nil:
		return false
	case strings.Contains(err.Error(), "cannot be read"):
		c.faults++
	default:
		c.refused++
	}
	return true
}

// scan reads all of v, as far as depth allows. What it reads means nothing; that
// it ends, and that the process lives, is the test.
func (c *tally) scan(v inspect.Value, depth int) {
	c.reads++
	if v.Mark()&inspect.Racy != 0 {
		c.racy++
	}
	if v.Mark()&inspect.Torn != 0 {
		c.torn++
	}
	if depth == 0 {
		return
	}
	switch v.Shape() {
	case inspect.Scalar:
		_, mark, err := v.ScalarMark(1 << 16)
		if mark&inspect.Torn != 0 {
			c.torn++
		}
		c.fail(err)
	case inspect.Pointer, inspect.Interface:
		if e, err := v.Elem(); !c.fail(err) {
			c.scan(e, depth-1)
		}
	case inspect.Struct:
		for _, f := range inspect.Fields(v.Type()) {
			c.scan(v.Field(f.Index), depth-1)
		}
	case inspect.Map, inspect.List:
		cur := v.Cursor()
		for seen := 0; !cur.Done() && seen < 10000; {
			if c.fail(cur.Load()) {
				break
			}
			for {
				k, e, ok := cur.Next()
				if !ok {
					break
				}
				seen++
				kept, _ := e.Keep()
				c.scan(k, depth-1)
				c.scan(kept, depth-1)
			}
		}
		c.retries += cur.Retries()
		v.Lookup("12")
		v.Lookup(7)
	case inspect.Chan:
		_, err := v.Len()
		c.fail(err)
	case inspect.Func:
		_, err := v.Describe()
		c.fail(err)
	}
}

// TestAttackRacingWriters scans memory that is being written at full speed.
func TestAttackRacingWriters(t *testing.T) {
	x := &target{m: map[string]*leaf{}, ints: map[int]leaf{}, synced: new(sync.Map)}
	stop := attack.Stop(t)
	var writers, readers sync.WaitGroup
	writers.Go(func() { x.write(0, stop) })
	writers.Go(func() { x.writeMaps(stop) })
	writers.Go(func() { churn(stop) })
	if os.Getenv("GOGC") == "" {
		defer setGC(20)()
		writers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				setGC(1 + i%5)
				runtime.GC()
			}
		})
	}
	var mu sync.Mutex
	var sum tally
	for range 4 {
		readers.Go(func() {
			var c tally
			for !stop.Load() {
				c.scan(inspect.Of(x), 9)
				runtime.Gosched()
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(c)
		})
	}
	readers.Wait()
	writers.Wait()
	if sum.racy == 0 {
		t.Error("nothing was read racily: the attack missed")
	}
	t.Log(sum)
}

// TestAttackMaps walks maps that are filled, emptied and replaced at full speed.
func TestAttackMaps(t *testing.T) {
	x := &target{m: map[string]*leaf{}, ints: map[int]leaf{}}
	stop := attack.Stop(t)
	var all sync.WaitGroup
	all.Go(func() { x.writeMaps(stop) })
	var mu sync.Mutex
	var sum tally
	for range 2 {
		all.Go(func() {
			var c tally
			for !stop.Load() {
				v, _ := inspect.Of(x).Elem()
				for i := range 2 {
					cur := v.Field(i).Cursor()
					for !cur.Done() && !c.fail(cur.Load()) {
						for k, e, ok := cur.Next(); ok; k, e, ok = cur.Next() {
							_, err := k.Scalar(100)
							c.fail(err)
							if e.Shape() == inspect.Pointer {
								if e, err = e.Elem(); c.fail(err) || !e.IsValid() {
									continue
								}
							}
							_, err = e.Field(0).Scalar(0)
							c.fail(err)
							c.reads += 2
							c.racy += 2
						}
					}
					c.retries += cur.Retries()
					c.torn += cur.Torn()
				}
				runtime.Gosched()
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(c)
		})
	}
	all.Wait()
	if sum.reads == 0 {
		t.Error("nothing was read: the attack missed")
	}
	t.Log(sum)
}
