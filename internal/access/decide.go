package access

import (
	"reflect"
	"strconv"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// decide decides whether v may be shown, as far as its name, type, tag and the patterns of Hide
// say, and where the patterns are at. It is done when it is first needed, because it reads a map's
// key for each entry of a walk.
func (v *View) decide() {
	if v.decided {
		return
	}
	v.decided = true
	up := v.up
	up.decide()
	v.hidden, v.hide, v.calls, v.tells = up.hidden, up.hide, up.calls, up.tells
	if v.hidden {
		return
	}
	t := v.val.Type()
	switch v.step.kind {
	case stepElem:
		v.tells |= redact.ByType(t)
	case stepKeyOf:
		// A key lies on no path that a pattern could name.
		v.hide, v.calls = 0, 0
		v.tells = v.tells.OfKeys() | redact.ByType(t)
	case stepField:
		f := &v.visit.structOf(up.val.Type()).fields[v.step.index]
		if !f.Inherits {
			v.tells = 0
		}
		v.tells |= f.Kinds
		v.hidden = f.Secret || v.retold(up)
		v.follow(f.Name, f.Embedded)
		if f.GoName != f.Name {
			v.followToo(up, f.GoName)
		}
	case stepIndex:
		v.tells = v.tells.OfElements() | v.visit.tellsOfType(t)
		if v.hide|v.calls != 0 {
			v.follow(strconv.Itoa(v.step.index), false)
		}
	case stepKey:
		v.tells = v.tells.OfElements() | secret.ByName(v.step.name)&^secret.All | redact.ByType(t)
		v.follow(v.step.name, false)
	case stepLiteral:
		v.tells = v.tells.OfElements() | redact.ByType(t)
		v.follow(v.step.name, false)
	case stepEntry:
		v.decideEntry(t)
	}
	v.judge()
}

// retellings are fields of the standard library's types that have in them what others of the same
// struct hold.
var retellings = map[string]map[string][]string{
	"fmt.wrapError":  {"msg": {"err"}},
	"fmt.wrapErrors": {"msg": {"errs"}},
	"url.URL":        {"RawPath": {"Path"}, "RawFragment": {"Fragment"}},
}

// retold reports whether v, a field of up, has in it what a pattern hides in another.
func (v *View) retold(up *View) bool {
	t := up.val.Type()
	if up.hide == 0 || !up.val.ShownAsOne() {
		return false
	}
	for _, name := range retellings[t.String()][v.step.name] {
		next, ends := v.policy.hide.Step(up.hide, name)
		if f, ok := t.FieldByName(name); ends != 0 || ok && v.policy.hide.Reaches(next, f.Type) {
			return true
		}
	}
	return false
}

// judge decides whether v may be shown, once it is known what its names tell and where the patterns
// are at.
func (v *View) judge() {
	t := v.val.Type()
	v.hidden = v.hidden || redact.Hides(v.tells, t)
	if v.hidden || v.hide == 0 || t == nil {
		return
	}
	switch hide := &v.policy.hide; {
	case v.val.ShownAsOne():
		// Its text would tell of each field.
		if hide.Reaches(v.hide, t) {
			v.val = v.val.Bare()
		}
	case kind.IsText(t) && t.Kind() != reflect.String:
		// Bytes are shown as one text.
		v.hidden = hide.Reaches(v.hide, t)
	}
}

// follow moves the patterns on by one step. The name of an embedded struct may be left out of a
// pattern.
func (v *View) follow(name string, embedded bool) {
	hide, ends := v.policy.hide.Step(v.hide, name)
	calls, _ := v.policy.calls.Step(v.calls, name)
	if embedded {
		hide, calls = hide|v.hide, calls|v.calls
	}
	v.hide, v.calls = hide, calls
	v.hidden = v.hidden || ends != 0
}

// followToo is follow for another name of the same field: patterns may have either.
func (v *View) followToo(up *View, name string) {
	hide, ends := v.policy.hide.Step(up.hide, name)
	calls, _ := v.policy.calls.Step(up.calls, name)
	v.hide, v.calls = v.hide|hide, v.calls|calls
	v.hidden = v.hidden || ends != 0
}

// decideEntry is decide for the entry of a map that a walk met.
func (v *View) decideEntry(t reflect.Type) {
	v.tells = v.tells.OfElements() | v.visit.tellsOfType(t)
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
		b, n, err := key.AppendBytes(v.visit.key[:0], 0, inspect.MaxKey)
		v.visit.key = b
		// What is longer cannot be looked up, and not be named.
		if v.hidden = err != nil || n > len(b); v.hidden {
			return
		}
		if v.hide|v.calls == 0 && !secret.Suspect(b) {
			return
		}
		name = string(b)
		v.tells |= secret.ByName(name) &^ secret.All
	case v.hide|v.calls != 0 && key.Shape() == inspect.Scalar:
		x, err := key.Scalar(0)
		if v.hidden = err != nil; v.hidden {
			return
		}
		// As it is named where it is looked up.
		if s, ok := x.(string); ok {
			name = s
		} else {
			name, _ = literal(x)
		}
	}
	v.follow(name, false)
}

// Hidden reports whether policy forbids to show the content: because of its name, its type, a tag,
// a pattern, or because it is a text that looks like a secret.
func (v *View) Hidden() bool { return v.shown() != nil }

// shown is the error of a value that may not be shown.
func (v *View) shown() error {
	v.decide()
	if v.hidden {
		return &RedactedError{Path: v.Path()}
	}
	if t := v.val.Type(); t != nil && kind.IsText(t) {
		// Anything else that is wrong with it is for who reads it to say.
		if err, ok := v.textual(0, margin).(*RedactedError); ok {
			return err
		}
	}
	v.unveil()
	return nil
}

// unveil makes v, if it is a struct of which the text looks like a secret, one that is seen by its
// fields: of these only what is a secret is hidden. It reports whether it did.
func (v *View) unveil() bool {
	t := v.val.Type()
	if !v.worded() || !isWorded(t) {
		return false
	}
	_, _, err := v.worked(t)
	if _, secret := err.(*RedactedError); secret {
		v.val = v.val.Bare()
		return true
	}
	return false
}

// isWorded reports whether what structs of type t are shown as is a text: times and atomics are
// none.
func isWorded(t reflect.Type) bool {
	return t != reflect.TypeFor[time.Time]() && !kind.IsSync(t)
}

// worded reports whether v is a struct that is shown as a text or a number.
func (v *View) worded() bool { return v.val.Kind() == reflect.Struct && v.Shape() == inspect.Scalar }

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

// Redacted stands for a value that may not be shown. Every operation on it but showing it is an
// error.
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
