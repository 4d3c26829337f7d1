package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
)

// View is a place in a live object under policy. It belongs to its Visit and, like it, to one
// goroutine. A method that reads takes the guard and releases it before it returns.
//
// The methods that look into a value (Member, At, Len, Each and so on) first follow pointers and
// interfaces, as Resolve does. A nil on the way is an error that is [ErrNil]; a value that may not
// be shown is a *RedactedError.
type View struct {
	visit   *Visit        // never nil
	policy  *policy       // covers the value; never nil
	val     inspect.Value // where the value lies; the zero Value for nil
	place                 // how it was reached
	verdict               // whether it may be shown; valid once decided is set
	locks                 // what guards it; found when first needed
	lent    *loans        // non-nil in a walk: the next element reuses this View, or one above
	pick    pick          // whether it was picked from a collection
}

// newChild returns the child of v at the place p, where val lies.
func (v *View) newChild(val inspect.Value, p place) *View {
	c := v.lent.view()
	v.initChild(c, val, p)
	return c
}

// initChild makes c the child of v at the place p. The caller sets what leads from v to c; the rest
// of p follows from v.
func (v *View) initChild(c *View, val inspect.Value, p place) {
	policy := v.childPolicy()
	if v.depth >= maxDepth {
		v = v.cutOff()
	}
	p.up, p.depth, p.boxed, p.fromLens = v, v.depth+1, v.boxed, v.fromLens
	// Trust ends with the guard. What the child inherits is only where the value lies.
	*c = View{
		visit: v.visit, policy: policy, val: val.Trust(policy.Frozen), place: p,
		lent: v.lent, pick: pick{uncharged: v.pick.uncharged},
	}
}

// childPolicy returns the policy of what lies in v: that of v, unless v is a struct that looks
// after itself.
func (v *View) childPolicy() *policy {
	p := v.policy
	if p.Lock == nil && !p.Frozen && p.Owner == nil || !v.independent(p) {
		return p
	}
	return p.independent
}

// independent reports whether v is a struct that looks after itself, so that p ends there: not the
// exposed object, nor a struct with a lock that p declares. A chan looks after what waits in it, and
// a func after what it has captured.
func (v *View) independent(p *policy) bool {
	t := v.val.Type()
	if t == nil || t.Kind() != reflect.Struct {
		return t != nil && (t.Kind() == reflect.Chan || t.Kind() == reflect.Func)
	}
	s := v.visit.types.structOf(t)
	if !s.Independent {
		return false
	}
	at := v
	for at.step == stepElem {
		at = at.up
	}
	if at.step == stepRoot {
		return false
	}
	if _, ok := s.Named(p.Names); ok && !v.boxed {
		return false
	}
	if p.Lock == nil {
		return true
	}
	_, _, ok := p.Lock.FieldOf(v.val)
	return !ok
}

// cutOff returns v as a root whose place is only a text, so that a long chain of Views, as of a
// linked list that an expression walks, can be collected.
func (v *View) cutOff() *View {
	r := *v
	r.decide()
	if r.lock() == nil && r.guard == nil {
		r.guard = guard.None
	}
	r.pick.picked = !v.Steady()
	r.up, r.depth, r.step, r.index, r.name, r.key = nil, 0, stepCut, 0, v.Path(), nil
	return &r
}

// Exposed returns the exposed name under which v was reached.
func (v *View) Exposed() string { return v.policy.name }

// Value returns where the value lies, the zero Value for nil. It is for types, marks and addresses:
// reading through it bypasses guards, and the test of whether a text looks like a secret. For a
// value that is hidden by its name, type, tag or a pattern it returns a zero value of the same
// type, with nothing behind it.
func (v *View) Value() inspect.Value {
	v.decide()
	if v.hidden {
		return zeroOf(v.val.Type())
	}
	return v.val
}

// Shape returns the shape of the value itself, before pointers and interfaces are followed. A
// struct that is otherwise shown as a text or number is a Struct where that could tell what a
// pattern of registry.Hide hides.
func (v *View) Shape() inspect.Shape {
	if !v.decided && v.val.Kind() == reflect.Struct && v.policy.hide.Start() != 0 {
		v.decide()
	}
	return v.val.Shape()
}

// maxHops bounds chains of pointers and interfaces with nothing between them.
const maxHops = 64

// Resolve follows pointers and interfaces to what can have members or elements; it returns v itself
// if v is no pointer or interface, and nil for nil. For a struct with a lens it returns what the
// lens shows; see [Objects.SetLens]. More than 64 hops in a row are an error.
func (v *View) Resolve() (*View, error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return nil, err
	}
	shown, err := t.lensView()
	if err != nil {
		return nil, err
	}
	if shown == nil {
		return t, nil
	}
	return shown.Target()
}

// Target is Resolve without lenses.
func (v *View) Target() (*View, error) {
	at := v
	for range maxHops {
		switch at.Shape() {
		case inspect.Nil:
			return nil, nil
		case inspect.Pointer, inspect.Interface:
			next, err := at.deref()
			if err != nil || next == nil {
				return nil, err
			}
			at = next
		default:
			return at, nil
		}
	}
	return nil, v.typeError("leads to pointers and nothing else")
}

// Content follows interfaces, and no pointers, to the value that they hold; it returns v itself if
// v is no interface, and nil for a nil one.
func (v *View) Content() (*View, error) {
	at := v
	for range maxHops {
		if at.val.Kind() != reflect.Interface {
			return at, nil
		}
		next, err := at.deref()
		if err != nil || next == nil {
			return nil, err
		}
		at = next
	}
	return nil, v.typeError("leads to interfaces and nothing else")
}

// deref returns the target of a pointer, or the content of an interface; nil for nil.
func (v *View) deref() (*View, error) {
	if err := v.checkShown(); err != nil {
		return nil, err
	}
	if err := v.visit.meter.read(1); err != nil {
		return nil, err
	}
	v.markUsed()
	var target inspect.Value
	var err error
	if val, ok := v.readable(v.Shape() == inspect.Interface); ok {
		target, err = val.Elem()
	} else {
		target, err = v.loadInterface()
	}
	if err != nil || !target.IsValid() {
		return nil, err
	}
	c := v.newChild(target, place{step: stepElem})
	// What a pointer leads to is not in the box; what an interface holds without one is.
	c.boxed = v.Shape() == inspect.Interface
	return c, nil
}

// loadInterface returns the content of an interface, read under its guard.
func (v *View) loadInterface() (content inspect.Value, err error) {
	err = v.read(true, func(val inspect.Value) (err error) {
		content, err = val.Elem()
		return err
	})
	return content, err
}

// resolveFor is Resolve for op, which needs more than nil.
func (v *View) resolveFor(op string) (*View, error) {
	t, err := v.Resolve()
	return v.nonNil(op, t, err)
}

// targetFor is Target for op, which needs more than nil.
func (v *View) targetFor(op string) (*View, error) {
	t, err := v.Target()
	return v.nonNil(op, t, err)
}

// nonNil returns t, to which v led. It is an error if t is nil, or may not be shown.
func (v *View) nonNil(op string, t *View, err error) (*View, error) {
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, &NilError{Path: v.Path(), Op: op}
	}
	return t, t.checkShown()
}

// fieldAt returns direct field i of a struct; nil if the field is tagged `inspect:"-"`.
func (v *View) fieldAt(i int) *View {
	f := &v.visit.types.structOf(v.val.Type()).fields[i]
	if f.Absent {
		return nil
	}
	return v.newChild(v.val.Field(i), place{step: stepField, index: i, name: f.Name})
}
