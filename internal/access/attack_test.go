package access

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// contended has two locks, each of which guards a path to the other, and methods that take them.
type contended struct {
	mu    sync.RWMutex
	items map[string]*contendedItem
	other *contended
	text  string
}

type contendedItem struct {
	mu    sync.Mutex
	name  string
	owner *contended
}

func (c *contended) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}

// TestAttackLocks has visits read in opposite orders, by two paths and through methods, what
// writers change under its locks. Each writer takes two locks in an order of its own. Nothing
// deadlocks, nothing is read that no writer wrote, and no lock stays taken.
func TestAttackLocks(t *testing.T) {
	a := &contended{items: map[string]*contendedItem{}, text: "0 0"}
	b := &contended{items: map[string]*contendedItem{}, text: "0 0", other: a}
	a.other = b
	for i := range 300 {
		key := fmt.Sprint(i)
		a.items[key], b.items[key] = &contendedItem{name: "0 0", owner: b}, &contendedItem{name: "0 0", owner: a}
	}
	r := New()
	r.Expose("a", a, Methods("Len"))
	r.Expose("b", b, Methods("Len"))
	r.Expose("again", a, Guard(&a.mu), Methods("Len"))
	stop := attack.Stop(t)
	var all sync.WaitGroup
	var writes, reads, refusals atomic.Int64
	all.Go(func() {
		// Always a before b, and a collection before its items.
		for i := 0; !stop.Load(); i++ {
			whole := fmt.Sprint(i, " ", i)
			a.mu.Lock()
			a.text = whole
			b.mu.Lock()
			b.text = whole
			key := fmt.Sprint(i % 300)
			item := a.items[key]
			delete(a.items, key)
			a.items[key] = item
			item.mu.Lock()
			item.name = whole
			item.mu.Unlock()
			b.mu.Unlock()
			a.mu.Unlock()
			writes.Add(1)
		}
	})
	halves := func(text any) {
		var x, y int
		if n, _ := fmt.Sscan(text.(string), &x, &y); n != 2 || x != y {
			t.Errorf("%q was read, which nobody wrote", text)
		}
		reads.Add(1)
	}
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}, {"again", "b"}} {
		all.Go(func() {
			for !stop.Load() && !t.Failed() {
				l := r.Visit(context.Background(), nil)
				for _, name := range order {
					v, err := l.Get(name)
					if err != nil {
						t.Error(err)
						return
					}
					for _, steps := range [][]any{{".text"}, {".other", ".text"}, {".other", ".other", ".text"}, {".items", "7", ".name"}, {".items", "7", ".owner", ".text"}} {
						x, err := reach(v, steps...)
						var text any
						if err == nil {
							text, _, err = x.Plain()
						}
						if err != nil {
							refusals.Add(1)
							continue
						}
						halves(text)
					}
					items, err := v.Member("items")
					if err == nil {
						err = items.Each(func(_, e *View) (bool, error) {
							name, err := e.Member("name")
							if err != nil {
								return false, err
							}
							text, _, err := name.Plain()
							if err == nil {
								halves(text)
							}
							return true, nil
						})
					}
					if err != nil {
						refusals.Add(1)
					}
					if _, err := v.Call("Len", nil); err != nil {
						refusals.Add(1)
					}
					if l.Holding() {
						t.Error("a guard is still held")
					}
				}
			}
		})
	}
	all.Wait()
	for _, free := range []bool{a.mu.TryLock(), b.mu.TryLock()} {
		if !free {
			t.Error("a lock was left taken")
		}
	}
	t.Logf("%d writes, %d reads, %d refusals", writes.Load(), reads.Load(), refusals.Load())
	if writes.Load() == 0 || reads.Load() == 0 {
		t.Error("the attack missed")
	}
}
