// Package guard knows what protects live objects: locks, those of the application's structs and
// those that it declared, and goroutines that own an object. It finds guards, tries them without
// ever queueing for one, holds them, and gives them back.
package guard

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// Lock is a lock of the application, as reads take it.
type Lock struct {
	// Name is that of the field of In, or stands for itself if In is nil.
	Name string
	// In says where the struct lies in which the lock was found; nil for a lock that was declared
	// by itself.
	In fmt.Stringer
	// Declared says that the application declared what the lock guards, so that pointers read under
	// it are trusted.
	Declared bool

	size   uintptr // of the lock, 0 if that is not known
	addr   uintptr // identifies the lock, whatever path leads to it
	try    func() bool
	unlock func()
	wanted func() bool // reports whether others are known to wait for it; nil if that is never known
}

var (
	// None stands for a lock that was sought and does not exist.
	None = new(Lock)
	// NotTaken stands for one that exists and must not be taken; see [Rules.OwnLock].
	NotTaken = new(Lock)
)

// Real returns k, or nil if k is None or NotTaken.
func (k *Lock) Real() *Lock {
	if k == None || k == NotTaken {
		return nil
	}
	return k
}

// Found returns k as a lock that was only found: nothing read under it is trusted.
func (k *Lock) Found() *Lock {
	found := *k
	found.Declared = false
	return &found
}

// String names the lock for people.
func (k *Lock) String() string {
	if k.In == nil {
		return k.Name
	}
	return k.In.String() + "." + k.Name
}

// Declare returns l as a declared lock without a name; nil if l cannot be tried. Its read side is
// taken if it has TryRLock and RUnlock.
func Declare(l sync.Locker) *Lock {
	k, unlock := &Lock{Declared: true}, l.Unlock
	switch r := reflect.ValueOf(l); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan:
		k.addr = r.Pointer()
		if r.Kind() == reflect.Pointer {
			k.size = r.Type().Elem().Size()
		}
	default:
		k.addr = reflect.ValueOf(k).Pointer()
	}
	switch l := l.(type) {
	case *sync.Mutex, *sync.RWMutex:
		if m, err := inspect.Of(l).Elem(); err == nil {
			k.wanted = m.Contended
		}
	}
	switch l := l.(type) {
	case interface {
		TryRLock() bool
		RUnlock()
	}:
		k.try, k.unlock = l.TryRLock, l.RUnlock
	case interface{ TryLock() bool }:
		k.try, k.unlock = l.TryLock, unlock
	default:
		return nil
	}
	return k
}

// tryLock tries the lock once.
func (k *Lock) tryLock() (ok bool, err error) {
	defer k.recover(&err)
	// It may lie in memory that is gone, as that of C can be.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return k.try(), nil
}

// tryInRow tries the lock [quickTries] times, and then for that long, or [maxTries] times where a test has
// stopped the clock, unless it is had before.
func (k *Lock) tryInRow(then time.Duration) (ok bool, err error) {
	for range quickTries {
		if ok, err := k.tryLock(); ok || err != nil {
			return ok, err
		}
	}
	begin := time.Now()
	for n := 0; n < maxTries && time.Since(begin) < then; n++ {
		if ok, err := k.tryLock(); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// release gives the lock back.
func (k *Lock) release() (err error) {
	defer k.recover(&err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	k.unlock()
	return nil
}

// recover turns the panic of a lock of the application's own making into an error, and a fault at a
// lock whose memory is gone. It must be deferred.
func (k *Lock) recover(err *error) {
	switch p := recover().(type) {
	case nil:
	case interface {
		runtime.Error
		Addr() uintptr
	}:
		*err = &Error{Guard: k.String(), Why: "lies in memory that cannot be accessed"}
	default:
		*err = &Error{Guard: k.String(), Why: usercode.Panicked(p).Error()}
	}
}
