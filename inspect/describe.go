package inspect

import (
	"fmt"
	"path/filepath"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Describe is a line for what has neither a scalar nor parts: where a func is
// defined, what waits in a chan and at it, whether a lock is held; and of a
// context its deadline and why it ended. It is "" for others.
func (v Value) Describe() (string, error) {
	switch v.Shape() {
	case Chan:
		return v.channel()
	case Struct:
		if v.lens().kind == lensContext {
			return v.contextState()
		}
	case Func:
		return v.function()
	case Opaque:
		if k := v.Kind(); k == reflect.UnsafePointer || k == reflect.Pointer {
			p, err := v.pointer()
			return fmt.Sprintf("%#x", p.Addr()), err
		}
		return v.state()
	}
	return "", nil
}

// channel says what is in a chan's buffer, and who waits at it.
func (v Value) channel() (string, error) {
	p, err := v.pointer()
	if err != nil || p.IsNil() {
		return "nil", err
	}
	n, c, err := peek.Chan(p)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%d of %d", n, c)
	w, err := peek.Waiting(p, v.typ)
	if err != nil {
		return text, nil // a layout that is not known, or a moment that was not caught
	}
	for _, who := range []struct {
		n  int
		is string
	}{{w.Senders, "sending"}, {w.Receivers, "receiving"}} {
		if who.n > 0 {
			text += fmt.Sprintf(", %d%s %s", who.n, either(who.n == peek.MaxWaiting, " or more", ""), who.is)
		}
	}
	return text + either(w.Closed, ", closed", ""), nil
}

// function names a func by the code that its first word points at. The word may be anything.
func (v Value) function() (string, error) {
	p, err := v.pointer()
	if err != nil || p.IsNil() {
		return "nil", err
	}
	pc, err := p.Uintptr()
	if err != nil {
		return "", err
	}
	name, file, line, ok := p.Space().Func(pc)
	if !ok {
		return "", fmt.Errorf("there is no code at %#x: %w", pc, ErrTorn)
	}
	return fmt.Sprintf("%s %s:%d", name, filepath.Base(file), line), nil
}

// state says what a lock, a once or a wait group is at, from the words that they
// have in go1.26 and go1.27; "" where those are not found.
func (v Value) state() (string, error) {
	word := func(path ...string) (uint64, bool, error) {
		at := v
		for _, name := range path {
			index, ok := at.space().findField(at.typ, name)
			if !ok || len(index) != 1 {
				return 0, false, nil
			}
			at = at.Field(index[0]).under()
		}
		u, _, err := at.ref.Uint(at.typ.Size())
		return u, err == nil, err
	}
	switch v.lens().kind {
	case lensOnce:
		if done, ok, err := word("done"); ok || err != nil {
			return either(done != 0, "done", "not done"), err
		}
	case lensWaitGroup:
		if state, ok, err := word("state"); ok || err != nil {
			return fmt.Sprintf("waits for %d", int32(state>>32)), err
		}
	case lensLock:
		if v.typ.Name() == "Mutex" {
			state, ok, err := word("mu", "state")
			if ok || err != nil {
				return mutexState(state), err
			}
			break
		}
		readers, ok1, err1 := word("readerCount")
		writer, ok2, err2 := word("w", "mu", "state")
		if err1 != nil || err2 != nil || !ok1 || !ok2 {
			return "", first(err1, err2)
		}
		return rwState(int32(readers), writer), nil
	}
	return "", nil
}

// The bits of a mutex's state (internal/sync.Mutex): locked, a waiter was woken,
// starving, and above them the number of waiters.
const (
	mutexLocked  = 1
	mutexWaiters = 3
)

func mutexState(s uint64) string {
	text := either(s&mutexLocked != 0, "locked", "unlocked")
	if n := uint32(s) >> mutexWaiters; n > 0 {
		text += fmt.Sprintf(", %d waiting", n)
	}
	return text
}

// rwMaxReaders is subtracted from a RWMutex's count of readers while a writer
// holds it or waits for it (sync.rwmutexMaxReaders).
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

func waiting(mutex uint64) string {
	if n := uint32(mutex) >> mutexWaiters; n > 0 {
		return fmt.Sprintf(", %d waiting", n)
	}
	return ""
}

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
