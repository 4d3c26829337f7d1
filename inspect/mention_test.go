package inspect

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestSpanIndex compares the index of spans with a look at all of them.
func TestSpanIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		spans := make([]Span, random.IntN(20))
		for i := range spans {
			spans[i] = Span{Addr: uintptr(random.IntN(100)), Size: uintptr(random.IntN(25))}
		}
		x := newSpanIndex(spans)
		for a := range uintptr(130) {
			var got, want []int
			x.each(a, func(i int) { got = append(got, i) })
			for i, s := range spans {
				if a >= s.Addr && a < s.Addr+s.Size {
					want = append(want, i)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%d lies in %v, want %v of %v", a, got, want, spans)
			}
		}
	}
}

// waitingFor waits until a goroutine waits for the lock at p for that reason, and returns the lock.
func waitingFor(t *testing.T, p any, reason string) (l Lock) {
	t.Helper()
	at := reflect.ValueOf(p).Pointer()
	for begin := time.Now(); time.Since(begin) < time.Minute; {
		all, err := ReadGoroutines(Asked{Stacks: true}, func(int) error { return nil }, func(int) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		for i := range all.All {
			if l, ok := all.All[i].Lock(); ok && l.Addr == at && all.All[i].Wait() == reason {
				return l
			}
		}
	}
	t.Fatalf("nobody waits: %s", reason)
	return l
}

// TestLock: where the lock lies that one waits for, and who holds it, is told right.
func TestLock(t *testing.T) {
	var mu sync.Mutex
	var rw sync.RWMutex
	var ended sync.WaitGroup
	mu.Lock()
	ended.Go(func() { mu.Lock(); defer mu.Unlock() })
	l := waitingFor(t, &mu, "sync.Mutex.Lock")
	if l.RW || l.Readers || l.Free() || l.Departing() != 0 {
		t.Errorf("%+v, free %v", l, l.Free())
	}
	mu.Unlock()
	ended.Wait()
	if !l.Free() {
		t.Error("a lock that nobody holds is held")
	}

	rw.Lock()
	ended.Go(func() { rw.RLock(); defer rw.RUnlock() })
	if l = waitingFor(t, &rw, "sync.RWMutex.RLock"); !l.RW || l.Readers || l.Free() {
		t.Errorf("%+v, free %v", l, l.Free())
	}
	ended.Go(func() { rw.Lock(); defer rw.Unlock() })
	if l = waitingFor(t, &rw, "sync.Mutex.Lock"); l.RW || l.Free() {
		t.Errorf("a writer behind a writer: %+v, free %v", l, l.Free())
	}
	rw.Unlock()
	ended.Wait()

	rw.RLock()
	rw.RLock()
	ended.Go(func() { rw.Lock(); defer rw.Unlock() })
	if l = waitingFor(t, &rw, "sync.RWMutex.Lock"); !l.RW || !l.Readers || l.Free() || l.Departing() != 2 {
		t.Errorf("%+v, free %v, %d readers", l, l.Free(), l.Departing())
	}
	rw.RUnlock()
	rw.RUnlock()
	ended.Wait()
	if !l.Free() || l.Departing() != 0 {
		t.Error("free", l.Free(), l.Departing())
	}
	far := Lock{Span: Span{Addr: 1 << 20, Size: 8}}
	if far.Free() {
		t.Error("what cannot be read is free")
	}
}

// TestReadWaits: who waits, and for what, is told while it waits.
func TestReadWaits(t *testing.T) {
	c, other := make(chan int), make(chan int)
	ended := make(chan int)
	go func() {
		select {
		case <-c:
		case <-other:
		}
		close(ended)
	}()
	at := []uintptr{reflect.ValueOf(c).Pointer(), reflect.ValueOf(other).Pointer()}
	slices.Sort(at)
	seen := func() (n int) {
		err := ReadWaits(func(int) error { return nil }, func(_ int, addrs []uintptr) {
			got := slices.Clone(addrs)
			slices.Sort(got)
			if slices.Equal(got, at) {
				n++
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for begin := time.Now(); seen() != 1; {
		if time.Since(begin) > time.Minute {
			t.Fatal("it is not seen")
		}
	}
	close(c)
	<-ended
	if n := seen(); n != 0 {
		t.Error(n)
	}
}
