package registry

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
)

// read runs f on the value, under its guard if wide says that f reads more
// than a word. f must not keep the Value that it is given.
func (v *View) read(wide bool, f func(inspect.Value) error) error {
	if val, ok := v.ready(wide); ok {
		return f(val)
	}
	if o := v.policy.owner; o != nil {
		return v.look.visit(o, func() error { return f(v.val.Trust(true)) })
	}
	k := v.lock()
	return v.look.hold(k, func() error { return f(v.val.Trust(k.declared)) })
}

// ready returns the value to read if that needs nothing to be taken first: a
// word is read as it stands, an object may be frozen or have no guard, or the guard is held already.
func (v *View) ready(wide bool) (val inspect.Value, ok bool) {
	switch p := v.policy; {
	case p.frozen || !wide:
		return v.val, true
	case p.owner != nil:
		ok = v.look.visits(p.owner)
		return v.val.Trust(ok), ok
	}
	k := v.lock()
	if k == nil {
		if t := v.val.Type(); t != nil && !v.ours() && !needsNoLock(t) {
			v.look.racy(v.policy)
		}
		return v.val, true
	}
	ok = v.look.holds(k)
	return v.val.Trust(ok && k.declared), ok
}

// ours reports whether all that reading v reads is a copy, as a method's result is: nobody changes
// that meanwhile. What a copied slice or map leads to is the application's.
func (v *View) ours() bool {
	k := v.val.Kind()
	return v.val.Mark()&inspect.Copied != 0 && k != reflect.Slice && k != reflect.Map
}

// lock is the lock that v is to be read under, nil if there is none.
func (v *View) lock() *lock {
	switch p := v.policy; {
	case p.lock != nil:
		return p.lock
	case p.frozen || p.owner != nil || p.unlocked:
		return nil
	}
	if v.guard == nil {
		if v.guard = v.seek(); v.guard == nil {
			v.guard = noLock
		}
	}
	return v.guard.real()
}

// seek finds the lock of the nearest struct above v that has one.
func (v *View) seek() *lock {
	if v.up == nil || v.val.IsValid() && needsNoLock(v.val.Type()) {
		return nil
	}
	return v.up.inner()
}

// inner is the lock for what lies in v: of a struct its own, if it has one.
func (v *View) inner() *lock {
	if v.Shape() != inspect.Struct || v.boxed || v.policy.lock != nil {
		return v.lock()
	}
	if v.mutex == nil {
		v.mutex = noLock
		if p := v.policy; !p.frozen && p.owner == nil && !p.unlocked {
			if k := findLock(v.val); k != nil {
				k.in = v
				v.mutex = k
			}
		}
	}
	if k := v.mutex.real(); k != nil {
		return k
	}
	return v.lock()
}

// Plain returns the plain Go value of a scalar (see [inspect.Value.Scalar]), also
// of one that an interface holds. A nil pointer, interface, map, slice, func or chan gives nil. ok is
// false for anything else, which stays live. What may not be shown gives a *Redacted.
//
// Strings of more than 64 KiB are charged to the Meter.
func (v *View) Plain() (x any, ok bool, err error) {
	switch x, ok, err = v.plain(); err.(type) {
	case *RedactedError:
		return v.redacted(), true, nil
	}
	return x, ok, err
}

func (v *View) plain() (x any, ok bool, err error) {
	switch v.Shape() {
	case inspect.Scalar:
		x, err = v.Scalar()
		return x, err == nil, err
	case inspect.Interface:
		content, err := v.hop()
		if err != nil || content == nil {
			return nil, err == nil, err
		}
		return content.Plain()
	case inspect.Struct, inspect.Opaque:
		return nil, false, v.shown()
	}
	if err := v.shown(); err != nil {
		return nil, false, err
	}
	isNil, err := v.val.IsNil()
	return nil, isNil && err == nil, err
}

