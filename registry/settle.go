package registry

import (
	"reflect"
	"strconv"

	"github.com/sightglass-go/sightglass/inspect"
)

// settle decides whether v may be shown, as far as its name, type, tag and the
// patterns of Hide say, and where the patterns are at. It is done when it is first needed,
// because it reads a map's key for each entry of a walk.
func (v *View) settle() {
	if v.settled {
		return
	}
	v.settled = true
	up := v.up
	up.settle()
	v.hidden, v.hide, v.calls = up.hidden, up.hide, up.calls
	if v.hidden {
		return
	}
	t := v.val.Type()
	switch v.step.kind {
	case stepElem:
		v.hidden = secretType(t)
	case stepKeyOf:
		// A key lies on no path that a pattern could name.
		v.hide, v.calls = 0, 0
		v.hidden = secretType(t)
	case stepField:
		f := &v.look.structOf(up.val.Type()).fields[v.step.index]
		v.hidden = f.secret
		v.follow(f.Name, f.Embedded)
		if f.GoName != f.Name {
			v.followToo(up, f.GoName)
		}
	case stepIndex:
		v.hidden = v.look.secretType(t)
		if v.hide|v.calls != 0 {
			v.follow(strconv.Itoa(v.step.index), false)
		}
	case stepKey:
		v.hidden = secretValue(v.step.name, t)
		v.follow(v.step.name, false)
	case stepLiteral:
		v.hidden = secretType(t)
		v.follow(v.step.name, false)
	case stepEntry:
		v.settleEntry(t)
	}
}

// follow moves the patterns on by one step. The name of an embedded struct may
// be left out of a pattern.
func (v *View) follow(name string, embedded bool) {
	hide, ends := v.policy.hide.step(v.hide, name)
	calls, _ := v.policy.calls.step(v.calls, name)
	if embedded {
		hide, calls = hide|v.hide, calls|v.calls
	}
	v.hide, v.calls = hide, calls
	v.hidden = v.hidden || ends != 0
}

// followToo is follow for another name of the same field: patterns may have either.
func (v *View) followToo(up *View, name string) {
	hide, ends := v.policy.hide.step(up.hide, name)
	calls, _ := v.policy.calls.step(up.calls, name)
	v.hide, v.calls = v.hide|hide, v.calls|calls
	v.hidden = v.hidden || ends != 0
}

// settleEntry is settle for the entry of a map that a walk met.
func (v *View) settleEntry(t reflect.Type) {
	key := v.step.key.val
	if key.Kind() == reflect.Interface {
		var err error
		if key, err = key.Elem(); err != nil {
			v.hidden = true
			return
		}
	}
	name := ""
	switch {
	case key.Kind() == reflect.String:
		b, _, err := key.AppendBytes(v.look.key[:0], 0, maxKeyName)
		v.look.key = b
		if v.hidden = err != nil || v.look.secretType(t); v.hidden {
			return
		}
		if v.hide|v.calls == 0 && !suspect(b) {
			return
		}
		name = string(b)
		v.hidden = secretField(name, t)
	case v.hide|v.calls != 0 && key.Shape() == inspect.Scalar:
		x, err := key.Scalar(0)
		if v.hidden = err != nil; v.hidden {
			return
		}
		name, _ = literal(x)
		fallthrough
	default:
		v.hidden = v.look.secretType(t)
	}
	v.follow(name, false)
}

// maxKeyName is how much of a map's key is looked at as a name.
const maxKeyName = 256

// Hidden reports whether policy forbids to show the content: because of its
// name, its type, a tag, a pattern, or because it is a text that looks like a secret.
func (v *View) Hidden() bool { return v.shown() != nil }

// shown is the error of a value that may not be shown.
func (v *View) shown() error {
	v.settle()
	if v.hidden {
		return &RedactedError{Path: v.Path()}
	}
	t := v.val.Type()
	var err error
	switch {
	case t == nil:
	case isText(t):
		err = v.textual(0, margin)
	case t.Kind() == reflect.Struct && v.Shape() == inspect.Scalar:
		// A text that is worked out.
		_, err = v.worked(t)
	}
	// Anything else that is wrong with it is for who reads it to say.
	if err, ok := err.(*RedactedError); ok {
		return err
	}
	return nil
}

// redacted stands for v where its content is asked for.
func (v *View) redacted() *Redacted {
	r := &Redacted{Path: v.Path()}
	switch v.val.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		n, err := v.val.Len()
		r.Empty = err == nil && n == 0
	case reflect.Pointer, reflect.Interface:
		r.Empty, _ = v.val.IsNil()
	}
	return r
}

// Redacted stands for a value that may not be shown. Every operation on it but
// showing it is an error.
type Redacted struct {
	Path string // "" where no expression reaches it
	// Empty says that it is an empty text or collection, or nil. Of numbers it is always false.
	Empty bool
}

// blank is a zero value of v's type, the zero Value where there is none to be had.
func blank(v inspect.Value) inspect.Value {
	t := v.Type()
	// A large array would be made anew each time, only to say its type.
	if t == nil || t.Kind() == reflect.Interface || t.Size() > largeText {
		return inspect.Value{}
	}
	return inspect.Of(reflect.Zero(t).Interface())
}
