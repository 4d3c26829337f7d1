package value

import (
	"errors"
	"io"
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A text of the application with more than meter.MaxText bytes is not copied: Load leaves it live,
// and what can work on it reads it in pieces, between which the meter looks.

// LongText returns x as a text that is too long to be copied: a string, or a list of bytes. It is
// nil for any other value.
func LongText(x Value) (*access.View, error) {
	l, ok := x.(Live)
	if !ok {
		return nil, nil
	}
	target, shape, err := l.Resolve()
	if err != nil || target == nil {
		return nil, err
	}
	switch t := target.Value().Type(); {
	case t == nil:
	case shape == inspect.Scalar && t.Kind() == reflect.String:
		return target, nil
	case shape == inspect.List && isByteList(t):
		if n, err := target.Len(); err != nil || n > meter.MaxText {
			return target, err
		}
	}
	return nil, nil
}

// ByteList returns the type of x if that is a slice or an array of bytes, and otherwise nil. A part of
// an array is a slice.
func ByteList(x Value) reflect.Type {
	switch x := x.(type) {
	case Bytes:
		return reflect.TypeFor[[]byte]()
	case Live:
		target, shape, err := x.Resolve()
		if err != nil || shape != inspect.List {
			return nil
		}
		if t := (Live{target}).goType(); t != nil && isByteList(t) {
			return t
		}
	}
	return nil
}

func isByteList(t reflect.Type) bool {
	return (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() == reflect.Uint8
}

// LongString is LongText of strings alone: as a list a long text is like any other.
func LongString(x Value) (*access.View, error) {
	v, err := LongText(x)
	if v == nil || v.Shape() != inspect.Scalar {
		return nil, err
	}
	return v, err
}

// Unfit returns an error if one of the values is redacted, or a string that is too long to be
// copied: no operation takes those.
func Unfit(xs ...Value) error {
	if err := Refuse(xs...); err != nil {
		return err
	}
	for _, x := range xs {
		if v, err := LongString(x); err != nil || v != nil {
			return orTooLong(v, err)
		}
	}
	return nil
}

// orTooLong returns err, or else says of a text that it cannot be copied.
func orTooLong(v *access.View, err error) error {
	if err != nil {
		return err
	}
	n, err := v.Len()
	if err != nil {
		return err
	}
	what, part := "this text", "x"
	if path := v.Path(); path != "" && len(path) < 100 {
		what, part = path, path
	}
	return fault.New("budget", "%s has %s, more than the %s that can be worked on at a time", what, text.Bytes(n), text.Bytes(meter.MaxText)).
		With("take a part, as in %s[0:1000]", part)
}

// ReadLong hands a long text to read from its beginning, and again if it was replaced meanwhile. It
// reads the text to its end in any case: no answer may depend on a text that holds a secret.
func ReadLong[T any](v *access.View, read func(text *access.Text) (T, error)) (x T, err error) {
	var none T
	for range 4 {
		var text *access.Text
		if text, err = v.Text(); err != nil {
			return none, err
		}
		x, err = read(text)
		for err == nil {
			_, err = text.Next()
		}
		if err == io.EOF {
			return x, nil
		}
		if !errors.Is(err, inspect.ErrTorn) {
			return none, err
		}
	}
	return none, err
}

// equalLongText is equal where one of the two is a long string. Another text is as long only if it
// is a long string too.
func equalLongText(t *Thread, a, b Value) (same, comparable bool, err error) {
	long, err := LongString(a)
	if err != nil {
		return false, false, err
	}
	other := b
	if long == nil {
		if long, err = LongString(b); err != nil {
			return false, false, err
		}
		other = a
	}
	if _, ok := other.(String); !ok {
		if v, err := LongString(other); err != nil || v != nil {
			return false, false, orTooLong(v, err)
		}
		return false, false, nil
	}
	_, err = ReadLong(long, func(*access.Text) (bool, error) { return false, nil })
	return false, true, err
}