const (
	// largeText is the length from which a text is charged to the Meter when it is read.
	largeText = 64 << 10
	// maxWhole is the length of a text beyond which it is read in parts only. In
	// memory that has another use by now a length may be anything, so that
	// there must be an end also where there is no Meter.
	maxWhole = 256 << 20
)

// copying asks for leave to copy n bytes of a text.
func (v *View) copying(n int) error {
	switch {
	case n <= largeText:
		return nil
	case n > maxWhole:
		return &TypeError{Path: v.Path(), Type: v.val.Type().String(), Why: fmt.Sprintf("has %d bytes, too many at a time: take a part, as in x[0:1000]", n)}
	}
	return v.look.keep(n)
}

// Scalar is [inspect.Value.Scalar] under policy.
func (v *View) Scalar() (any, error) {
	v.settle()
	if v.hidden {
		return nil, &RedactedError{Path: v.Path()}
	}
	if err := v.look.tick(1); err != nil {
		return nil, err
	}
	t := v.val.Type()
	if t == nil {
		return nil, &NilError{Path: v.Path(), Op: "value"}
	}
	if t.Kind() != reflect.String {
		return v.worked(t)
	}
	s, err := v.text()
	if err != nil {
		return nil, err
	}
	if w := v.window; w != nil {
		s = s[min(w.lo, len(s)):min(w.hi, len(s))]
	}
	return s, nil
}

// worked is a scalar of type t that is no string itself. It may be worked out to be
// one, as that of an error or a URL is, which can hold a secret as any text can.
func (v *View) worked(t reflect.Type) (x any, err error) {
	if val, ok := v.ready(!word(t)); ok {
		x, err = val.Scalar(0)
	} else {
		err = v.read(true, func(val inspect.Value) (err error) {
			x, err = val.Scalar(0)
			return err
		})
	}
	if s, ok := x.(string); ok && secretText(s) {
		return nil, &RedactedError{Path: v.Path()}
	}
	return x, err
}

// text is the whole of a string.
func (v *View) text() (string, error) {
	n, err := v.val.Len()
	if err != nil {
		return "", err
	}
	if n > largeText {
		// What a secret would cost tells its length.
		if err := v.textual(0, margin); err != nil {
			return "", err
		}
	}
	if err := v.copying(n); err != nil {
		return "", err
	}
	var s string
	if n > maxPiece {
		s, err = v.longText(n)
	} else {
		err = v.read(true, func(val inspect.Value) error {
			// Not longer than was asked for, should it have changed since.
			x, err := val.Scalar(max(n, largeText))
			s, _ = x.(string)
			return err
		})
	}
	if err != nil {
		return "", err
	}
	for at := 0; at < len(s); at += secretPiece {
		if at > 0 {
			// As much as some entries, so that the meter looks soon.
			if err := v.look.tick(8); err != nil {
				return "", err
			}
		}
		if secretBetween(s, at, min(at+secretPiece, len(s))) {
			return "", &RedactedError{Path: v.Path()}
		}
	}
	return s, nil
}

// longText is a string of n bytes, copied in pieces between which the meter looks, and with no guard in our
// hands: a string's bytes never change, and stay where they are as long as its header is the same.
func (v *View) longText(n int) (string, error) {
	for range 4 {
		before, err := v.val.Word()
		if err != nil {
			return "", err
		}
		var s strings.Builder
		var piece []byte
		for s.Len() < n && err == nil {
			if err := v.look.tick(maxPiece / 1024); err != nil {
				return "", err
			}
			if piece, _, err = v.val.AppendBytes(piece[:0], s.Len(), min(n-s.Len(), maxPiece)); err == nil {
				// Only now: a length that is a lie is more than there is to read.
				s.Grow(n - s.Len())
				s.Write(piece)
			}
			if len(piece) == 0 {
				break
			}
		}
		after, failed := v.val.Word()
		now, failed2 := v.val.Len()
		if before == after && n == now && failed == nil && failed2 == nil {
			return s.String(), err
		}
		if now > n {
			break // more than was asked for
		}
		n = now
	}
	return "", fmt.Errorf("%s cannot be copied: %w", v.Path(), inspect.ErrTorn)
}

