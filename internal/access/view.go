package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// View is a live value under policy: where it lies, how it was reached, what guards it and whether
// it may be shown. It belongs to its Visit and, like it, to one goroutine. A method that reads takes
// the guard and releases it before it returns.
//
// The methods that look into a value (Member, At, Len, Each and so on) first follow pointers and
// interfaces, as Resolve does. A nil on the way is an error that is [ErrNil]; a value that may not
// be shown is a *RedactedError.
type View struct {
	visit  *Visit  // whose it is; never nil
	policy *policy // what covers it; never nil
	val    inspect.Value

	// How it was reached. A View without up is a root, or was cut off from a long way.
	up     *View  // what it is a part of
	step   step   // from up to here
	depth  uint16 // steps from the root, at most maxDepth
	boxed  bool   // it lies in a map, or in the copy that an interface holds: nobody may change it
	ofLens bool   // a lens returned it, or what it is a part of: no lens shows it
	lent   *loans // non-nil in a walk: this View, or one above it, is reused for the next element
	pick   pick

	// The verdict of policy, valid once decided is set; see decide.
	decided bool
	hidden  bool          // by name, type, tag or pattern
	tells   secret.Kinds  // what the names above it say of it
	hide    pattern.Trail // in policy.hide
	calls   pattern.Trail // in policy.calls

	guard  *guard.Lock // that guards this value: nil until sought, then a lock, noLock or notTaken
	mutex  *guard.Lock // of a struct, its own lock: likewise
	window *window     // non-nil if it shows only a part of val
}

// window is the part of a list, map, string or bytes that a View shows.
type window struct{ lo, hi int }

// step is how a View was reached from the one above.
type step struct {
	kind  stepKind
	index int    // stepField, stepIndex
	name  string // stepRoot: the path; stepField: the name; stepKey: the key; stepLiteral: the key as it is typed; "" if there is none
	key   *View  // stepEntry
}

type stepKind uint8

const (
	stepRoot    stepKind = iota
	stepCut              // a View whose way is only a text any more
	stepElem             // through a pointer or interface
	stepField            // a field of a struct
	stepIndex            // an element of a list
	stepKey              // the entry of a map under a string
	stepLiteral          // the entry of a map under something else
	stepEntry            // the entry of a map that a walk met
	stepKeyOf            // a key of a map
	stepWindow           // a part
)

const (
	// maxDepth is how many steps a View remembers; further on the path is remembered as text.
	maxDepth = 256
	// maxPath is the length of a text beyond which nobody types it.
	maxPath = 4096
	// maxHops bounds chains of pointers and interfaces without anything between.
	maxHops = 64
)

// newChild returns what lies one step below v.
func (v *View) newChild(val inspect.Value, s step) *View {
	c := v.lent.view()
	v.initChild(c, val, s)
	return c
}

// loans is memory for the Views that are reached from one lent element, which is used anew for the
// next.
type loans struct {
	views []*View
	used  int
}

// maxLoans is how many Views are kept for that. Further ones are new each time.
const maxLoans = 64

// view is memory for a View. A nil loans, which is of Views that last, makes a new one.
func (l *loans) view() *View {
	if l == nil || l.used == maxLoans {
		return new(View)
	}
	if l.used == len(l.views) {
		l.views = append(l.views, new(View))
	}
	l.used++
	return l.views[l.used-1]
}

// initChild makes c what lies one step below v.
func (v *View) initChild(c *View, val inspect.Value, s step) {
	p := v.below()
	if v.depth >= maxDepth {
		v = v.root()
	}
	// Trust lasts as long as the guard: what goes on is only where the value lies.
	*c = View{
		visit: v.visit, policy: p, val: val.Trust(p.Frozen), up: v, step: s,
		depth: v.depth + 1, lent: v.lent, boxed: v.boxed, ofLens: v.ofLens, pick: pick{uncharged: v.pick.uncharged},
	}
}

// below is the policy of what lies in v: v's own, unless v is a struct that looks after itself and
// is not what the declaration is about.
func (v *View) below() *policy {
	p := v.policy
	if p.Lock == nil && !p.Frozen && p.Owner == nil || !v.alone(p) {
		return p
	}
	return p.independent
}

