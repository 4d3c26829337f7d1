package access

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// entry is one exposed name. But for what its function returned it does not change once it is in
// Objects.
type entry struct {
	name     string
	doc      string
	object   inspect.Value
	weak     func() any                // instead of object: nil when collected
	compute  func(context.Context) any // instead of object
	callee   *usercode.Callee          // compute
	returned returned
	typ      reflect.Type // of object or weak
	policy   policy
}

// returned is the object that a function returned the last time.
type returned struct {
	mu   sync.Mutex
	addr uintptr
	kept any // the object, from the second time on that one lay at addr
}

// again reports whether x, which the function has returned now, is the object that it returned the
// last times: then it is not made for each look. Where two objects lay at the same address one
// after the other, the second is kept alive until the next look, so that the third can be told from
// it.
func (r *returned) again(x any) bool {
	addr := inspect.Of(x).Addr()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case addr == 0 || addr != r.addr:
		r.addr, r.kept = addr, nil
	case r.kept == nil:
		r.kept = x
	default:
		return true
	}
	return false
}

// policy is what covers an object and everything below it.
type policy struct {
	name string
	// At most one of these is set; none means that locks are found.
	frozen   bool
	unlocked bool
	lock     *lock
	owner    *owner

	// by names the locks that guard the structs in which they are, the exposed one and those below
	// it. Where there is a lock too, that guards the rest.
	by []string
	// memory is that of the exposed object, none where it may be another one at each look.
	memory memory

	hide    pattern.Set
	calls   pattern.Set   // methods and actions
	actions pattern.Trail // the ends in calls that are actions
	loose   *policy       // of what methods return
	beyond  *policy       // of what lies in structs below the object that look after themselves

	foreign  bool // it covers what methods return: what is read under the guard of the object is not trusted for that
	computed bool // it covers what a function returned, which is new in each look
	outside  bool // it covers what the guard declared of the object does not
}

func newEntry(name string, o Options) (*entry, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	e := &entry{name: name, doc: o.Doc}
	p := &e.policy
	p.name, p.frozen, p.unlocked, p.by = name, o.Frozen, o.Unlocked, o.LockNames
	if o.Lock != nil {
		if p.lock = declaredLock(o.Lock); p.lock == nil {
			return nil, fmt.Errorf("Guard cannot try a %T, it could only queue for it; pass the lock itself, a *sync.Mutex or *sync.RWMutex, or something with TryLock() bool", o.Lock)
		}
		p.lock.name = "the guard of " + name
	}
	if o.Owner != nil {
		p.owner = &owner{run: o.Owner, name: name}
	}
	err := p.calls.Add("Methods", o.Methods)
	looks := p.calls.Ends()
	err = cmp.Or(err, p.calls.Add("Actions", o.Actions), p.hide.Add("Hide", o.Hide))
	if err != nil {
		return nil, err
	}
	p.actions = p.calls.Ends() &^ looks
	// What a method returns may be a copy, or somebody else's: what was declared of the object says
	// nothing about it.
	loose := e.policy
	loose.frozen, loose.lock, loose.by, loose.foreign = false, nil, nil, true
	loose.loose, e.policy.loose = &loose, &loose
	// What was declared of the object is not what guards a struct that looks after itself. The
	// locks that GuardBy names may be in any struct.
	beyond := loose
	beyond.by, beyond.owner, beyond.foreign, beyond.computed = e.policy.by, nil, false, false
	beyond.outside = e.policy.frozen || e.policy.lock != nil || e.policy.owner != nil
	loose.beyond, beyond.beyond, e.policy.beyond = &loose, &beyond, &beyond
	return e, nil
}

// locate finds where the exposed object lies, and gives a declared guard the name of the object's
// field that it is, if it is one.
func (e *entry) locate() {
	target := e.target()
	if !target.IsValid() || target.Mark()&inspect.Copied != 0 {
		return
	}
	m := memory{base: target.Addr(), size: target.Type().Size()}
	e.policy.memory, e.policy.loose.memory, e.policy.beyond.memory = m, m, m
	if k := e.policy.lock; k != nil && target.Shape() == inspect.Struct {
		if l, _, ok := lockAt(target, k.addr); ok {
			k.name = e.name + "." + l.name
		}
	}
}

// target is what the exposed pointer leads to, the zero Value if it is none, or is not there.
func (e *entry) target() inspect.Value {
	object := e.object
	if e.weak != nil {
		object = inspect.Of(e.weak())
	}
	if object.Kind() != reflect.Pointer {
		return inspect.Value{}
	}
	target, err := object.Elem()
	if err != nil {
		return inspect.Value{}
	}
	return target
}

func (e *entry) entry() Entry {
	out := Entry{Name: e.name, Doc: e.doc, Type: "any", Guard: e.guard()}
	if e.typ != nil {
		out.Type = e.typ.String()
	}
	return out
}

func (e *entry) guard() string {
	p := &e.policy
	switch {
	case e.weak != nil && e.weak() == nil:
		return "collected"
	case p.frozen || p.owner != nil || p.lock != nil && p.by == nil:
		return p.guard(nil, nil)
	case e.compute != nil:
		return "computed at each look"
	case e.typ.Kind() != reflect.Pointer:
		return "a copy"
	}
	var own *lock
	if target := e.target(); target.Shape() == inspect.Struct && !p.unlocked {
		own = p.ownLock(target)
	}
	if k := own.real(); k != nil {
		return p.guardedBy(e.name + "." + k.name)
	}
	return p.guard(e.typ.Elem(), own)
}

// guardedBy says that a lock of that name guards what lies in a struct.
func (p *policy) guardedBy(lock string) string {
	if p.by == nil {
		return "guarded by " + lock
	}
	return "guarded by " + lock + ", and what lies below by its own " + strings.Join(p.by, " or ")
}

// guard says how what lies in a value of type t is read that has no lock of its own which is taken.
func (p *policy) guard(t reflect.Type, own *lock) string {
	switch {
	case p.frozen:
		return "frozen"
	case p.owner != nil:
		return "read by its owner"
	case p.lock != nil:
		return p.guardedBy(p.lock.name)
	case t != nil && kind.IsSync(t):
		return "needs no lock"
	case p.unlocked || own == nil && p.by == nil:
		return "no lock found: read racily"
	case own == notTaken:
		return "read racily: " + p.why(t)
	}
	return "guarded by " + strings.Join(p.by, " or ") + " of each struct that has it"
}

// why says why the lock of a struct of type t is not taken, and what would have it taken. For what
// a method returned nothing can be declared.
func (p *policy) why(t reflect.Type) string {
	s := structOf(t)
	if l, ok := s.named(p.by); ok {
		return "its lock " + l.name + " is not taken where it was reached through memory that may change"
	}
	name := s.locks[0].name
	if p.loose == p {
		return "its lock " + name + " is not taken, as its owner may reset it"
	}
	return fmt.Sprintf("its lock %s is not taken, as its owner may reset it; registry.GuardBy(%q) on %s has it taken", name, name, p.name)
}
