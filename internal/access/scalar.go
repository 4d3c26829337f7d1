package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Plain returns the plain Go value of a scalar (see [inspect.Value.Scalar]), also of one that an
// interface holds, and nil for a nil pointer, interface, map, slice, func or chan, but a TypedNil
// for an interface that holds one. ok is false for anything else, which stays live, as does a string
// of more than [MaxText] bytes. For what must not be shown it returns a *Redacted.
//
// Strings of more than 64 KiB are charged to the Meter.
func (v *View) Plain() (x any, ok bool, err error) {
	d, x, ok, err := v.Load()
	if d.Kind != inspect.NoDatum {
		x = d.Plain()
	}
	return x, ok, err
}

// Load is Plain without the allocation of an any: a boolean, number, duration or string comes as d,
// and anything else as x, with d the zero Datum.
func (v *View) Load() (d inspect.Datum, x any, ok bool, err error) {
	switch d, x, ok, err = v.load(); err.(type) {
	case *RedactedError:
		return inspect.Datum{}, v.redacted(), true, nil
	}
	return d, x, ok, err
}

func (v *View) load() (d inspect.Datum, x any, ok bool, err error) {
	switch v.Shape() {
	case inspect.Scalar:
		d, x, err = v.scalar()
		switch e := err.(type) {
		case *TypeError:
			if e.long {
				return inspect.Datum{}, nil, false, nil
			}
		case *RedactedError:
			if !v.hidden && v.bareSecretText() {
				return inspect.Datum{}, nil, false, nil
			}
		}
		return d, x, err == nil, err
	case inspect.Interface:
		content, err := v.deref()
		if err != nil || content == nil {
			return d, nil, err == nil, err
		}
		d, x, ok, err = content.Load()
		if ok && x == nil && d.Kind == inspect.NoDatum && err == nil {
			x = TypedNil{content.val.Type()}
		}
		return d, x, ok, err
	case inspect.Struct, inspect.Opaque:
		return d, nil, false, v.checkShown()
	}
	if err := v.checkShown(); err != nil {
		return d, nil, false, err
	}
	isNil, err := v.val.IsNil()
	return d, nil, isNil && err == nil, err
}

// TypedNil is what an interface holds that holds a nil pointer, map, slice, func or chan. In Go such an
// interface is not nil.
type TypedNil struct{ Type reflect.Type }

// key is the nil itself.
func (x TypedNil) key() any { return reflect.Zero(x.Type).Interface() }

// IsNil reports whether v is nil, or a pointer that leads to nil. An interface is nil if it holds
// nothing.
func (v *View) IsNil() (bool, error) {
	at := v
	for range maxHops {
		switch shape := at.Shape(); shape {
		case inspect.Nil:
			return true, nil
		case inspect.Pointer, inspect.Interface:
			next, err := at.deref()
			if err != nil || next == nil || shape == inspect.Interface {
				return next == nil && err == nil, err
			}
			at = next
			continue
		}
		shown, err := at.lensView()
		if err != nil {
			return false, err
		}
		if shown == nil {
			return at.isEmptyWord()
		}
		at = shown
	}
	return false, v.typeError("leads to pointers and nothing else")
}

// isEmptyWord reports whether v is a nil slice, map or chan.
func (v *View) isEmptyWord() (bool, error) {
	switch v.val.Kind() {
	case reflect.Slice, reflect.Map, reflect.Chan:
		return v.Value().IsNil()
	}
	return false, nil
}

// scalar is [inspect.Value.Load] under policy. A string of more than [MaxText] bytes is an error.
func (v *View) scalar() (d inspect.Datum, x any, err error) {
	v.decide()
	if v.hidden {
		return d, nil, &RedactedError{Path: v.Path()}
	}
	if err := v.visit.meter.read(1); err != nil {
		return d, nil, err
	}
	t := v.val.Type()
	if t == nil {
		return d, nil, &NilError{Path: v.Path(), Op: "value"}
	}
	if t.Kind() != reflect.String {
		return v.loadScalar(t)
	}
	s, err := textView{v}.load()
	return inspect.Datum{Kind: inspect.TextDatum, Text: s}, nil, err
}

// loadScalar loads a scalar of type t, which is no string type. Its value may still be a text that
// was made of it, as for an error or a URL, and that may hold a secret as any text may.
func (v *View) loadScalar(t reflect.Type) (d inspect.Datum, x any, err error) {
	if val, ok := v.readable(!kind.IsWord(t)); ok {
		d, x, err = val.Load(0)
	} else {
		d, x, err = v.loadGuarded()
	}
	if s, ok := x.(string); ok && secret.In(s) {
		return inspect.Datum{}, nil, &RedactedError{Path: v.Path()}
	}
	return d, x, err
}

// loadGuarded is [inspect.Value.Load] under the guard. It is not a part of loadScalar, whose
// results would otherwise be allocated for every scalar.
func (v *View) loadGuarded() (d inspect.Datum, x any, err error) {
	err = v.read(true, func(val inspect.Value) (err error) {
		d, x, err = val.Load(0)
		return err
	})
	return d, x, err
}

// Len returns the number of bytes of a string, elements of a list, entries of a map, or values that
// wait in a chan; for a window, that of its part.
func (v *View) Len() (int, error) {
	t, err := v.resolveFor("length")
	if err != nil {
		return 0, err
	}
	if err := t.visit.meter.read(1); err != nil {
		return 0, err
	}
	n, err := t.val.Len()
	if w := t.window; w != nil && err == nil {
		n = max(min(w.hi, n)-w.lo, 0)
	}
	return n, err
}

// Cap returns the capacity of a slice or chan, or the length of an array; for a window, from where it
// begins.
func (v *View) Cap() (n int, err error) {
	t, err := v.resolveFor("capacity")
	if err != nil {
		return 0, err
	}
	err = t.read(t.val.Kind() == reflect.Slice, func(val inspect.Value) (err error) {
		n, err = val.Cap()
		return err
	})
	if w := t.window; w != nil && err == nil {
		n = max(n-w.lo, 0)
	}
	return n, err
}

// Describe returns a line for what has no other rendering; see [inspect.Value.Describe].
func (v *View) Describe() (string, error) {
	if err := v.checkShown(); err != nil {
		return "", err
	}
	t := v.val.Type()
	if guard.IsMutex(t) {
		if f := v.visit.foundLock; f.addr == v.val.Addr() && v.visit.guards.HoldsAt(f.addr) {
			return f.state, nil
		}
	}
	var text string
	err := v.read(!v.val.IsValid() || !kind.IsWord(t), func(val inspect.Value) (err error) {
		text, err = val.Describe()
		return err
	})
	if err == nil && secret.In(text) {
		return "", &RedactedError{Path: v.Path()}
	}
	return text, err
}
