package access

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
)

// lock is a lock of the application, as reads use it.
type lock struct {
	addr     uintptr // tells it from others, also when it is reached by two paths
	name     string  // of one that was declared by itself; of others, of the field in that struct
	in       *View   // the struct in which it was found
	declared bool    // pointers read under it are trusted
	try      func() bool
	free     func()
}

var (
	// noLock stands for a lock that was sought and is not there.
	noLock = new(lock)
	// notTaken stands for one that is there and may not be taken; see ownLock.
	notTaken = new(lock)
)

// real is k, nil where it stands for none.
func (k *lock) real() *lock {
	if k == noLock || k == notTaken {
		return nil
	}
	return k
}

// label names the lock for people.
func (k *lock) label() string {
	if k.in == nil {
		return k.name
	}
	return place(k.in.Path(), k.in.val.Type().String()) + "." + k.name
}

// memory is where an exposed object lies.
type memory struct{ base, size uintptr }

// holds reports whether so many bytes at addr lie in m.
func (m memory) holds(addr, size uintptr) bool {
	return size <= m.size && addr-m.base <= m.size-size
}

// declaredLock is l as a lock, nil if it cannot be tried.
func declaredLock(l sync.Locker) *lock {
	k, unlock := &lock{declared: true}, l.Unlock
	switch r := reflect.ValueOf(l); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan:
		k.addr = r.Pointer()
	default:
		k.addr = reflect.ValueOf(k).Pointer()
	}
	switch l := l.(type) {
	case interface {
		TryRLock() bool
		RUnlock()
	}:
		k.try, k.free = l.TryRLock, l.RUnlock
	case interface{ TryLock() bool }:
		k.try, k.free = l.TryLock, unlock
	default:
		return nil
	}
	return k
}

// ownLock is the lock that guards the fields of the struct v: nil if it has none, notTaken if it
// has one that may not be taken.
//
// The state of a lock is written when it is taken and when it is given back. So its place must be
// certain, and the lock must still be the same in between. An owner who has the only pointer to an
// object may overwrite it without its lock, as in *r = Request{} before pool.Put(r); if we held
// r.mu then, our unlock, or the next one of the application, would be one of an unlocked mutex,
// which ends the process. That we have found a way to an object does not mean that it is not about
// to be unlinked. Only the memory of the exposed object itself cannot be another's before Withdraw;
// all else is what GuardBy promises.
func (p *policy) ownLock(v inspect.Value) *lock {
	s := structOf(v.Type())
	if len(s.locks) == 0 || v.Mark()&inspect.Copied != 0 {
		// A copy's lock locks nothing.
		return nil
	}
	l, declared := s.named(p.by)
	if !declared {
		if p.lock != nil {
			if _, _, is := lockAt(v, p.lock.addr); is {
				return p.lock
			}
			return nil
		}
		l = s.locks[0]
	}
	if !v.Solid() {
		return notTaken
	}
	m, err := l.of(v)
	if err != nil || !m.IsValid() {
		return nil
	}
	if !declared && !p.memory.holds(m.Addr(), m.Type().Size()) {
		return notTaken
	}
	ptr, ok := m.Pointer()
	if !ok {
		return notTaken
	}
	k := &lock{addr: m.Addr(), name: l.name, declared: declared}
	switch m := ptr.(type) {
	case *sync.Mutex:
		k.try, k.free = m.TryLock, m.Unlock
	case *sync.RWMutex:
		k.try, k.free = m.TryRLock, m.RUnlock
	}
	return k
}

// of is the lock itself, in the struct v; the zero Value if a pointer to it is nil.
func (l *lockField) of(v inspect.Value) (inspect.Value, error) {
	for _, i := range l.index {
		v = v.Field(i)
	}
	if v.Kind() == reflect.Pointer {
		return v.Elem()
	}
	return v, nil
}

// lockAt is the lock of the struct v that lies at addr, its zero value if none does.
func lockAt(v inspect.Value, addr uintptr) (l lockField, m inspect.Value, ok bool) {
	for _, l := range structOf(v.Type()).locks {
		if m, err := l.of(v); err == nil && m.IsValid() && m.Addr() == addr {
			return l, m, true
		}
	}
	return l, m, false
}
