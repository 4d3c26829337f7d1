package registry

import (
	"context"
	"fmt"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
)

// entry is one exposed name. It does not change once it is in a Registry.
type entry struct {
	name    string
	doc     string
	chosen  string // the option that says how the object is read
	object  inspect.Value
	weak    func() any                // instead of object: nil when collected
	compute func(context.Context) any // instead of object
	typ     reflect.Type              // of object or weak
	policy  policy
}

// policy is what covers an object and everything below it.
type policy struct {
	name string
	// At most one of these is set; none means that locks are found.
	frozen   bool
	unlocked bool
	lock     *lock
	owner    *owner

	hide    patterns
	calls   patterns // methods and actions
	actions trail    // the ends in calls that are actions
	loose   *policy  // of what methods return
}

func newEntry(name string, opts []Option) *entry {
	if err := checkName(name); err != nil {
		panic(fmt.Sprintf("registry: Expose %q: %v", name, err))
	}
	e := &entry{name: name}
	e.policy.name = name
	for _, o := range opts {
		o(e)
	}
	// What a method returns may be a copy, or somebody else's: what was
	// declared of the object says nothing about it.
	loose := e.policy
	loose.frozen, loose.lock, loose.owner = false, nil, nil
	loose.loose, e.policy.loose = &loose, &loose
	return e
}

// describe gives a declared guard the name of the object's field that it is, if it is one.
func (e *entry) describe() {
	k := e.policy.lock
	if k == nil || e.typ == nil || e.typ.Kind() != reflect.Pointer {
		return
	}
	target, err := e.object.Elem()
	if err != nil || target.Shape() != inspect.Struct {
		return
	}
	if found := findLock(target); found != nil && found.addr == k.addr {
		k.name = e.name + "." + structOf(target.Type()).mutexName
	}
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
	case p.frozen:
		return "frozen"
	case p.owner != nil:
		return "read by its owner"
	case p.lock != nil:
		return "guarded by " + p.lock.name
	case e.compute != nil:
		return "computed at each look"
	case e.typ.Kind() != reflect.Pointer:
		return "a copy"
	}
	t := e.typ.Elem()
	if needsNoLock(t) {
		return "needs no lock"
	}
	if !p.unlocked && t.Kind() == reflect.Struct {
		if s := structOf(t); s.mutex != nil {
			return "guarded by " + e.name + "." + s.mutexName
		}
	}
	return "no lock found: read racily"
}
