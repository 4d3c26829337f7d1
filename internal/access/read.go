package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// read runs f on the value, under its guard if wide says that f reads more than a word. f must not
// keep the Value that it is given.
func (v *View) read(wide bool, f func(inspect.Value) error) error {
	if val, ok := v.ready(wide); ok {
		return f(val)
	}
	if o := v.policy.Owner; o != nil {
		return v.visit.guards.OnOwner(o, func() error { return f(v.val.Trust(!v.policy.ofResults)) })
	}
	k := v.lock()
	return v.visit.guards.Hold(k, func() error { return f(v.val.Trust(k.Declared)) })
}

// ready returns the value to read if that needs nothing to be taken first: a word is read as it
// stands, an object may be frozen or have no guard, or the guard is held already.
func (v *View) ready(wide bool) (val inspect.Value, ok bool) {
	switch p := v.policy; {
	case p.Frozen || !wide, p.ofResults && v.ours():
		return v.val, true
	case p.Owner != nil:
		ok = v.visit.guards.IsOn(p.Owner)
		return v.val.Trust(ok && !p.ofResults), ok
	}
	k := v.lock()
	if k == nil {
		if t := v.val.Type(); t != nil && !v.ours() && !kind.IsSync(t) && !v.fresh() {
			v.unguarded()
		}
		return v.val, true
	}
	ok = v.visit.guards.Holds(k)
	return v.val.Trust(ok && k.Declared), ok
}

// ours reports whether all that reading v reads is a copy, as a method's result is: nobody changes
// that meanwhile. What a copied slice or map leads to is the application's.
func (v *View) ours() bool {
	k := v.val.Kind()
	return v.val.Mark()&inspect.Copied != 0 && k != reflect.Slice && k != reflect.Map
}

// fresh reports whether v lies in an object that was made for this look, as far as is known: by a
// lens, or by a function that does not return the same one again and again. What the object leads
// to may be the application's.
func (v *View) fresh() bool {
	if v.ofLens {
		return true
	}
	if k := v.val.Kind(); !v.policy.computed || v.policy.ofResults || v.visit.again[v.policy] || v.guard == guard.NotTaken || k == reflect.Slice || k == reflect.Map {
		return false
	}
	hops := 0
	for at := v; at.up != nil; at = at.up {
		if at.step.kind == stepElem {
			hops++
		} else if at.step.kind != stepField {
			return false
		}
	}
	return hops <= 1
}

// lock is the lock that v is to be read under, nil if there is none.
func (v *View) lock() *guard.Lock {
	if p := v.policy; p.Uniform() {
		return p.Lock
	}
	return v.sought().Real()
}

// decided reports whether all that p covers is read in the same way, under p.lock if it has one.
func (p *policy) Uniform() bool {
	return p.Lock != nil && p.Names == nil || p.Frozen || p.Owner != nil || p.Unlocked
}

// sought is lock, or what stands for none.
func (v *View) sought() *guard.Lock {
	if v.guard == nil {
		if v.guard = v.seek(); v.guard == nil {
			v.guard = guard.None
		}
	}
	return v.guard
}

// seek finds the lock of the nearest struct above v that has one.
func (v *View) seek() *guard.Lock {
	switch {
	case v.val.IsValid() && kind.IsSync(v.val.Type()):
		return nil
	case v.up == nil:
		return v.policy.Lock
	}
	return v.up.within()
}

// within is what sought is of all that lies in v: of a struct its own lock, if it has one.
func (v *View) within() *guard.Lock {
	if v.Shape() == inspect.Struct && !v.boxed {
		if v.mutex == nil {
			v.mutex = guard.None
			if k := v.below().OwnLock(v.val); k != nil {
				v.mutex = k
				if k != guard.NotTaken && k != v.policy.Lock {
					k.In = structName{v}
				}
			}
		}
		if v.mutex != guard.None {
			return v.mutex
		}
	}
	k := v.sought()
	if k.Declared && v.alone(v.policy) {
		return guard.None
	}
	return k
}

// inner is the lock for what lies in v, nil if there is none.
func (v *View) inner() *guard.Lock {
	if p := v.below(); p.Uniform() {
		return p.Lock
	}
	return v.within().Real()
}

// unguarded notes that v is read without a guard.
func (v *View) unguarded() {
	if v.guard == guard.NotTaken {
		for at := v.up; at != nil; at = at.up {
			if at.mutex == guard.NotTaken {
				v.visit.passed(at)
				return
			}
		}
	}
	v.visit.racy(v.policy)
}

