package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
)

// locks are the locks of a View, for the values that a policy does not read all in one way. Each is
// nil until it is sought; then it is a lock, guard.None or guard.NotTaken.
type locks struct {
	guard *guard.Lock // guards the value
	own   *guard.Lock // of a struct, its own lock, which guards its fields
}

// read runs f on the value. If wide says that f reads more than a word, it does so under the guard.
// f must not keep the Value that it is given.
func (v *View) read(wide bool, f func(inspect.Value) error) error {
	if val, ok := v.readable(wide); ok {
		return f(val)
	}
	if o := v.policy.Owner; o != nil {
		return v.visit.guards.OnOwner(o, func() error { return f(v.val.Trust(!v.policy.ofResults)) })
	}
	k := v.lock()
	return v.visit.guards.Hold(k, func() error { return f(v.val.Trust(k.Declared)) })
}

// readable returns the value to read if no guard must be taken first: if it is read by the word, is
// frozen, has no guard, or its guard is held.
func (v *View) readable(wide bool) (val inspect.Value, ok bool) {
	switch p := v.policy; {
	case p.Frozen || !wide, p.ofResults && v.isCopy():
		return v.val, true
	case p.Owner != nil:
		ok = v.visit.guards.IsOn(p.Owner)
		return v.val.Trust(ok && !p.ofResults), ok
	}
	k := v.lock()
	if k == nil {
		if t := v.val.Type(); t != nil && !v.isCopy() && !kind.IsSync(t) && !v.isFresh() {
			v.reportRacy()
		}
		return v.val, true
	}
	ok = v.visit.guards.Holds(k)
	return v.val.Trust(ok && k.Declared), ok
}

// isCopy reports whether reading v reads nothing but a copy, such as a method's result, which
// nobody changes meanwhile. What a copied slice or map leads to is the application's.
func (v *View) isCopy() bool {
	k := v.val.Kind()
	return v.val.Mark()&inspect.Copied != 0 && k != reflect.Slice && k != reflect.Map
}

// isFresh reports whether v lies in an object that was made for this Visit: by a lens, or by a
// function that, as far as we know, returns a new object each time. What that object leads to may
// be the application's.
func (v *View) isFresh() bool {
	if v.fromLens {
		return true
	}
	if k := v.val.Kind(); !v.policy.computed || v.policy.ofResults || v.visit.repeated[v.policy] || v.guard == guard.NotTaken || k == reflect.Slice || k == reflect.Map {
		return false
	}
	hops := 0
	for at := v; at.up != nil; at = at.up {
		if at.step == stepElem {
			hops++
		} else if at.step != stepField {
			return false
		}
	}
	return hops <= 1
}

// hasGuard reports whether anything guards v.
func (v *View) hasGuard() bool { return v.policy.Owner != nil || v.lock() != nil }

// isTrusted reports whether a guard that the application declared is held, so that pointers read
// from v are trusted.
func (v *View) isTrusted() bool {
	if v.policy.ofResults {
		return false
	}
	if o := v.policy.Owner; o != nil {
		return v.visit.guards.IsOn(o)
	}
	k := v.lock()
	return k != nil && k.Declared && v.visit.guards.Holds(k)
}

// lock returns the lock that guards v; nil if there is none, or none that is taken.
func (v *View) lock() *guard.Lock {
	if p := v.policy; p.Uniform() {
		return p.Lock
	}
	return v.foundLock().Real()
}

// foundLock returns v.guard, and seeks it the first time.
func (v *View) foundLock() *guard.Lock {
	if v.guard == nil {
		if v.guard = v.findLock(); v.guard == nil {
			v.guard = guard.None
		}
	}
	return v.guard
}

// findLock returns the lock of the nearest struct above v that has one.
func (v *View) findLock() *guard.Lock {
	switch {
	case v.val.IsValid() && kind.IsSync(v.val.Type()):
		return nil
	case v.up == nil:
		return v.policy.Lock
	}
	return v.up.childLock()
}

// childLock returns the guard of what lies in v: if v is a struct with a lock, that lock. It may be
// guard.None or guard.NotTaken.
func (v *View) childLock() *guard.Lock {
	switch v.val.Kind() {
	case reflect.Chan:
		// What waits in a chan lies outside of the object, and whoever sends or receives takes no
		// lock.
		return guard.None
	case reflect.Func:
		return guard.None // what it has captured does not change
	}
	if v.Shape() == inspect.Struct && !v.boxed {
		if v.own == nil {
			v.own = guard.None
			if k := v.childPolicy().OwnLock(v.val); k != nil {
				v.own = k
				if k != guard.NotTaken && k != v.policy.Lock {
					k.In = structName{v}
				}
			}
		}
		if v.own != guard.None {
			return v.own
		}
	}
	k := v.foundLock()
	if k.Declared && v.independent(v.policy) {
		return guard.None
	}
	return k
}

// innerLock returns the lock that guards what lies in v; nil if there is none, or none that is
// taken.
func (v *View) innerLock() *guard.Lock {
	if p := v.childPolicy(); p.Uniform() {
		return p.Lock
	}
	return v.childLock().Real()
}

// structName names the struct that a View is of, for people.
type structName struct{ *View }

func (n structName) String() string { return orType(n.Path(), inspect.TypeName(n.val.Type())) }

// reportRacy reports that v is read without a guard.
func (v *View) reportRacy() {
	if v.policy == v.visit.report.lastRacy && v.guard != guard.NotTaken {
		return
	}
	if v.guard == guard.NotTaken {
		for at := v.up; at != nil; at = at.up {
			if at.own == guard.NotTaken {
				v.visit.report.lockNotTaken(at)
				return
			}
		}
	}
	if v.passes() {
		v.visit.report.passing(v.policy)
	} else {
		v.visit.report.racy(v.policy)
	}
}

// passes reports whether v was reached through a chan or a func that has a guard, which does not guard what
// waits in it, or what it has captured.
func (v *View) passes() bool {
	for at := v; at.up != nil && !at.policy.ofResults; at = at.up {
		if k := at.up.val.Kind(); (k == reflect.Chan || k == reflect.Func) && at.up.hasGuard() {
			return true
		}
	}
	return false
}

// Guard says how what lies in v, or in what it leads to, is read, as [Entry.Guard] does for an
// exposed object; "" for nil.
func (v *View) Guard() (string, error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return "", err
	}
	p := t.policy
	switch k := t.innerLock(); {
	case p.Uniform() || p.Lock == k && k != nil:
		return p.describe(t.val.Type(), nil), nil
	case k != nil:
		return p.guardedBy(k.String()), nil
	case t.isCopy():
		return "a copy", nil
	}
	for at := t; at != nil; at = at.up {
		if at.own == guard.NotTaken {
			return p.describe(at.val.Type(), guard.NotTaken), nil
		}
	}
	return p.describe(t.val.Type(), nil), nil
}
