package inspect_test

import (
	"container/list"
	rings "container/ring"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// target is changed by goroutines at full speed, without any lock.
type target struct {
	maps maps

	// Several words each. Several goroutines alternate them, so that halves of two values may stay
	// side by side.
	face  any
	shape fmt.Stringer
	err   error
	ctx   context.Context
	text  string
	list  []*leaf
	vals  []leaf
	rows  [][]any
	hot   []leaf // changed in place
	wide  complex128
	when  time.Time
	addr  netip.Addr
	ip    net.IP
	raw   json.RawMessage
	num   big.Int
	rat   big.Rat
	float big.Float
	where url.URL
	array [3]any

	// Words that lead to something new each time.
	next   *target
	deep   map[string]any
	grid   [][]map[string]any
	calls  chan int
	f      func() int
	word   atomic.Pointer[leaf]
	value  atomic.Value
	synced *sync.Map
	queue  *list.List
	ring   *rings.Ring
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

// alternates are values of every size and kind for the fields of several words.
var alternates = func() *[4]target {
	all := new([4]target)
	texts := []string{"", "a", strings.Repeat("b", 100), strings.Repeat("long", 5000)}
	cause := &os.PathError{Op: "open", Path: "/tmp", Err: syscall.ENOENT}
	ended, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	timed, cancel2 := context.WithTimeout(ended, time.Hour)
	cancel2()
	l := &leaf{hits: 1, name: "leaf", more: texts}
	l.any = l
	deep := []any{l, &large{a: "deep"}, map[string][]any{"k": {texts, large{a: texts[3]}}}}
	for i := range all {
		t := &all[i]
		t.face = []any{7, texts[3], large{a: "x", b: texts[2], d: l}, deep}[i]
		t.shape = []fmt.Stringer{small(i), &large{a: texts[2]}, nil, time.Duration(i)}[i]
		t.err = []error{nil, cause, errors.Join(cause, io.EOF), fmt.Errorf("read: %w", cause)}[i]
		t.ctx = []context.Context{context.Background(), ended, timed, nil}[i]
		t.text = texts[i]
		t.list = make([]*leaf, i*i*20)
		for j := range t.list {
			t.list[j] = l
		}
		t.vals = make([]leaf, i*7)
		t.rows = make([][]any, i*3)
		for j := range t.rows {
			t.rows[j] = deep[:j%4]
		}
		t.wide = complex(float64(i), -float64(i))
		t.when = time.Unix(int64(i), int64(i)).In([]*time.Location{time.UTC, time.Local, time.FixedZone("x", 60), time.UTC}[i])
		t.addr = []netip.Addr{{}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fe80::1%eth0"), netip.MustParseAddr("::1")}[i]
		t.ip = net.IP(t.addr.AsSlice())
		t.raw = json.RawMessage(texts[i])
		t.num.Lsh(big.NewInt(-7), uint(i*i*100))
		t.rat.SetFrac(&t.num, big.NewInt(int64(3*i+1)))
		t.float.SetPrec(uint(53*i+1)).SetMantExp(big.NewFloat(1.5), i*i*i*1000)
		t.where = url.URL{Scheme: "https", Host: texts[i%3], Path: texts[3-i], User: url.UserPassword(texts[i%3], "x")}
		t.array = [3]any{t.face, t.text, i}
	}
	return all
}()

// alternate changes the fields of several words as fast as it can. Several goroutines may call it
// at once; what the race detector would say of that is not the point.
//
//go:norace
func (t *target) alternate(seed int, stop *atomic.Bool) {
	for i := seed; !stop.Load(); i++ {
		from := &alternates[i&3]
		t.face, t.shape, t.err, t.ctx = from.face, from.shape, from.err, from.ctx
		t.text, t.list, t.vals, t.rows = from.text, from.list, from.vals, from.rows
		t.wide, t.when, t.addr, t.ip, t.raw = from.wide, from.when, from.addr, from.ip, from.raw
		t.num, t.where, t.array = from.num, from.where, from.array
		if i%1024 == 0 {
			runtime.Gosched()
		}
	}
}

// hammer changes a few fields of several words one after the other without a pause, so that no two
// readings are the same.
//
//go:norace
func (t *target) hammer(stop *atomic.Bool) {
	for !stop.Load() {
		for i := range 100_000 {
			t.text = alternates[i&3].text
		}
		for i := range 100_000 {
			t.face = alternates[i&3].face
		}
		for i := range 100_000 {
			t.list = alternates[i&3].list
		}
		for i := range 100_000 {
			t.wide, t.when = alternates[i&3].wide, alternates[i&3].when
		}
		for i := range 100_000 {
			hot := &t.hot[i%len(t.hot)]
			hot.name, hot.any = alternates[i&3].text, alternates[i&3].face
		}
		runtime.Gosched()
	}
}

// renew makes t lead to new objects each time, until stop is set.
func (t *target) renew(stop *atomic.Bool) {
	texts := []string{"", "a", strings.Repeat("b", 100), strings.Repeat("long", 5000)}
	for i := 0; !stop.Load(); i++ {
		l := &leaf{hits: i, name: texts[i%4], any: i, more: texts[:i%5%4]}
		next := &target{text: texts[(i+1)%4], f: func() int { return i }, list: make([]*leaf, i%50), rows: [][]any{{i, l, texts[2]}, nil}}
		next.face = []any{l, next, texts[i%4], [3]any{next, i, 1.5}}[i%4]
		for j := range next.list {
			next.list[j] = l
		}
		t.next, t.f, t.calls = next, next.f, make(chan int, i%10+1)
		t.word.Store(l)
		t.value.Store(l)
		if i%64 == 0 {
			t.synced, t.queue, t.ring = new(sync.Map), list.New(), rings.New(1+i%9)
			t.grid = make([][]map[string]any, i%7)
			for j := range t.grid {
				t.grid[j] = []map[string]any{{texts[1]: next.list, texts[2]: l}, nil}
			}
			// A map of interfaces of slices of structs of strings, and so on.
			t.deep = map[string]any{"rows": []large{{a: texts[2], d: l}}, "maps": map[int][]string{i: texts}, "any": []any{[]any{[]string{texts[i/64%4]}}}}
		}
		t.synced.Store(i%100, l)
		t.synced.Delete(i / 2 % 100)
		t.queue.PushBack(l)
		if t.queue.Len() > 20 {
			t.queue.Remove(t.queue.Front())
		}
		t.ring.Value = l
		t.ring = t.ring.Next()
	}
}

// maps are maps in every layout that the runtime has.
type maps struct {
	pointers map[string]*leaf
	structs  map[int]leaf
	faces    map[any]any
	wide     map[[20]uint64][20]uint64 // neither fits into a slot
	empty    map[[2]int16]struct{}
	nested   map[string]map[int]*leaf
	floats   map[float64]string // with keys that are not equal to themselves
	bytes    map[uint8]uint16
}

func newMaps() maps {
	return maps{map[string]*leaf{}, map[int]leaf{}, map[any]any{}, map[[20]uint64][20]uint64{}, map[[2]int16]struct{}{}, map[string]map[int]*leaf{}, map[float64]string{}, map[uint8]uint16{}}
}

// write inserts into the maps, deletes from them, clears and replaces them, so that they have one
// group, one table and many. Only one goroutine may call it: the runtime ends a program with two.
func (m *maps) write(stop *atomic.Bool) {
	for round := 0; !stop.Load(); round++ {
		n := 1 << (round % 13)
		for i := range n {
			key := strconv.Itoa(i * round)
			l := &leaf{hits: i, name: key, kids: map[int]*leaf{i: nil}}
			m.pointers[key] = l
			m.structs[i*7] = leaf{hits: i, any: l}
			m.faces[any(i)], m.faces[any(key)] = key, *l
			m.wide[[20]uint64{uint64(i)}] = [20]uint64{uint64(round)}
			m.empty[[2]int16{int16(i), int16(round)}] = struct{}{}
			m.floats[float64(i)] = key
			m.bytes[uint8(i)] = uint16(i)
			if i%64 == 0 {
				m.floats[math.NaN()] = key
				m.nested[key] = l.kids
			}
			if i%3 == 0 {
				delete(m.pointers, strconv.Itoa(i/2*round))
				delete(m.structs, i)
				delete(m.faces, any(i/2))
				delete(m.wide, [20]uint64{uint64(i / 2)})
				delete(m.floats, float64(i/2))
				delete(m.bytes, uint8(i/2))
			}
			if stop.Load() {
				return
			}
		}
		switch round % 3 {
		case 0:
			clear(m.pointers)
			clear(m.wide)
			clear(m.floats)
			clear(m.nested)
		case 1:
			m.structs, m.empty, m.bytes = make(map[int]leaf), make(map[[2]int16]struct{}), make(map[uint8]uint16)
		case 2:
			m.faces = make(map[any]any)
			m.nested = make(map[string]map[int]*leaf, n)
		}
	}
}

// churn makes the collector reuse memory for values of other types and give it back to the kernel,
// and makes stacks grow and shrink.
func churn(stop *atomic.Bool) {
	var keep [64]any
	for i := 0; !stop.Load(); i++ {
		if i%100_000 == 0 {
			// Ballast is mapped and unmapped, so that stale addresses fault.
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
type tally struct {
	reads, racy, torn, retries, faults, refused int

	stop *atomic.Bool  // ends a scan once something was read racily
	turn chan struct{} // for those who wait for scans to go on
	left int           // how much more a scan reads; 0: everything
}

func (c *tally) enough() bool {
	return c.left == 1 || c.racy > 0 && c.stop != nil && c.stop.Load()
}

func (c *tally) add(more tally) {
	c.reads += more.reads
	c.racy += more.racy
	c.torn += more.torn
	c.retries += more.retries
	c.faults += more.faults
	c.refused += more.refused
}

// see counts a reading with that mark.
func (c *tally) see(m inspect.Mark) {
	c.reads++
	if m&inspect.Racy != 0 {
		c.racy++
	}
	if m&inspect.Torn != 0 {
		c.torn++
	}
}

// String is what docs/attacks.md publishes.
func (c tally) String() string {
	return fmt.Sprintf("%d reads, %d racy, %d torn, %d retries, %d faults caught, %d refused", c.reads, c.racy, c.torn, c.retries, c.faults, c.refused)
}

// fail counts an error: a fault or a refusal.
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

// scan reads all of v, as deep as depth. What it reads means nothing. The test is that it ends, and
// that the process lives.
func (c *tally) scan(v inspect.Value, depth int) {
	c.see(v.Mark())
	if c.reads%500 == 0 {
		deep(c.reads / 500 % 300)
		select {
		case c.turn <- struct{}{}:
		default:
		}
	}
	c.left = max(c.left-1, min(c.left, 1))
	if depth == 0 || c.enough() {
		return
	}
	switch v.Shape() {
	case inspect.Scalar:
		_, mark, err := v.ScalarMark(1 << 16)
		c.see(mark)
		c.fail(err)
	case inspect.Pointer, inspect.Interface:
		if e, err := v.Elem(); !c.fail(err) {
			c.scan(e, depth-1)
		}
	case inspect.Struct:
		for _, f := range v.Fields() {
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
				kept, _ := e.Keep(nil)
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

// render shows v as a session would. Nothing may go wrong but what is said of the memory.
func (c *tally) render(v inspect.Value) error {
	n := render.Snap(render.Raw(v, "x"), render.Limit{Depth: 8})
	var check func(n *render.Node) error
	check = func(n *render.Node) error {
		if n == nil {
			return nil
		}
		c.see(n.Mark)
		if strings.HasPrefix(n.Err, "panic") {
			return errors.New(n.Err)
		}
		for _, item := range n.Items {
			if err := errors.Join(check(item.Key), check(item.Node)); err != nil {
				return err
			}
		}
		return nil
	}
	n.Line(0)
	if !json.Valid(n.JSON()) {
		return errors.New("what is shown is not valid JSON")
	}
	return check(n)
}

// TestAttackRacingWriters scans memory that is written at full speed, while what it leads to is
// freed and reused, and the stacks of its readers grow, shrink and move.
func TestAttackRacingWriters(t *testing.T) {
	x := &target{maps: newMaps(), hot: make([]leaf, 500)}
	stop, turn := attack.Stop(t), make(chan struct{})
	var still atomic.Bool // the writers
	var writers, readers sync.WaitGroup
	for i := range 2 {
		writers.Go(func() { x.alternate(i, &still) })
	}
	writers.Go(func() { x.hammer(&still) })
	writers.Go(func() { x.renew(&still) })
	writers.Go(func() { x.maps.write(&still) })
	writers.Go(func() { churn(&still) })
	if os.Getenv("GOGC") == "" {
		defer setGC(1)()
		writers.Go(func() {
			for i := 0; !still.Load(); i++ {
				setGC(1 + i%5)
				runtime.GC()
				<-turn
			}
		})
	}
	var mu sync.Mutex
	var sum tally
	for i := range 4 {
		readers.Go(func() {
			c := tally{stop: stop, turn: turn}
			for pass := 0; !c.enough() && !t.Failed(); pass++ {
				// On a stack of its own each time, which must grow.
				var one sync.WaitGroup
				one.Go(func() {
					if pass%8 == i {
						if err := c.render(inspect.Of(x)); err != nil {
							t.Error(err)
						}
						return
					}
					v, _ := inspect.Of(x).Elem()
					for f := range v.Fields() {
						c.scan(v.Field(f), 8)
					}
				})
				one.Wait()
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(c)
		})
	}
	readers.Wait()
	still.Store(true)
	close(turn)
	writers.Wait()
	t.Log(sum)
}

// TestAttackMaps walks maps that are filled, emptied and replaced at full speed.
func TestAttackMaps(t *testing.T) {
	x := newMaps()
	stop := attack.Stop(t)
	var all sync.WaitGroup
	all.Go(func() { x.write(stop) })
	var mu sync.Mutex
	var sum tally
	for range 2 {
		all.Go(func() {
			var c tally
			v, _ := inspect.Of(&x).Elem()
			for !stop.Load() {
				for i := range v.Fields() {
					c.walk(v.Field(i))
				}
				runtime.Gosched()
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(c)
		})
	}
	all.Wait()
	if sum.racy == 0 {
		t.Error("nothing was read that was being written: the attack missed")
	}
	t.Log(sum)
}

// walk reads the entries of a map, and a word behind each.
func (c *tally) walk(m inspect.Value) {
	cur := m.Cursor()
	for !cur.Done() && !c.fail(cur.Load()) {
		for k, e, ok := cur.Next(); ok; k, e, ok = cur.Next() {
			c.see(k.Mark() | inspect.Racy) // what a map holds is
			c.see(e.Mark() | inspect.Racy)
			if k.Shape() == inspect.Scalar {
				_, err := k.Scalar(100)
				c.fail(err)
			}
			if e.Shape() == inspect.Pointer {
				var err error
				if e, err = e.Elem(); c.fail(err) {
					continue
				}
			}
			switch e.Shape() {
			case inspect.Struct:
				if len(inspect.Fields(e.Type())) > 0 {
					_, err := e.Field(0).Scalar(100)
					c.fail(err)
				}
			case inspect.List, inspect.Map:
				_, err := e.Len()
				c.fail(err)
			}
		}
	}
	c.retries += cur.Retries()
}