// alone reports whether v is a struct that looks after itself, other than the exposed object and
// those whose lock p declares.
func (v *View) alone(p *policy) bool {
	t := v.val.Type()
	if t == nil || t.Kind() != reflect.Struct {
		return false
	}
	s := v.visit.structOf(t)
	if !s.Independent {
		return false
	}
	at := v
	for at.step.kind == stepElem {
		at = at.up
	}
	if at.step.kind == stepRoot {
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

// root is v with its way here as a text, so that a long chain of steps (a linked list walked by an
// expression) does not pile up in memory.
func (v *View) root() *View {
	r := *v
	r.decide()
	if r.lock() == nil && r.guard == nil {
		r.guard = guard.None
	}
	r.pick.picked = !v.Steady()
	r.up, r.depth, r.step = nil, 0, step{kind: stepCut, name: v.Path()}
	return &r
}

// Value is where the value lies, the zero Value for nil. It is for types, marks and addresses:
// reading through it goes around guards, and around the test of whether a text looks like a secret.
// Of a value that is hidden for its name, type, tag or a pattern it is a zero value of the same
// type, with nothing behind it.
func (v *View) Value() inspect.Value {
	v.decide()
	if v.hidden {
		return blank(v.val)
	}
	return v.val
}

// Shape is that of the value itself, before pointers and interfaces are followed. A struct that is
// shown as a text or a number is a Struct where that could tell what a pattern of registry.Hide
// hides.
func (v *View) Shape() inspect.Shape {
	if !v.decided && v.val.Kind() == reflect.Struct && v.policy.hide.Start() != 0 {
		v.decide()
	}
	return v.val.Shape()
}

// Resolve follows pointers and interfaces to what can have members or elements, v itself if it is
// no pointer or interface; nil for nil. Of a struct with a lens it is what the lens shows; see
// Objects.SetLens. More than 64 hops in a row are an error.
func (v *View) Resolve() (*View, error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return nil, err
	}
	shown, err := t.through()
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
			next, err := at.hop()
			if err != nil || next == nil {
				return nil, err
			}
			at = next
		default:
			return at, nil
		}
	}
	return nil, &TypeError{Path: v.Path(), Type: v.val.Type().String(), Why: "leads to pointers and nothing else"}
}

// hop is the target of a pointer, or the content of an interface; nil for nil.
func (v *View) hop() (*View, error) {
	if err := v.shown(); err != nil {
		return nil, err
	}
	if err := v.visit.tick(1); err != nil {
		return nil, err
	}
	v.pursue()
	var target inspect.Value
	var err error
	if val, ok := v.ready(v.Shape() == inspect.Interface); ok {
		target, err = val.Elem()
	} else {
		target, err = v.opened()
	}
	if err != nil || !target.IsValid() {
		return nil, err
	}
	c := v.newChild(target, step{kind: stepElem})
	// A pointer leads out of the box; in an interface without one lies the box.
	c.boxed = v.Shape() == inspect.Interface
	return c, nil
}

// opened is the content of an interface, read under its guard.
func (v *View) opened() (content inspect.Value, err error) {
	err = v.read(true, func(val inspect.Value) (err error) {
		content, err = val.Elem()
		return err
	})
	return content, err
}

// into resolves v for op, which is asked of what it leads to: nil is an error.
func (v *View) into(op string) (*View, error) {
	t, err := v.Resolve()
	return v.present(op, t, err)
}

// behind is into without lenses.
func (v *View) behind(op string) (*View, error) {
	t, err := v.Target()
	return v.present(op, t, err)
}

// present is t, to which v led; nil is an error.
func (v *View) present(op string, t *View, err error) (*View, error) {
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, &NilError{Path: v.Path(), Op: op}
	}
	return t, t.shown()
}

// field is direct field i of a struct, nil if it does not exist for who looks.
func (v *View) field(i int) *View {
	f := &v.visit.structOf(v.val.Type()).fields[i]
	if f.Absent {
		return nil
	}
	return v.newChild(v.val.Field(i), step{kind: stepField, index: i, name: f.Name})
}

// Keep makes a View that a walk lent last for the evaluation, and tells the Meter what that costs.
// What lies in the list or map itself is copied, as it is now: call it while the walk lends it. Any
// other View is returned as it is, when the Meter has been told what was copied to reach it.
func (v *View) Keep() (*View, error) {
	if v.lent != nil {
		return v.keep(true)
	}
	n := int(v.pick.uncharged)
	v.pick.uncharged = 0
	if n == 0 {
		return v, nil
	}
	return v, v.visit.keep(n)
}

// keep is Keep of v, or of what a View that is kept lies in: that is asked only where it lies, and
// not what it holds.
func (v *View) keep(content bool) (*View, error) {
	v.decide()
	kept, n := v.val, 0
	if v.val.Lent() || content && !v.policy.Frozen {
		v.visit.staying(v.val)
		kept, n = v.val.Keep()
	}
	if err := v.visit.keep(viewBytes + n + int(v.pick.uncharged)); err != nil {
		return nil, err
	}
	k := *v
	k.val, k.pick.uncharged, k.pick.picked = kept, 0, true
	if content {
		k.pick.note(&k)
	}
	if k.up != nil && k.up.lent != nil {
		up, err := k.up.keep(false)
		if err != nil {
			return nil, err
		}
		k.up, k.guard = up, nil
	}
	k.mutex = nil
	if key := v.step.key; key != nil {
		kept := *key
		kept.up, kept.lent = k.up, nil
		kept.val, _ = key.val.Keep()
		k.step.key = &kept
	}
	k.lent = nil
	return &k, nil
}

// viewBytes is about what one View takes.
const viewBytes = 192
