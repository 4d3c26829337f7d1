package access

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
	"github.com/sightglass-go/sightglass/internal/secret"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Call calls the method of that name of v, or of what it leads to, if policy names it: on a
// goroutine of its own, with no guard held, for at most Patience.Call. A parameter context.Context
// at the front is supplied. Arguments are plain values, converted as Go assigns constants, or solid
// Views of pointers. They are read once, before the [Overseer] is asked: what it is shown is what
// runs.
//
// The result is plain, or a *View, or a *Redacted; several results are a []any of these, and none
// are nil. An error that the method returns, a panic, or that it did not return, is a *MethodError,
// as is a call that is not allowed. A method that did not return is left running; while four calls
// of a method are, or 32 of all together, it is not called.
//
// A method with a value receiver reads its receiver before it could take a lock: name such only of
// what does not change.
func (v *View) Call(name string, args []any) (any, error) {
	t, err := v.behind("method " + name)
	if err != nil {
		return nil, err
	}
	method, err := t.method(name)
	if err != nil {
		return nil, err
	}
	fail := func(why string) error {
		return &MethodError{Type: t.receiver().String(), Method: name, Why: why}
	}
	in, args, err := arguments(method.Type(), args)
	var redacted *RedactedError
	if errors.As(err, &redacted) {
		return nil, redacted
	}
	if err != nil {
		return nil, fail(err.Error())
	}
	c := &Call{Name: inspect.TypeName(t.receiver()) + "." + name, visit: t.visit, view: t, method: name, args: args}
	_, c.Action = t.allows(name)
	if err := t.visit.approved(c); err != nil {
		return nil, err
	}
	end, err := t.visit.begin(c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(t.visit.ctx, t.visit.callTime)
	defer cancel()
	if takesContext(method.Type()) {
		in = slices.Insert(in, 0, reflect.ValueOf(ctx))
	}
	var (
		out   []reflect.Value
		wrong string
	)
	err = t.callee(name).Go(func() {
		out = method.Call(in)
		if last := len(out) - 1; last >= 0 && out[last].Type() == reflect.TypeFor[error]() {
			if e, _ := out[last].Interface().(error); e != nil {
				wrong = "returned an error: " + usercode.SafeText(e.Error())
			}
			out = out[:last]
		}
	}).Wait(ctx)
	failed := err
	if err == nil && wrong != "" { // of a call that still runs nothing must be read
		if secret.ByName(name) != 0 {
			wrong = "returned an error, which is redacted"
		}
		failed = errors.New(wrong)
	}
	end(failed)
	switch {
	case err == usercode.ErrRunning && t.visit.ctx.Err() != nil:
		return nil, context.Cause(t.visit.ctx)
	case failed != nil:
		return nil, fail(failed.Error())
	}
	path := t.callPath(name, args)
	switch len(out) {
	case 0:
		return nil, nil
	case 1:
		return t.result(name, path, out[0])
	}
	list := make([]any, len(out))
	for i := range out {
		if path != "" {
			list[i], err = t.result(name, fmt.Sprintf("%s[%d]", path, i), out[i])
		} else {
			list[i], err = t.result(name, "", out[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// method is the method of v of that name, ready to be called, if that is allowed.
func (v *View) method(name string) (reflect.Value, error) {
	t := v.receiver()
	if why := v.refusal(name); why != "" {
		return reflect.Value{}, &MethodError{Type: t.String(), Method: name, Why: why, Refused: true}
	}
	p, _ := v.val.Pointer()
	r := reflect.ValueOf(p)
	if t.Kind() != reflect.Pointer || t.Elem() != v.val.Type() {
		r = r.Elem()
	}
	return r.MethodByName(name), nil
}

// refusal says why the method of that name may not be called, "" if it may.
func (v *View) refusal(name string) string {
	if _, ok := v.receiver().MethodByName(name); !ok {
		var names []string
		for _, m := range v.methods() {
			names = append(names, m.Name)
		}
		return "does not exist" + hint(text.Near(name, names), "")
	}
	allowed, action := v.allows(name)
	switch {
	case action && v.visit.overseer.Approve == nil:
		return "is an action, it changes something, and this session only looks"
	case !allowed && !action:
		return fmt.Sprintf("may not be called: expose %s with registry.Methods(%q) if it only looks", v.policy.name, v.pattern(name))
	case v.visit.Holding():
		return "cannot be called while a guard is held"
	}
	if why := v.callee(name).Refusal(); why != "" {
		return why
	}
	if _, ok := v.val.Pointer(); !ok {
		return "cannot be called here: its receiver was reached through memory that may change meanwhile; declare a registry.Guard, Owner or Frozen for " + v.policy.name
	}
	return ""
}

// callee is the method of that name.
func (v *View) callee(name string) *usercode.Callee {
	return v.visit.objects.callees.Method(v.receiver(), name)
}

// pattern names the method of that name to Methods.
func (v *View) pattern(method string) string { return strings.Join(append(v.steps(), method), ".") }

// allows reports whether policy names the method, and whether it does so only as an action.
func (v *View) allows(name string) (allowed, action bool) {
	v.decide()
	_, ends := v.policy.calls.Step(v.calls, name)
	looks := ends &^ v.policy.actions
	return looks != 0, ends != 0 && looks == 0
}

// steps are the names that lead to v, as patterns have them.
func (v *View) steps() []string {
	if v.up == nil {
		return nil
	}
	list := v.up.steps()
	switch s := &v.step; s.kind {
	case stepElem, stepWindow:
		return list
	case stepField:
		return append(list, s.name)
	}
	return append(list, "*")
}

// result is what a method returned, under policy: a plain value, or a View that is solid. It is
// read under the guard of v, which may be what guards it, and otherwise as any object that nothing
// was declared of.
func (v *View) result(name, path string, out reflect.Value) (any, error) {
	r := &View{visit: v.visit, policy: v.policy.results, val: inspect.Of(out.Interface()), step: step{name: path}, decided: true}
	if k := v.inner(); k != nil {
		r.guard = k.Found()
	}
	r.hide, r.calls = v.hide, v.calls
	r.follow(name, false)
	if secret.Generic(name) || secret.Getter(name) {
		r.tells = v.tells
	}
	r.tells |= secret.ByName(name) | redact.ByType(out.Type())
	r.judge()
	switch x, ok, err := r.Plain(); {
	case err != nil:
		return nil, err
	case ok:
		return x, nil
	}
	return r, nil
}

// callPath is the expression for a call, "" if it cannot be typed.
func (v *View) callPath(name string, args []any) string {
	path := v.Path()
	if path == "" {
		return ""
	}
	list := make([]string, len(args))
	for i, arg := range args {
		text, ok := literal(arg)
		if view, is := arg.(*View); is {
			text = view.Path()
			ok = text != ""
		}
		if !ok || secret.In(text) {
			return ""
		}
		list[i] = text
	}
	return path + "." + name + "(" + strings.Join(list, ", ") + ")"
}
