package access

import (
	"context"
	"fmt"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// SetLens has values of type T shown as what f returns: a func(p *T) any for a struct or a type with a
// name, or a func(x T) any for a number, a boolean or a string with a name. A second lens for a type
// replaces the first. It is an error if f is not such a function.
func (o *Objects) SetLens(f any) error {
	t := reflect.TypeOf(f)
	if t == nil || t.Kind() != reflect.Func || t.NumIn() != 1 || t.NumOut() != 1 || t.IsVariadic() {
		return fmt.Errorf("%T is not a func(*T) any", f)
	}
	of := t.In(0)
	switch {
	case of.Kind() == reflect.Pointer && of.Name() == "":
		of = of.Elem()
		if of.Kind() != reflect.Struct && (of.PkgPath() == "" || of.Kind() == reflect.Pointer || of.Kind() == reflect.Interface) {
			return fmt.Errorf("%T is not a func(*T) any for a struct or a type of your own; a type of your own can be made of any but a pointer or an interface", f)
		}
	case !isPlain(of.Kind()) || of.PkgPath() == "":
		return fmt.Errorf("%T is not a func(*T) any, nor a func(T) any for a number, boolean or string of a type of your own", f)
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
	o.lenses[of] = v
	if of.Kind() != reflect.Struct {
		o.readings.Store(true)
	}
	return nil
}

// isPlain reports whether values of that kind are copied as a whole.
func isPlain(k reflect.Kind) bool {
	return k >= reflect.Bool && k <= reflect.Float64 && k != reflect.Uintptr || k == reflect.String
}

// lensOf returns the lens for values of type t; ok is false if there is none.
func (o *Objects) lensOf(t reflect.Type) (f reflect.Value, ok bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	f, ok = o.lenses[t]
	return f, ok
}

// hasLenses reports whether any lens is set.
func (o *Objects) hasLenses() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return len(o.lenses) > 0
}

// Lensed reports whether a lens is set for v, or for what it leads to. It runs nothing.
func (v *View) Lensed() bool {
	t, err := v.Target()
	if err != nil || t == nil {
		return false
	}
	if t.Shape() != inspect.Struct {
		_, ok := t.otherLens()
		return ok
	}
	_, ok := t.lens()
	return ok
}

// ForbidCalls keeps the Visit from running code of the application other than its locks and owners:
// it shows each object by its fields and not through a lens, and calls no registry.Func.
func (vis *Visit) ForbidCalls() { vis.callsForbidden = true }

// Reading returns what the lens of v, or of what v leads to, shows; nil if there is none. A struct is
// read as what it shows already: see [View.Resolve].
func (v *View) Reading() (*View, error) {
	t, err := v.Target()
	if err != nil || t == nil {
		return nil, err
	}
	return t.reading()
}

// reading returns what the lens of v shows; nil if there is none.
func (v *View) reading() (*View, error) {
	if v.Shape() == inspect.Struct {
		return v.lensView()
	}
	if l, ok := v.otherLens(); ok {
		used := l // l itself stays on the stack: hardly any value has a lens
		return used.view()
	}
	return nil, nil
}

// otherLens returns the lens of v, which is no struct. Unlike a struct, v itself is not replaced by
// what its lens shows: it can be computed with as ever.
func (v *View) otherLens() (l lens, ok bool) {
	if !v.visit.objects.readings.Load() || v.fromLens || v.visit.callsForbidden || !v.val.IsValid() {
		return l, false
	}
	t := v.val.Type()
	if t.PkgPath() == "" || t.Kind() == reflect.Struct {
		return l, false
	}
	f, ok := v.visit.objects.lensOf(t)
	if v.decide(); ok && v.policy.hide.Reaches(v.hide, t) {
		return l, false
	}
	return lens{v, f}, ok
}

// lens is the lens of a value.
type lens struct {
	of *View
	f  reflect.Value
}

// lens returns the lens of the struct v; ok is false if there is none, or none may be used.
func (v *View) lens() (l lens, ok bool) {
	if v.fromLens || v.visit.callsForbidden || v.Shape() != inspect.Struct {
		return l, false
	}
	f, ok := v.visit.objects.lensOf(v.val.Type())
	if v.decide(); ok && v.policy.hide.Reaches(v.hide, v.val.Type()) {
		// The lens may show what a pattern hides, in any form.
		v.visit.report.note("a " + inspect.TypeName(v.val.Type()) + " is shown by its fields: registry.Hide names one, and its lens might show it")
		return l, false
	}
	return lens{v, f}, ok
}

// lensView returns what the lens of the struct v shows. It is nil if there is no lens, or the lens
// cannot be given v; the Visit reports the latter.
func (v *View) lensView() (*View, error) {
	if l, ok := v.lens(); ok {
		used := l // as in reading
		return used.view()
	}
	return nil, nil
}

// byValue reports whether the lens takes a value, and no pointer to it.
func (l *lens) byValue() bool { return l.f.Type().In(0).Kind() != reflect.Pointer }

// argument returns what the lens is called with: a pointer to the struct, or a copy of a plain value.
// ok is false if the lens must not have one.
func (l *lens) argument() (p any, ok bool) {
	if l.byValue() {
		d, x, err := l.of.scalar()
		if d.Kind != inspect.NoDatum && err == nil {
			x = d.Plain()
		}
		if err != nil || x == nil {
			return nil, false
		}
		return reflect.ValueOf(x).Convert(l.f.Type().In(0)).Interface(), true
	}
	if l.of.boxed || l.of.val.Mark()&inspect.Copied != 0 {
		return nil, false
	}
	return l.of.val.Pointer()
}

// refused returns the error where the lens is needed and has no argument.
func (l *lens) refused() error {
	return &MethodError{
		Type: inspect.TypeName(l.of.val.Type()), Refused: true,
		Why: "cannot be used here: the object is a copy, or was reached through memory that may change meanwhile; declare a registry.Guard, Owner or Frozen for " + l.of.policy.name,
	}
}

// object identifies an object. The type is needed: a struct has the address of its first field.
type object struct {
	addr uintptr
	typ  reflect.Type
}

// lensResult is what a lens showed of an object.
type lensResult struct {
	view *View // nil for nothing, and for an error
	err  error
}

// maxLensResults bounds the objects of which a Visit remembers what a lens showed.
const maxLensResults = 1000

// view returns what the lens shows, the same for an object throughout the Visit.
func (l *lens) view() (*View, error) {
	v := l.of
	if err := v.checkShown(); err != nil {
		return nil, err
	}
	p, ok := l.argument()
	if !ok {
		as := " is shown by its fields"
		if v.val.Kind() != reflect.Struct {
			as = " is shown without its lens"
		}
		v.visit.report.note("a " + inspect.TypeName(v.val.Type()) + as + ": its lens is not given a copy, nor what was reached through memory that may be changing")
		return nil, nil
	}
	key := object{v.val.Addr(), v.val.Type()}
	if r, ok := v.visit.lensResults[key]; ok && !l.byValue() {
		return r.view, r.err
	}
	if v.visit.Holding() {
		return nil, &MethodError{Type: inspect.TypeName(v.val.Type()), Why: "cannot run while a guard is held", Refused: true}
	}
	var r lensResult
	r.view, r.err = l.run(p)
	if len(v.visit.lensResults) < maxLensResults && !l.byValue() {
		if v.visit.lensResults == nil {
			v.visit.lensResults = make(map[object]lensResult)
		}
		v.visit.lensResults[key] = r
	}
	return r.view, r.err
}

// run calls the lens with p.
func (l *lens) run(p any) (*View, error) {
	v := l.of
	fail := func(why string) error {
		return &MethodError{Type: inspect.TypeName(v.val.Type()), Why: why}
	}
	callee := v.visit.objects.callees.Method(v.val.Type(), "")
	if why := callee.Refusal(); why != "" {
		return nil, fail(why)
	}
	if err := v.visit.meter.read(1); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(v.visit.ctx, v.visit.callTime)
	defer cancel()
	var x any
	err := callee.Go(func() { x = l.f.Call([]reflect.Value{reflect.ValueOf(p)})[0].Interface() }).Wait(ctx)
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
		visit: v.visit, policy: v.policy.results, val: inspect.Of(x),
		place:   place{name: v.Path(), fromLens: true},
		verdict: verdict{decided: true, hide: v.hide, calls: v.calls, secrets: v.secrets | redact.ByType(reflect.TypeOf(x))},
	}
	shown.judge()
	return shown, nil
}
