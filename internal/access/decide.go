package access

import (
	"reflect"
	"strconv"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/literal"
	"github.com/sightglass-go/sightglass/internal/access/internal/pattern"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// verdict is whether a View may be shown, as far as its name, type, tag and the patterns of Hide
// say. It inherits from the View above.
type verdict struct {
	decided bool          // the rest is valid
	hidden  bool          // by name, type, tag or pattern
	secrets secret.Kinds  // what is secret in the value by the names above it, and its own
	hide    pattern.Trail // in policy.hide
	calls   pattern.Trail // in policy.calls
}

// decide reaches the verdict on v. It is called when the verdict is first needed, since for each
// entry of a map it reads the key.
func (v *View) decide() {
	if v.decided {
		return
	}
	v.decided = true
	up := v.up
	up.decide()
	v.hidden, v.hide, v.calls, v.secrets = up.hidden, up.hide, up.calls, up.secrets
	if v.hidden {
		return
	}
	t := v.val.Type()
	switch v.step {
	case stepElem:
		v.secrets |= redact.ByType(t)
	case stepKeyOf:
		// No pattern can name a key.
		v.hide, v.calls = 0, 0
		v.secrets = v.secrets.OfKeys() | redact.ByType(t)
	case stepField:
		f := &v.visit.types.structOf(up.val.Type()).fields[v.index]
		if !f.Inherits {
			v.secrets = 0
		}
		v.secrets |= f.Kinds
		v.hidden = f.Secret || v.repeatsHidden(up)
		if f.Contained {
			// What is hidden in the elements is not told by how they are held.
			v.secrets |= up.secrets.OfElements()
			v.hidden = v.hidden || up.hide != 0
		}
		v.advance(v.policy, f.Name, f.Embedded)
		if f.GoName != f.Name {
			v.advanceAlias(v.policy, &up.verdict, f.GoName)
		}
	case stepIndex:
		v.secrets = v.secrets.OfElements() | v.visit.types.secretKinds(t)
		if v.hide|v.calls != 0 {
			v.advance(v.policy, strconv.Itoa(v.index), false)
		}
	case stepKey:
		v.secrets = v.secrets.OfElements() | secret.ByName(v.name)&^secret.All | redact.ByType(t)
		v.advance(v.policy, v.name, false)
	case stepLiteral:
		v.secrets = v.secrets.OfElements() | redact.ByType(t)
		v.advance(v.policy, v.name, false)
	case stepEntry:
		v.decideEntry(t)
	}
	v.judge()
}

// derivedFields are fields of standard library types that contain what other fields of the same
// struct hold.
var derivedFields = map[string]map[string][]string{
	"fmt.wrapError":  {"msg": {"err"}},
	"fmt.wrapErrors": {"msg": {"errs"}},
	"url.URL":        {"RawPath": {"Path"}, "RawFragment": {"Fragment"}},
}

// repeatsHidden reports whether v, a field of up, contains what a pattern hides in another field.
func (v *View) repeatsHidden(up *View) bool {
	t := up.val.Type()
	if up.hide == 0 || !up.val.ShownAsOne() {
		return false
	}
	for _, name := range derivedFields[t.String()][v.name] {
		next, ends := v.policy.hide.Step(up.hide, name)
		if f, ok := t.FieldByName(name); ends != 0 || ok && v.policy.hide.Reaches(next, f.Type) {
			return true
		}
	}
	return false
}

// judge decides whether v may be shown, once secrets and the trails are known.
func (v *View) judge() {
	t := v.val.Type()
	v.hidden = v.hidden || redact.Hides(v.secrets, t)
	if v.hidden || v.hide == 0 || t == nil {
		return
	}
	switch hide := &v.policy.hide; {
	case v.val.ShownAsOne():
		// Its text would tell what is in each field.
		if hide.Reaches(v.hide, t) {
			v.val = v.val.Bare()
		}
	case v.val.Inner() != "":
		// What is in that field is shown as v.
		if _, ends := hide.Step(v.hide, v.val.Inner()); ends != 0 {
			v.val = v.val.Bare()
		}
	case kind.IsText(t) && t.Kind() != reflect.String:
		// Bytes are shown as one text.
		v.hidden = hide.Reaches(v.hide, t)
	}
}

// advance takes the patterns on by the step called name. Patterns may leave out the name of an
// embedded struct.
func (d *verdict) advance(p *policy, name string, embedded bool) {
	hide, ends := p.hide.Step(d.hide, name)
	calls, _ := p.calls.Step(d.calls, name)
	if embedded {
		hide, calls = hide|d.hide, calls|d.calls
	}
	d.hide, d.calls = hide, calls
	d.hidden = d.hidden || ends != 0
}

// advanceAlias is advance for a second name of the same field: patterns may use either.
func (d *verdict) advanceAlias(p *policy, up *verdict, name string) {
	hide, ends := p.hide.Step(up.hide, name)
	calls, _ := p.calls.Step(up.calls, name)
	d.hide, d.calls = d.hide|hide, d.calls|calls
	d.hidden = d.hidden || ends != 0
}

// decideEntry is decide for the entry of a map that a walk met.
func (v *View) decideEntry(t reflect.Type) {
	v.secrets = v.secrets.OfElements() | v.visit.types.secretKinds(t)
	key := v.key.val
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
		// A longer key can neither be looked up nor named.
		if v.hidden = err != nil || n > len(b); v.hidden {
			return
		}
		if v.hide|v.calls == 0 && !secret.Suspect(b) {
			return
		}
		name = string(b)
		v.secrets |= secret.ByName(name) &^ secret.All
	case v.hide|v.calls != 0 && key.Shape() == inspect.Scalar:
		x, err := key.Scalar(0)
		if v.hidden = err != nil; v.hidden {
			return
		}
		// The name is that by which it is looked up.
		if s, ok := x.(string); ok {
			name = s
		} else {
			name, _ = literal.Of(x)
		}
	}
	v.advance(v.policy, name, false)
}

