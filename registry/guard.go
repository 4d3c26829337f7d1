package registry

import (
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
)

// lock is a lock of the application, as reads use it.
type lock struct {
	addr     uintptr // tells it from others, also when it is reached by two paths
	name     string  // of a declared one
	in       *View   // the struct of a found one
	declared bool    // pointers read under it are trusted
	try      func() bool
	free     func()
}

// real is k, nil for noLock.
func (k *lock) real() *lock {
	if k == noLock {
		return nil
	}
	return k
}

// label names the lock for people.
func (k *lock) label() string {
	if k.in == nil {
		return k.name
	}
	t := k.in.val.Type()
	return place(k.in.Path(), t.String()) + "." + structOf(t).mutexName
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

// findLock is the mutex of the struct that v views, nil if it has none or may
// not be locked: the place must be certain, or the state of a lock would be
// written where something else lies, and must not be a copy.
func findLock(v inspect.Value) *lock {
	if !v.Solid() || v.Mark()&inspect.Copied != 0 {
		return nil
	}
	m, err := mutexIn(v)
	if err != nil {
		return nil
	}
	p, ok := m.Pointer()
	if !ok {
		return nil
	}
	k := &lock{addr: m.Addr()}
	switch m := p.(type) {
	case *sync.Mutex:
		k.try, k.free = m.TryLock, m.Unlock
	case *sync.RWMutex:
		k.try, k.free = m.TryRLock, m.RUnlock
	default:
		return nil
	}
	return k
}

// mutexIn is the mutex that guards the fields of the struct v, the zero Value if it has none.
func mutexIn(v inspect.Value) (inspect.Value, error) {
	index := structOf(v.Type()).mutex
	if index == nil {
		return inspect.Value{}, nil
	}
	for _, i := range index {
		v = v.Field(i)
	}
	if v.Kind() == reflect.Pointer {
		return v.Elem()
	}
	return v, nil
}
