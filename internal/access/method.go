package access

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/argument"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// method is a method of a live object, whether it exists and may be called or not.
type method struct {
	of   *View // the receiver
	name string
}

func (v *View) method(name string) method { return method{v, name} }

// receiver returns the type whose methods v has: a pointer type, if there may be a pointer to v.
func (v *View) receiver() reflect.Type {
	t := v.val.Type()
	if v.boxed || v.val.Mark()&inspect.Copied != 0 || t.Kind() == reflect.Interface {
		return t
	}
	return reflect.PointerTo(t)
}

// HasMethod reports whether v, or what it leads to, has an exported method of that name, callable
// or not.
func (v *View) HasMethod(name string) bool {
	t, err := v.Target()
	if err != nil || t == nil {
		return false
	}
	_, ok := t.receiver().MethodByName(name)
	return ok
}

// Call calls the method of that name of v, or of what it leads to, if policy names it. The method
// runs on a goroutine of its own, with no guard held, for at most Patience.Call. A context.Context
// as its first parameter is supplied. Arguments are plain values, converted as Go assigns
// constants, or solid Views of pointers. They are read once, before the [Overseer] is asked: what
// it is shown is what runs.
//
// The result is plain, a *View or a *Redacted; several results are a []any of these, and no result
// is nil. An error that the method returns, a panic, and a call that does not return or is not
// allowed are a *MethodError. A method that does not return is left running. It is not called again
// while four of its calls run on, or 32 of all methods.
//
// A method with a value receiver reads its receiver before it can take a lock: allow it only for
// what does not change.
func (v *View) Call(name string, args []any) (any, error) {
	t, err := v.targetFor("method " + name)
	if err != nil {
		return nil, err
	}
	m := t.method(name)
	f, err := m.bind()
	if err != nil {
		return nil, err
	}
	in, args, err := argument.Bind(f.Type(), args, bindLive)
	var redacted *RedactedError
	if errors.As(err, &redacted) {
		return nil, redacted
	}
	if err != nil {
		return nil, m.failed(err.Error())
	}
	c := &Call{Name: inspect.TypeName(t.receiver()) + "." + name, visit: t.visit, view: t, method: name, args: args}
	_, c.Action = m.allowed()
	if err := t.visit.approve(c); err != nil {
		return nil, err
	}
	out, err := m.run(c, f, in)
	if err != nil {
		return nil, err
	}
	path := m.callPath(args)
	switch len(out) {
	case 0:
		return nil, nil
	case 1:
		return m.result(path, out[0])
	}
	list := make([]any, len(out))
	for i := range out {
		at := ""
		if path != "" {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		if list[i], err = m.result(at, out[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// run makes the call c of the method, bound as f, with the arguments in.
func (m method) run(c *Call, f reflect.Value, in []reflect.Value) ([]reflect.Value, error) {
	vis := m.of.visit
	end, err := vis.begin(c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(vis.ctx, vis.callTime)
	defer cancel()
	if argument.TakesContext(f.Type()) {
		in = slices.Insert(in, 0, reflect.ValueOf(ctx))
	}
	var (
		out      []reflect.Value
		returned string // the error that it returned
	)
	err = m.callee().Go(func() {
		out = f.Call(in)
		if last := len(out) - 1; last >= 0 && out[last].Type() == reflect.TypeFor[error]() {
			if e, _ := out[last].Interface().(error); e != nil {
				returned = "returned an error: " + usercode.SafeText(e.Error())
			}
			out = out[:last]
		}
	}).Wait(ctx)
	if err != nil {
		// The call may still run: leave what it writes alone.
		end(err)
		if err == usercode.ErrRunning && vis.ctx.Err() != nil {
			return nil, context.Cause(vis.ctx)
		}
		return nil, m.failed(err.Error())
	}
	if returned != "" {
		if secret.ByName(m.name) != 0 {
			returned = "returned an error, which is redacted"
		}
		err := errors.New(returned)
		end(err)
		return nil, m.failed(returned)
	}
	end(nil)
	return out, nil
}

// failed returns the error for a call that failed, and why.
func (m method) failed(why string) error {
	return &MethodError{Type: m.of.receiver().String(), Method: m.name, Why: why}
}

// bind returns the method bound to its receiver, ready to be called, if that is allowed.
func (m method) bind() (reflect.Value, error) {
	t := m.of.receiver()
	if why := m.refusal(); why != "" {
		return reflect.Value{}, &MethodError{Type: inspect.TypeName(t), Method: m.name, Why: why, Refused: true}
	}
	p, _ := m.of.val.Pointer()
	r := reflect.ValueOf(p)
	if t.Kind() != reflect.Pointer || t.Elem() != m.of.val.Type() {
		r = r.Elem()
	}
	return r.MethodByName(m.name), nil
}

// allowed reports whether policy names the method, and whether it does so only as an action.
func (m method) allowed() (allowed, action bool) {
	m.of.decide()
	p := m.of.policy
	_, ends := p.calls.Step(m.of.calls, m.name)
	methods := ends &^ p.actions
	return methods != 0, ends != 0 && methods == 0
}

// refusal says why the method must not be called, "" if it may.
func (m method) refusal() string {
	v := m.of
	if _, ok := v.receiver().MethodByName(m.name); !ok {
		var names []string
		for _, other := range v.callable() {
			names = append(names, other.Name)
		}
		return "does not exist" + suggestion(text.Near(m.name, names), "")
	}
	allowed, action := m.allowed()
	switch {
	case action && v.visit.overseer.Approve == nil:
		return "is an action: it changes something, and this session can only look"
	case !allowed && !action:
		return fmt.Sprintf("may not be called: expose %s with registry.Methods(%q) if it only looks", v.policy.name, m.pattern())
	case v.visit.Holding():
		return "cannot be called while a guard is held"
	}
	if why := m.callee().Refusal(); why != "" {
		return why
	}
	if _, ok := v.val.Pointer(); !ok {
		return "cannot be called here: its receiver was reached through memory that may change meanwhile; declare a registry.Guard, Owner or Frozen for " + v.policy.name
	}
	return ""
}

// note is refusal in few words, for listings.
func (m method) note() string {
	why := m.refusal()
	if allowed, action := m.allowed(); why != "" && !allowed && !action {
		return fmt.Sprintf("not allowed; registry.Methods(%q) would", m.pattern())
	}
	return why
}

// callee counts the calls of the method that did not return.
func (m method) callee() *usercode.Callee {
	return m.of.visit.objects.callees.Method(m.of.receiver(), m.name)
}

// pattern names the method to registry.Methods.
func (m method) pattern() string { return strings.Join(append(m.of.names(), m.name), ".") }

// result returns a result of the method under policy: a plain value, or a solid View at the path.
// Its guard may be that of the receiver, so it is read under that; otherwise it is read as an
// object of which nothing was declared.
func (m method) result(path string, out reflect.Value) (any, error) {
	v := m.of
	r := &View{
		visit: v.visit, policy: v.policy.results, val: inspect.Of(out.Interface()), place: place{name: path},
		verdict: verdict{decided: true, hide: v.hide, calls: v.calls},
	}
	if k := v.innerLock(); k != nil {
		r.guard = k.Found()
	}
	r.advance(r.policy, m.name, false)
	if secret.Generic(m.name) || secret.Getter(m.name) {
		r.secrets = v.secrets
	}
	r.secrets |= secret.ByName(m.name) | redact.ByType(out.Type())
	r.judge()
	switch x, ok, err := r.Plain(); {
	case err != nil:
		return nil, err
	case ok && x == nil && out.Kind() == reflect.Interface && !out.IsNil():
		return TypedNil{out.Elem().Type()}, nil
	case ok:
		return x, nil
	}
	return r, nil
}

// callPath returns the expression for the call, "" if it cannot be typed.
func (m method) callPath(args []any) string {
	path := m.of.Path()
	if path == "" {
		return ""
	}
	list := make([]string, len(args))
	for i, arg := range args {
		lit, ok := literal.Of(arg)
		if view, is := arg.(*View); is {
			lit = view.Path()
			ok = lit != ""
		}
		if !ok || secret.In(lit) {
			return ""
		}
		list[i] = lit
	}
	return path + "." + m.name + "(" + strings.Join(list, ", ") + ")"
}

// bindLive is the [argument.Live] of Views. A View becomes the plain value that it leads to, the
// very pointer, map or chan that it is, or a pointer to it. Nothing live is copied for a call: that
// would be a racy read.
func bindLive(t reflect.Type, x any) (in reflect.Value, bound any, ok bool, err error) {
	switch x := x.(type) {
	case *Redacted:
		return in, nil, false, &RedactedError{Path: x.Path}
	case *View:
		in, bound, err = bindView(t, x)
		return in, bound, err == nil, err
	}
	return in, nil, false, nil
}

func bindView(t reflect.Type, v *View) (in reflect.Value, bound any, err error) {
	if x, ok, err := v.Plain(); err != nil {
		return reflect.Value{}, nil, err
	} else if _, typed := x.(TypedNil); ok && !typed {
		return argument.Live(bindLive).Bind(t, x)
	}
	for at := v; at != nil; {
		if x, ok := at.val.Interface(); ok && reflect.TypeOf(x).AssignableTo(t) {
			passed := *at
			passed.val = inspect.Of(x).Trust(at.policy.Frozen)
			return reflect.ValueOf(x), &passed, nil
		}
		if p, ok := at.val.Pointer(); ok && !at.boxed && reflect.TypeOf(p).AssignableTo(t) {
			return reflect.ValueOf(p), at, nil
		}
		if s := at.Shape(); s != inspect.Pointer && s != inspect.Interface {
			break
		}
		if at, err = at.deref(); err != nil {
			return reflect.Value{}, nil, err
		}
	}
	return reflect.Value{}, nil, fmt.Errorf("is %s, and cannot be %s (%s)", text.Article(inspect.TypeName(t)), orType(v.Path(), "that"), v.val.Type())
}
