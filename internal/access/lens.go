package access

import (
	"context"
	"fmt"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// SetLens has structs of type T shown as what f returns, a func(p *T) any. A second lens for a type
// replaces the first. It is an error if f is not such a function.
func (o *Objects) SetLens(f any) error {
	t := reflect.TypeOf(f)
	if t == nil || t.Kind() != reflect.Func || t.NumIn() != 1 || t.NumOut() != 1 || t.IsVariadic() ||
		t.In(0).Kind() != reflect.Pointer || t.In(0).Elem().Kind() != reflect.Struct {
		return fmt.Errorf("%T is not a func(*T) any for a struct T", f)
	}
	v := reflect.ValueOf(f)
	if v.IsNil() {
		return fmt.Errorf("the %T is nil", f)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lenses == nil {
		o.lenses = make(map[reflect.Type]reflect.Value)
	}
	o.lenses[t.In(0).Elem()] = v
	return nil
}

// lensOf is the lens for structs of type t; ok is false if there is none.
func (o *Objects) lensOf(t reflect.Type) (f reflect.Value, ok bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	f, ok = o.lenses[t]
	return f, ok
}

// hasLenses reports whether anything may be seen through a lens.
func (o *Objects) hasLenses() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return len(o.lenses) > 0
}

// seen is what a lens showed of an object.
type seen struct {
	view *View // nil: nothing, or err says why not
	err  error
}

// maxSeen is for how many objects a Visit remembers what a lens showed of them.
const maxSeen = 1000

// Lensed reports whether a lens is set for v, or for what it leads to. It runs nothing.
func (v *View) Lensed() bool {
	t, err := v.Target()
	if err != nil || t == nil {
		return false
	}
	_, ok := t.lens()
	return ok
}

// lens is the lens for the struct v.
func (v *View) lens() (f reflect.Value, ok bool) {
	if v.ofLens || v.visit.callsForbidden || v.Shape() != inspect.Struct {
		return f, false
	}
	f, ok = v.visit.objects.lensOf(v.val.Type())
	if v.decide(); ok && v.policy.hide.Reaches(v.hide, v.val.Type()) {
		// f may show in any way what a pattern hides.
		v.visit.note("a " + v.val.Type().String() + " is shown by its fields: registry.Hide names one, and its lens might show it")
		return reflect.Value{}, false
	}
	return f, ok
}

// given is the pointer to v that a lens may have; ok is false if it may have none.
func (v *View) given() (p any, ok bool) {
	if v.boxed || v.val.Mark()&inspect.Copied != 0 {
		return nil, false
	}
	return v.val.Pointer()
}

// refused is the error where a lens is needed and cannot be given v.
func (v *View) refused() error {
	return &MethodError{
		Type: v.val.Type().String(), Refused: true,
		Why: "cannot be looked through here: it is a copy, or was reached through memory that may change meanwhile; declare a registry.Guard, Owner or Frozen for " + v.policy.name,
	}
}

// through is what the lens shows of the struct v; nil if there is no lens, or it cannot be given v,
// which then is noted.
func (v *View) through() (*View, error) {
	f, ok := v.lens()
	if !ok {
		return nil, nil
	}
	if err := v.shown(); err != nil {
		return nil, err
	}
	p, ok := v.given()
	if !ok {
		v.visit.unseen(v.val.Type())
		return nil, nil
	}
	key := object{v.val.Addr(), v.val.Type()}
	if s, ok := v.visit.seen[key]; ok {
		return s.view, s.err
	}
	if v.visit.Holding() {
		return nil, &MethodError{Type: v.val.Type().String(), Why: "cannot run while a guard is held", Refused: true}
	}
	var s seen
	s.view, s.err = v.lookThrough(f, p)
	if len(v.visit.seen) < maxSeen {
		if v.visit.seen == nil {
			v.visit.seen = make(map[object]seen)
		}
		v.visit.seen[key] = s
	}
	return s.view, s.err
}

// lookThrough runs the lens f on p, which is v.
func (v *View) lookThrough(f reflect.Value, p any) (*View, error) {
	fail := func(why string) error {
		return &MethodError{Type: v.val.Type().String(), Why: why}
	}
	callee := v.visit.objects.callees.Method(v.val.Type(), "")
	if why := callee.Refusal(); why != "" {
		return nil, fail(why)
	}
	if err := v.visit.tick(1); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(v.visit.ctx, v.visit.callTime)
	defer cancel()
	var x any
	err := callee.Go(func() { x = f.Call([]reflect.Value{reflect.ValueOf(p)})[0].Interface() }).Wait(ctx)
	switch {
	case err == usercode.ErrRunning && v.visit.ctx.Err() != nil:
		return nil, context.Cause(v.visit.ctx)
	case err != nil:
		return nil, fail(err.Error())
	}
	if x == nil {
		return nil, nil
	}
	v.decide()
	shown := &View{
		visit: v.visit, policy: v.policy.results, val: inspect.Of(x), step: step{name: v.Path()}, decided: true,
		hide: v.hide, calls: v.calls, tells: v.tells | redact.ByType(reflect.TypeOf(x)), ofLens: true,
	}
	shown.judge()
	return shown, nil
}

// object is where an object lies, and of what type it is: a struct has the address of its first
// field.
type object struct {
	addr uintptr
	typ  reflect.Type
}

// ForbidCalls keeps the Visit from running code of the application other than its locks and owners:
// it shows each object by its fields and not through a lens, and calls no registry.Func.
func (vis *Visit) ForbidCalls() { vis.callsForbidden = true }

// unseen notes that a lens was not given an object.
func (vis *Visit) unseen(t reflect.Type) {
	vis.note("a " + t.String() + " is shown by its fields: its lens is not given a copy, nor what was reached through memory that may be changing")
}
