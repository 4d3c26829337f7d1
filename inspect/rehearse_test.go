package inspect_test

import (
	"bytes"
	"fmt"
	"math/rand"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestRehearse: a rehearsal reads what comes next, and changes nothing of the walk that it is of.
func TestRehearse(t *testing.T) {
	inspect.Prepare()
	random := rand.New(rand.NewSource(11))
	m, list, array := map[string]*batched{}, []*batched{}, new([200]int)
	for i := range 3000 {
		x := newBatched(random, 1)
		m[fmt.Sprint("key ", i)], list = x, append(list, x)
		array[i%len(array)] = random.Int()
	}
	for _, x := range []any{&m, &list, array, &map[string]int{"one": 1}} {
		for _, trust := range []bool{false, true} {
			v := elemOf(t, x)
			plain, walk := v.Cursor(), v.Cursor()
			plain.Trust(trust)
			walk.Trust(trust)
			var ahead inspect.Cursor
			if ahead.Rehearse(walk) {
				t.Fatalf("%v: a walk that has not begun is rehearsed", v.Type())
			}
			for rehearsed := 0; ; {
				want := 1 + random.Intn(200)
				var texts, numbers []inspect.Column
				if ahead.Rehearse(walk) {
					if a, err := ahead.LoadBatch(want); err != nil {
						t.Fatal(err)
					} else if a != nil && a.Len() > 0 {
						rehearsed++
						_, e := a.Entry(0)
						texts, numbers = read(a, e)
					}
				}
				b, err := walk.LoadBatch(want)
				p, err2 := plain.LoadBatch(want)
				if err != nil || err2 != nil {
					t.Fatal(err, err2)
				}
				if b == nil || p == nil {
					if b != p || rehearsed == 0 && v.Kind().String() != "map" {
						t.Fatalf("%v: one walk ends before the other, or nothing was rehearsed", v.Type())
					}
					break
				}
				if b.Len() == 0 {
					continue
				}
				_, e := b.Entry(0)
				texts2, numbers2 := read(b, e)
				_, e = p.Entry(0)
				texts3, numbers3 := read(p, e)
				if !sameColumns(texts2, texts3) || !sameColumns(numbers2, numbers3) || walk.Torn() != plain.Torn() || walk.Retries() != plain.Retries() {
					t.Fatalf("%v: the walk that is rehearsed reads something else", v.Type())
				}
				if texts != nil && !(sameColumns(texts, texts2) && sameColumns(numbers, numbers2)) {
					t.Fatalf("%v: the rehearsal reads something else", v.Type())
				}
				walk.Pause()
				plain.Pause()
			}
			if ahead.Rehearse(walk) {
				t.Errorf("%v: a walk that has ended is rehearsed", v.Type())
			}
		}
	}
	synced := new(sync.Map)
	synced.Store(1, 1)
	synced.Store(2, 2)
	walk := elemOf(t, synced).Cursor()
	if _, err := walk.LoadBatch(1); err != nil || new(inspect.Cursor).Rehearse(walk) {
		t.Errorf("a sync.Map is rehearsed, %v", err)
	}
}

// read reads all columns of b.
func read(b *inspect.Batch, elem inspect.Value) (texts, numbers []inspect.Column) {
	for _, p := range paths(elem, 2) {
		var c inspect.Column
		if b.Read(p, false, nil, 100, &c); c.Kind == inspect.TextDatum {
			texts = append(texts, c)
		} else {
			numbers = append(numbers, c)
		}
	}
	return texts, numbers
}

func sameColumns(a, b []inspect.Column) bool {
	return slices.EqualFunc(a, b, func(a, b inspect.Column) bool {
		if a.Kind != b.Kind || a.Bad != b.Bad || !slices.Equal(a.Bits, b.Bits) || len(a.Text.Ref) != len(b.Text.Ref) {
			return false
		}
		for i := range a.Text.Ref {
			if !bytes.Equal(a.Text.At(int(a.Text.Ref[i])), b.Text.At(int(b.Text.Ref[i]))) {
				return false
			}
		}
		return true
	})
}

// TestAttackRehearse: what is rehearsed may change at any time, and the map may grow under it.
func TestAttackRehearse(t *testing.T) {
	inspect.Prepare()
	m := map[string]*batched{}
	random := rand.New(rand.NewSource(12))
	all := make([]*batched, 100)
	for i := range all {
		all[i] = newBatched(random, 1)
	}
	var stop atomic.Bool
	var writing sync.WaitGroup
	v := elemOf(t, &m)
	writing.Go(func() {
		for i := 0; !stop.Load(); i++ {
			switch key := fmt.Sprint(i % 5000); {
			case i%20000 == 0:
				m = map[string]*batched{}
			case i%7 == 0:
				delete(m, key)
			default:
				m[key] = all[i%len(all)]
			}
			if i%64 == 0 {
				runtime.Gosched()
			}
		}
	})
	var ahead inspect.Cursor
	for end := attack.Stop(t); !end.Load(); {
		walk := v.Cursor()
		for !walk.Done() {
			if ahead.Rehearse(walk) {
				for range 3 {
					if b, err := ahead.LoadBatch(300); err == nil && b != nil && b.Len() > 0 {
						_, e := b.Entry(0)
						read(b, e)
					}
				}
			}
			if _, err := walk.LoadBatch(100); err != nil {
				break
			}
			walk.Pause()
		}
	}
	stop.Store(true)
	writing.Wait()
}

// TestContended: a lock tells who waits for it, and who holds it does not count.
func TestContended(t *testing.T) {
	var mu sync.Mutex
	var rw sync.RWMutex
	wanted := func(name string, lock any, want bool) {
		t.Helper()
		for elemOf(t, lock).Contended() != want {
			if !want {
				t.Fatalf("%s: somebody waits", name)
			}
			runtime.Gosched() // until somebody does
		}
	}
	var waiting sync.WaitGroup
	wanted("unlocked", &mu, false)
	mu.Lock()
	wanted("locked", &mu, false)
	waiting.Go(func() { mu.Lock(); defer mu.Unlock() })
	wanted("wanted", &mu, true)
	mu.Unlock()
	waiting.Wait()
	wanted("given back", &mu, false)

	wanted("unlocked", &rw, false)
	rw.RLock()
	rw.RLock()
	wanted("read", &rw, false)
	waiting.Go(func() { rw.Lock(); defer rw.Unlock() })
	wanted("a writer waits for readers", &rw, true)
	rw.RUnlock()
	wanted("for one reader", &rw, true)
	rw.RUnlock()
	waiting.Wait()
	rw.Lock()
	wanted("written", &rw, false)
	waiting.Go(func() { rw.Lock(); defer rw.Unlock() })
	wanted("a writer waits for a writer", &rw, true)
	rw.Unlock()
	waiting.Wait()
	wanted("given back", &rw, false)
	wanted("no lock", new(int), false)
	if (inspect.Value{}).Contended() {
		t.Error("nothing is a lock")
	}
	wanted("a Once", new(sync.Once), false)
}
