package inspect

import (
	"cmp"
	"fmt"
)

// Locks, Onces and WaitGroups show their state, decoded from the words that they have in go1.26 and
// go1.27. If these are missing the description is empty.
var _ = addLens(
	lensRow{name: "sync.Mutex", shape: Opaque, describe: func(v Value) (string, error) {
		state, ok, err := v.loadField("mu", "state")
		if !ok {
			return "", err
		}
		return mutexState(state), nil
	}},
	lensRow{name: "sync.RWMutex", shape: Opaque, describe: func(v Value) (string, error) {
		readers, ok1, err1 := v.loadField("readerCount")
		writer, ok2, err2 := v.loadField("w", "mu", "state")
		if !ok1 || !ok2 {
			return "", cmp.Or(err1, err2)
		}
		return rwState(int32(readers), writer), nil
	}},
	lensRow{name: "sync.Once", shape: Opaque, describe: func(v Value) (string, error) {
		switch done, ok, err := v.loadField("done"); {
		case !ok:
			return "", err
		case done != 0:
			return "done", nil
		}
		return "not done", nil
	}},
	lensRow{name: "sync.WaitGroup", shape: Opaque, describe: func(v Value) (string, error) {
		state, ok, err := v.loadField("state")
		if !ok {
			return "", err
		}
		return fmt.Sprintf("waits for %d", int32(state>>32)), nil
	}},
)

// Contended reports whether goroutines are known to wait for v, a sync.Mutex or sync.RWMutex: for one
// that only readers hold, whether a writer waits. It is false for other types.
func (v Value) Contended() bool {
	if v.typ == nil || v.typ.PkgPath() != "sync" {
		return false
	}
	switch v.typ.Name() {
	case "Mutex":
		state, _, _ := v.loadField("mu", "state")
		return uint32(state)>>mutexWaiters > 0
	case "RWMutex":
		readers, _, _ := v.loadField("readerCount")
		writer, _, _ := v.loadField("w", "mu", "state")
		return int32(readers) < 0 && int32(readers) > -rwMaxReaders || uint32(writer)>>mutexWaiters > 0
	}
	return false
}

// loadField loads the number at the end of a path of fields. ok is false if there is no such path,
// and after an error.
func (v Value) loadField(path ...string) (u uint64, ok bool, err error) {
	for _, name := range path {
		index, ok := v.space().ownField(v.typ, name)
		if !ok {
			return 0, false, nil
		}
		v = v.Field(index[0]).content()
	}
	u, _, err = v.ref.Uint(v.typ.Size())
	return u, err == nil, err
}

// The bits of a mutex's state (internal/sync.Mutex): locked, woken, starving, and above them the
// number of waiters.
const (
	mutexLocked  = 1
	mutexWaiters = 3
)

func mutexState(s uint64) string {
	if s&mutexLocked != 0 {
		return "locked" + waiting(s)
	}
	return "unlocked" + waiting(s)
}

// A RWMutex subtracts rwMaxReaders from its count of readers while a writer holds it or waits for
// it (sync.rwmutexMaxReaders).
const rwMaxReaders = 1 << 30

func rwState(readers int32, writer uint64) string {
	switch {
	case readers == -rwMaxReaders:
		return "locked" + waiting(writer)
	case readers < 0:
		return fmt.Sprintf("%d reading, a writer waiting", readers+rwMaxReaders)
	case readers > 0:
		return fmt.Sprintf("%d reading", readers)
	}
	return "unlocked"
}

// waiting says how many goroutines wait for a mutex in that state.
func waiting(mutex uint64) string {
	if n := uint32(mutex) >> mutexWaiters; n > 0 {
		return fmt.Sprintf(", %d waiting", n)
	}
	return ""
}
