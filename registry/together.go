package registry

import "github.com/sightglass-go/sightglass/inspect"

// Together runs f once while the guard of what lies in v is held, so that
// what f reads of v is of one moment. f must be short. If the guard cannot be
// had, f is run without it, and the error says so: only values of one word may
// be believed then, others that f asks for are errors.
func (v *View) Together(f func()) error {
	run := false
	hold := func() error { run = true; f(); return nil }
	err := v.shown()
	switch k := v.inner(); {
	case err != nil:
	case v.below().frozen:
		f()
		return nil
	case v.below().owner != nil:
		err = v.look.visit(v.below().owner, hold)
	case k == nil:
		f()
		return nil
	default:
		v.noteState(k)
		err = v.look.hold(k, hold)
	}
	if !run {
		f()
	}
	return err
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