// Hidden reports whether policy forbids showing v: for its name, its type, a tag or a pattern, or
// because it is a text that looks like a secret.
func (v *View) Hidden() bool { return v.checkShown() != nil }

// checkShown returns a *RedactedError if v must not be shown.
func (v *View) checkShown() error {
	v.decide()
	if v.hidden {
		return &RedactedError{Path: v.Path()}
	}
	if t := v.val.Type(); t != nil && kind.IsText(t) {
		// Other errors are for the reader of the text to return.
		if err, ok := (textView{v}).checkAt(0, margin).(*RedactedError); ok {
			return err
		}
	}
	v.bareSecretText()
	return nil
}

// bareSecretText makes v show its fields if it is a struct whose text looks like a secret: of the
// fields only the secret one is hidden. It reports whether it did.
func (v *View) bareSecretText() bool {
	t := v.val.Type()
	if !v.isTextStruct() || !mayHoldSecretText(t) {
		return false
	}
	_, _, err := v.loadScalar(t)
	if _, hidden := err.(*RedactedError); hidden {
		v.val = v.val.Bare()
		return true
	}
	return false
}

// mayHoldSecretText reports whether the text of structs of type t may hold a secret. That of times
// and atomics does not.
func mayHoldSecretText(t reflect.Type) bool {
	return !kind.IsTime(t) && !kind.IsSync(t)
}

// isTextStruct reports whether v is a struct that is shown as a text or number.
func (v *View) isTextStruct() bool {
	return v.val.Kind() == reflect.Struct && v.Shape() == inspect.Scalar
}

// redacted returns what stands for v where its content is asked for.
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

// Redacted stands for a value that must not be shown. It can only be shown itself: any other
// operation on it is an error.
type Redacted struct {
	Path string // "" where no expression reaches it
	// Empty says that the value is an empty text or collection, or nil. It is false for every
	// number.
	Empty bool
}

// zeroOf returns a zero value of type t, which may be nil; the zero Value if there is none.
func zeroOf(t reflect.Type) inspect.Value {
	// Not a large array, just for the sake of its type.
	if t == nil || t.Kind() == reflect.Interface || t.Size() > largeText {
		return inspect.Value{}
	}
	return inspect.Of(reflect.Zero(t).Interface())
}
