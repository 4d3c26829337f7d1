package access

import (
	"context"
	"reflect"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
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

func newEntry(name string, o Options) (*entry, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	e := &entry{name: name, doc: o.Doc}
	return e, e.policy.declare(name, o)
}

// locate finds where the exposed object lies, and gives a declared guard the name of the object's
// field that it is, if it is one.
func (e *entry) locate() {
	target := e.target()
	if !target.IsValid() || target.Mark()&inspect.Copied != 0 {
		return
	}
	m := guard.Memory{Base: target.Addr(), Size: target.Type().Size()}
	e.policy.setMemory(m)
	if k := e.policy.Lock; k != nil && target.Shape() == inspect.Struct {
		if l, _, ok := k.FieldOf(target); ok {
			k.Name = e.name + "." + l.Name
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
	case p.Frozen || p.Owner != nil || p.Lock != nil && p.Names == nil:
		return p.guard(nil, nil)
	case e.compute != nil:
		return "computed at each look"
	case e.typ.Kind() != reflect.Pointer:
		return "a copy"
	}
	var own *guard.Lock
	if target := e.target(); target.Shape() == inspect.Struct && !p.Unlocked {
		own = p.OwnLock(target)
	}
	if k := own.Real(); k != nil {
		return p.guardedBy(e.name + "." + k.Name)
	}
	return p.guard(e.typ.Elem(), own)
}
