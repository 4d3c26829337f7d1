package registry

import (
	"reflect"
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// longPart is the length of a text from which it is read by itself: to be shown it is searched for secrets, which takes
// up to 50 ns a byte, and need not be done under the guard.
const longPart = 1 << 10

// Together runs f once while the guard of what lies in v is held, so that what f
// reads of v is of one moment. Before it reads a part, f asks now: false says to read
// that after Together has returned, because it is a text of more than 1 KiB, or f has held the guard for as long as
// a chunk takes. The Look then notes that v is not of one moment. If the guard cannot be
// had, f is run without it, and the error says so: only values of one word may
// be believed then, others that f asks for are errors.
func (v *View) Together(f func(now func(part *View) bool)) error {
	anytime := func(*View) bool { return true }
	run := false
	hold := func() error {
		run = true
		since, most, parted := time.Now(), v.look.pace.hold(), false
		f(func(part *View) bool {
			if time.Since(since) <= most && !part.long() {
				return true
			}
			parted = true
			return false
		})
		if parted {
			v.look.parted(v.val.Type())
		}
		return nil
	}
	err := v.shown()
	switch k := v.inner(); {
	case err != nil:
	case v.below().frozen:
		f(anytime)
		return nil
	case v.below().owner != nil:
		err = v.look.visit(v.below().owner, hold)
	case k == nil:
		f(anytime)
		return nil
	default:
		v.noteState(k)
		err = v.look.hold(k, hold)
	}
	if !run {
		f(anytime)
	}
	return err
}

// long reports whether v, or what an interface holds, is a text that takes long to be read.
func (v *View) long() bool {
	val := v.val
	for range maxHops {
		if val.Kind() != reflect.Interface {
			break
		}
		content, err := val.Elem()
		if err != nil {
			return false
		}
		val = content
	}
	if !val.IsValid() || !isText(val.Type()) {
		return false
	}
	n, err := val.Len()
	return err == nil && n > longPart
}

// parted notes that a struct of type t was not read in one moment.
func (l *Look) parted(t reflect.Type) {
	if !slices.Contains(l.parts, t) {
		l.parts = append(l.parts, t)
		l.note("a " + t.String() + " is not of one moment: what is long of it was read after its guard was given back")
	}
}

// asFound is how a lock was just before we took it.
type asFound struct {
	addr  uintptr
	state string
}

// noteState remembers how the lock k is found, if it is one of v's own, so that a
// description of it that is made while we hold it does not tell of ourselves.
func (v *View) noteState(k *lock) {
	if v.Shape() != inspect.Struct || v.look.holds(k) {
		return
	}
	if _, m, ok := lockAt(v.val, k.addr); ok {
		v.look.found.addr = k.addr
		v.look.found.state, _ = m.Describe()
	}
}

// Describe is a line for what has no other rendering; see [inspect.Value.Describe].
func (v *View) Describe() (string, error) {
	if err := v.shown(); err != nil {
		return "", err
	}
	t := v.val.Type()
	if t == mutexType || t == rwMutexType {
		if f := v.look.found; f.addr == v.val.Addr() && v.look.holds(&lock{addr: f.addr}) {
			return f.state, nil
		}
	}
	var text string
	err := v.read(!v.val.IsValid() || !word(t), func(val inspect.Value) (err error) {
		text, err = val.Describe()
		return err
	})
	if err == nil && secretText(text) {
		return "", &RedactedError{Path: v.Path()}
	}
	return text, err
}