// Plain returns the plain Go value of a scalar (see [inspect.Value.Scalar]), also of one that an
// interface holds. A nil pointer, interface, map, slice, func or chan gives nil. ok is false for
// anything else, which stays live, as does a string of more than [MaxText] bytes. What may not be
// shown gives a *Redacted.
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
			if !v.hidden && v.unveil() {
				return inspect.Datum{}, nil, false, nil
			}
		}
		return d, x, err == nil, err
	case inspect.Interface:
		content, err := v.hop()
		if err != nil || content == nil {
			return d, nil, err == nil, err
		}
		return content.Load()
	case inspect.Struct, inspect.Opaque:
		return d, nil, false, v.shown()
	}
	if err := v.shown(); err != nil {
		return d, nil, false, err
	}
	isNil, err := v.val.IsNil()
	return d, nil, isNil && err == nil, err
}

// Scalar is [inspect.Value.Scalar] under policy. A string of more than [MaxText] bytes is an error.
func (v *View) Scalar() (any, error) {
	d, x, err := v.scalar()
	if d.Kind != inspect.NoDatum && err == nil {
		x = d.Plain()
	}
	return x, err
}

// scalar is [inspect.Value.Load] under policy.
func (v *View) scalar() (d inspect.Datum, x any, err error) {
	v.decide()
	if v.hidden {
		return d, nil, &RedactedError{Path: v.Path()}
	}
	if err := v.visit.tick(1); err != nil {
		return d, nil, err
	}
	t := v.val.Type()
	if t == nil {
		return d, nil, &NilError{Path: v.Path(), Op: "value"}
	}
	if t.Kind() != reflect.String {
		return v.worked(t)
	}
	s, err := v.text()
	return inspect.Datum{Kind: inspect.TextDatum, Text: s}, nil, err
}

// worked is a scalar of type t that is no string itself. It may be worked out to be one, as that of
// an error or a URL is, which can hold a secret as any text can.
func (v *View) worked(t reflect.Type) (d inspect.Datum, x any, err error) {
	if val, ok := v.ready(!kind.IsWord(t)); ok {
		d, x, err = val.Load(0)
	} else {
		err = v.read(true, func(val inspect.Value) (err error) {
			d, x, err = val.Load(0)
			return err
		})
	}
	if s, ok := x.(string); ok && secret.In(s) {
		return inspect.Datum{}, nil, &RedactedError{Path: v.Path()}
	}
	return d, x, err
}

// text is a string, or the part of one that a window shows. Of a part of a text that is not long
// the whole is searched for secrets.
func (v *View) text() (string, error) {
	n, err := v.val.Len()
	if err != nil {
		return "", err
	}
	if n > largeText {
		s, _, err := v.whole(0, 0)
		return s, err
	}
	var s string
	err = v.read(true, func(val inspect.Value) error {
		// Not longer than was asked for, should it have changed since.
		d, x, err := val.Load(largeText)
		if s = d.Text; x != nil {
			s, _ = x.(string)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if err := v.searched(s); err != nil {
		return "", err
	}
	if w := v.window; w != nil {
		s = s[min(w.lo, len(s)):min(w.hi, len(s))]
	}
	return s, nil
}

// Bytes is [inspect.Value.Bytes] under policy; off and n are those of the window, if v is one. What
// is longer than 256 KiB is read in pieces, those of a list of bytes of one moment each; more than
// [MaxText] is an error.
func (v *View) Bytes(off, max int) (b []byte, n int, err error) {
	v.pursue()
	s, n, err := v.whole(off, max)
	if err != nil {
		return nil, n, err
	}
	return []byte(s), n, nil
}

// Len is the number of bytes of a string, of elements of a list, of entries of a map, of values
// waiting in a chan; of a window, its own.
func (v *View) Len() (int, error) {
	t, err := v.into("length")
	if err != nil {
		return 0, err
	}
	if err := t.visit.tick(1); err != nil {
		return 0, err
	}
	n, err := t.val.Len()
	if w := t.window; w != nil && err == nil {
		n = max(min(w.hi, n)-w.lo, 0)
	}
	return n, err
}

// Cap is the capacity of a slice or chan, and the length of an array.
func (v *View) Cap() (n int, err error) {
	t, err := v.into("capacity")
	if err != nil {
		return 0, err
	}
	err = t.read(t.val.Kind() == reflect.Slice, func(val inspect.Value) (err error) {
		n, err = val.Cap()
		return err
	})
	return n, err
}
