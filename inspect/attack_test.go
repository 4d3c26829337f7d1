package inspect_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

var attack = flag.Duration("attack", 2*time.Second, "how long each attack lasts")

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

// churn makes the collector reuse memory for values of other types, and stacks
// grow and shrink.
func churn(stop *atomic.Bool) {
	var keep [64]any
	for i := 0; !stop.Load(); i++ {
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

func deep(n int) int {
	var pad [128]byte
	if n == 0 {
		return int(pad[0])
	}
	return deep(n-1) + int(pad[n%128])
}

// tally counts what a scan met.
type tally struct{ reads, faults, torn, racy int }

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
	fail := func(err error) bool {
		if err != nil {
			c.faults++
		}
		return err != nil
	}
	switch v.Shape() {
	case inspect.Scalar:
		_, err := v.Scalar(1 << 16)
		fail(err)
	case inspect.Pointer, inspect.Interface:
		if e, err := v.Elem(); !fail(err) {
			c.scan(e, depth-1)
		}
	case inspect.Struct:
		for _, f := range inspect.Fields(v.Type()) {
			c.scan(v.Field(f.Index), depth-1)
		}
	case inspect.Map, inspect.List:
		cur := v.Cursor()
		for seen := 0; !cur.Done() && seen < 10000; {
			if fail(cur.Load()) {
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
		v.Lookup("12")
		v.Lookup(7)
	case inspect.Chan:
		_, err := v.Len()
		fail(err)
	case inspect.Func:
		_, err := v.Describe()
		fail(err)
	}
}

// TestAttackRacingWriters scans memory that is being written at full speed.
func TestAttackRacingWriters(t *testing.T) {
	if os.Getenv("GOGC") == "" {
		defer setGC(20)()
	}
	x := &target{m: map[string]*leaf{}, ints: map[int]leaf{}}
	var stop atomic.Bool
	var writers, readers sync.WaitGroup
	writers.Go(func() { x.write(0, &stop) })
	writers.Go(func() { x.writeMaps(&stop) })
	writers.Go(func() { churn(&stop) })
	var mu sync.Mutex
	var sum tally
	end := time.AfterFunc(*attack, func() { stop.Store(true) })
	defer end.Stop()
	for range 4 {
		readers.Go(func() {
			var c tally
			for !stop.Load() {
				c.scan(inspect.Of(x), 9)
				runtime.Gosched()
			}
			mu.Lock()
			defer mu.Unlock()
			sum.reads += c.reads
			sum.faults += c.faults
			sum.torn += c.torn
			sum.racy += c.racy
		})
	}
	readers.Wait()
	writers.Wait()
	if sum.racy == 0 {
		t.Error("nothing was read racily: the attack missed")
	}
	t.Logf("%d reads, %d of them racy, %d torn, %d refused or faulted", sum.reads, sum.racy, sum.torn, sum.faults)
}
