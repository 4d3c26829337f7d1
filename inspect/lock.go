package inspect

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect/internal/goroutine"
)

// Lock is a sync.Mutex or a sync.RWMutex that a goroutine waits for.
type Lock struct {
	Span
	RW      bool // it is an RWMutex: one whose writer waits for another writer looks like a Mutex
	Readers bool // the goroutine is the writer whose turn it is, and waits for readers alone
}

// Lock returns the lock that g waits for. ok is false if g waits for something else, or not.
func (g *Goroutine) Lock() (l Lock, ok bool) {
	if len(g.waitsFor) != 1 || g.waitsFor[0].isChan {
		return l, false
	}
	var path []string
	t := reflect.TypeFor[sync.RWMutex]()
	switch g.wait {
	case "sync.Mutex.Lock":
		t, path = reflect.TypeFor[sync.Mutex](), []string{"mu", "sema"}
	case "sync.RWMutex.RLock":
		path, l.RW = []string{"readerSem"}, true
	case "sync.RWMutex.Lock":
		path, l.RW, l.Readers = []string{"writerSem"}, true, true
	default:
		return l, false
	}
	l.Size = t.Size()
	// What is waited for is the semaphore in the lock: the proof of goroutines compares it.
	off := uintptr(0)
	for _, name := range path {
		f, ok := t.FieldByName(name)
		if !ok {
			return l, false
		}
		off, t = off+f.Offset, f.Type
	}
	l.Addr = g.waitsFor[0].addr - off
	return l, true
}

// Free reports whether nobody holds the lock, as while it is handed over to who waits for it. A lock
// that cannot be read is not free.
func (l Lock) Free() bool {
	v := Value{typ: reflect.TypeFor[sync.Mutex](), ref: here.memory.At(l.Addr)}
	if l.RW {
		v.typ = reflect.TypeFor[sync.RWMutex]()
		readers, ok, _ := v.loadField("readerCount")
		writer, ok2, _ := v.loadField("w", "mu", "state")
		return ok && ok2 && int32(readers) == 0 && writer&mutexLocked == 0
	}
	state, ok, _ := v.loadField("mu", "state")
	return ok && state&mutexLocked == 0
}

// Departing is how many readers the writer waits for whose turn it is; 0 for a Mutex, and if nobody
// knows.
func (l Lock) Departing() int {
	if !l.RW {
		return 0
	}
	n, _, _ := Value{typ: reflect.TypeFor[sync.RWMutex](), ref: here.memory.At(l.Addr)}.loadField("readerWait")
	return int(int32(n))
}

// Released is the address of the lock that g has given back while it waits at a sync.Cond, whose frames
// have it all the same; 0 for none.
func (g *Goroutine) Released() uintptr {
	if g.wait != "sync.Cond.Wait" || len(g.waitsFor) != 1 {
		return 0
	}
	t := reflect.TypeFor[sync.Cond]()
	list, ok := t.FieldByName("notify")
	locker, ok2 := t.FieldByName("L")
	if !ok || !ok2 {
		return 0
	}
	// The second word of an interface is the pointer in it.
	w, _ := here.memory.At(g.waitsFor[0].addr - list.Offset + locker.Offset + locker.Type.Size()/2).Uintptr()
	return w
}

// ReadWaits calls f with each goroutine that waits for something, and with what that is: addresses as
// those of Awaited, which f must not keep. Its errors are those of ReadGoroutines, and of keep.
func ReadWaits(keep Keeper, f func(id int, addrs []uintptr)) error {
	r, err := here.goroutines()
	if err != nil {
		return err
	}
	var addrs []uintptr
	return r.Each(goroutine.Want{}, func(g *goroutine.G) error {
		addrs = addrs[:0]
		for _, w := range g.Waits {
			addrs = append(addrs, w.Addr)
		}
		if len(addrs) > 0 {
			f(int(g.ID), addrs)
		}
		return keep(0)
	})
}