// secretPiece is how much of a text is searched for a secret between two ticks: some ten
// microseconds, and in the worst of texts half a millisecond.
const secretPiece = 8 << 10

// Bytes is [inspect.Value.Bytes] under policy; off and n are those of the
// window, if v is one. What is longer than 256 KiB is read in pieces, each of
// one moment.
func (v *View) Bytes(off, max int) (b []byte, n int, err error) {
	t, err := v.into("bytes")
	if err != nil {
		return nil, 0, err
	}
	if !isText(t.val.Type()) {
		return nil, 0, &TypeError{Path: t.Path(), Type: t.val.Type().String(), Why: "is not text or bytes"}
	}
	if n, err = t.val.Len(); err != nil {
		return nil, 0, err
	}
	lo, hi := 0, n
	if w := t.window; w != nil {
		lo, hi = min(w.lo, n), min(w.hi, n)
		n = hi - lo
	}
	if off < 0 || off > n {
		return nil, n, &IndexError{Path: t.Path(), Index: off, Len: n}
	}
	lo += off
	if max > 0 {
		hi = min(hi, lo+max)
	}
	if err := t.copying(hi - lo); err != nil {
		return nil, n, err
	}
	for at := lo; ; {
		// As much as many entries, so that the meter looks soon.
		if err := t.look.tick(1 + min(hi-at, maxPiece)/256); err != nil {
			return nil, n, err
		}
		piece, err := t.bytes(at, min(hi-at, maxPiece))
		if err != nil {
			return nil, n, err
		}
		if b == nil && at+len(piece) >= hi {
			return piece, n, nil
		}
		b = append(b, piece...)
		// A list that became shorter meanwhile ends here.
		if at += len(piece); at >= hi || len(piece) == 0 {
			return b, n, nil
		}
	}
}

// maxPiece is how many bytes are copied under one hold of a guard; that takes some ten microseconds.
const maxPiece = 256 << 10

// bytes copies n bytes of the whole value from off on. What lies around them is
// looked at too, since a part of a secret does not look like one.
func (v *View) bytes(off, n int) (b []byte, err error) {
	if n <= 0 {
		return nil, nil
	}
	from := off - min(off, margin)
	err = v.read(true, func(val inspect.Value) (err error) {
		b, _, err = val.Bytes(from, off-from+n+margin)
		return err
	})
	if err != nil {
		return nil, err
	}
	if secretText(string(b)) {
		return nil, &RedactedError{Path: v.Path()}
	}
	whole := len(b)
	b = b[min(off-from, len(b)):]
	if b = b[:min(n, len(b))]; len(b) < whole {
		// What was around it is not to be kept with it.
		b = bytes.Clone(b)
	}
	return b, nil
}

// margin is how far around a part of a text a secret is looked for.
const margin = 16 << 10

// Len is the number of bytes of a string, of elements of a list, of entries of a
// map, of values waiting in a chan; of a window, its own.
func (v *View) Len() (int, error) {
	t, err := v.into("length")
	if err != nil {
		return 0, err
	}
	if err := t.look.tick(1); err != nil {
		return 0, err
	}
	n, err := t.val.Len()
	if w := t.window; w != nil && err == nil {
		n = max(min(w.hi, n)-w.lo, 0)
	}
	return n, err
}

// textual is the error of a string or bytes that hold a secret near the
// part given, and so may not even be measured or taken apart.
func (v *View) textual(off, n int) error {
	if !isText(v.val.Type()) {
		return nil
	}
	_, err := v.bytes(off, n)
	return err
}

// isText reports whether t is a string, or a list of bytes.
func isText(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Slice, reflect.Array:
		return t.Elem().Kind() == reflect.Uint8
	}
	return false
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
