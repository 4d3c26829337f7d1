package inspect_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// stamped is written once, before others see it. Its number is a multiple of stamp, and its text
// says which.
type stamped struct {
	n    int
	text string
	next *stamped
	room [3]int // for what another object of this size has there
}

const stamp = 100_003

func newStamped(i int, next *stamped) *stamped {
	return &stamped{n: i * stamp, text: fmt.Sprint("number ", i, strings.Repeat(".", i%50)), next: next}
}

// junk is what stands in memory that was freed and reused.
type junk struct {
	words [9]uintptr
}

// stampedTarget is written at full speed.
type stampedTarget struct {
	byName map[string]*stamped
	byID   map[int]stamped
	list   []*stamped
	array  [700]*stamped
}

//go:norace
func (x *stampedTarget) write(stop *atomic.Bool) {
	var keep [64]*junk
	for i := 0; !stop.Load(); i++ {
		s := newStamped(i%9999, newStamped(i%77, nil))
		x.byName[s.text] = s
		x.byID[i%5000] = *s
		x.list = append(x.list, s)
		x.array[i%len(x.array)] = s
		j := new(junk)
		for k := range j.words {
			j.words[k] = ^uintptr(0) - uintptr(k) - 1
		}
		keep[i%len(keep)] = j
		switch {
		case i%50_000 == 0:
			x.byName = map[string]*stamped{}
		case i%30_000 == 0:
			clear(x.byID)
		case i%7_000 == 0:
			x.list = append([]*stamped(nil), x.list[len(x.list)/2:]...)
		case i%3 == 0:
			delete(x.byName, newStamped(i%9000, nil).text)
			x.list = x.list[1:]
		}
		if i%1000 == 0 {
			runtime.Gosched()
		}
	}
	runtime.KeepAlive(keep)
}

// TestAttackBatches reads columns of what other goroutines write, free and reuse. What a held
// pointer leads to must be what the pointer was made with.
func TestAttackBatches(t *testing.T) {
	inspect.Prepare()
	x := &stampedTarget{byName: map[string]*stamped{}, byID: map[int]stamped{}}
	for i := range x.array {
		x.array[i] = newStamped(i, newStamped(i, nil))
	}
	stop := attack.Stop(t)
	var done atomic.Bool
	var all sync.WaitGroup
	all.Go(func() { x.write(&done) })
	all.Go(func() {
		defer setGC(5)()
		for !done.Load() {
			runtime.GC()
		}
	})
	defer all.Wait()
	defer done.Store(true)
	v := elemOf(t, x)
	held := inspect.Of(&x.array)
	var c inspect.Column
	lanes, bad := 0, 0
	for round := 0; round < 20 || !stop.Load(); round++ {
		for f := range 4 {
			for cur := v.Field(f).Cursor(); ; {
				b, err := cur.LoadBatch(1 + round*37%inspect.BatchSize)
				if b == nil || err != nil {
					break // a header that was half written
				}
				if b.Len() == 0 {
					continue
				}
				_, e := b.Entry(0)
				for _, p := range paths(e, 2) {
					b.Read(p, false, nil, 1<<10, &c)
					lanes, bad = lanes+b.Len(), bad+c.Bad.Count()
				}
				cur.Pause()
			}
		}
		e, err := held.Elem()
		if err != nil {
			t.Fatal(err)
		}
		// The array itself is reached by pointers alone, and so is what it leads to.
		for cur := e.Cursor(); ; {
			b, err := cur.LoadBatch(inspect.BatchSize)
			if err != nil {
				t.Fatal(err)
			}
			if b == nil {
				break
			}
			_, first := b.Entry(0)
			for _, names := range [][]string{{"n"}, {"next", "n"}, {"text"}, {"next", "text"}} {
				b.Read(field(first, names...), false, nil, 1<<10, &c)
				for i := range b.Len() {
					switch {
					case c.Bad.Has(i):
						// Nobody changes a text in place.
						t.Fatalf("round %d: %v in lane %d is bad", round, names, i)
					case c.Kind == inspect.TextDatum:
						if s := c.Text.At(int(c.Text.Ref[i])); !strings.HasPrefix(string(s), "number ") {
							t.Fatalf("round %d: the text in lane %d is %q", round, i, s)
						}
					case c.Bits[i]%stamp != 0:
						t.Fatalf("round %d: %v in lane %d is %#x", round, names, i, c.Bits[i])
					}
				}
			}
		}
	}
	t.Logf("%d lanes, %d bad", lanes, bad)
}
