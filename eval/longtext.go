package eval

import (
	"errors"
	"io"
	"reflect"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// maxText is how long a string may get that an expression builds, in bytes. A longer one of the application is not
// copied: load leaves it live, and what can work on it reads it in pieces, between which the meter looks.
const maxText = access.MaxText

// longText is x as a text of the application that is too long to be copied: a string, or a list of bytes. It is nil
// for any other value.
func longText(x any) (*access.View, error) {
	v, ok := x.(*access.View)
	if !ok {
		return nil, nil
	}
	target, shape, err := resolve(v)
	if err != nil || target == nil {
		return nil, err
	}
	switch t := target.Value().Type(); {
	case t == nil:
	case shape == inspect.Scalar && t.Kind() == reflect.String:
		return target, nil
	case shape == inspect.List && isByteList(t):
		if n, err := target.Len(); err != nil || n > maxText {
			return target, err
		}
	}
	return nil, nil
}

func isByteList(t reflect.Type) bool {
	return (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() == reflect.Uint8
}

// longString is longText of strings alone: as a list a long text is like any other.
func longString(x any) (*access.View, error) {
	v, err := longText(x)
	if v == nil || v.Shape() != inspect.Scalar {
		return nil, err
	}
	return v, err
}

// unfit is the error of values that no operation takes: what is redacted, and texts that are too long to be copied.
func unfit(xs ...any) error {
	if err := refuse(xs...); err != nil {
		return err
	}
	for _, x := range xs {
		if v, err := longString(x); err != nil || v != nil {
			return orTooLong(v, err)
		}
	}
	return nil
}

// orTooLong is err, or else says of a text that it cannot be copied.
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
	return fault.New("budget", "%s has %s, more than the %s that can be worked on at a time", what, text.Bytes(n), text.Bytes(maxText)).
		With("take a part, as in %s[0:1000]", part)
}

// reading hands a long text to read, from its beginning, and again where it was replaced meanwhile. It is read to its
// end in any case: no answer may depend on a text that holds a secret.
func (f *frame) reading(v *access.View, read func(t *access.Text) (any, error)) (x any, err error) {
	for range 4 {
		var t *access.Text
		if t, err = v.Text(); err != nil {
			return nil, err
		}
		x, err = read(t)
		for err == nil {
			_, err = t.Next()
		}
		if err == io.EOF {
			return x, nil
		}
		if !errors.Is(err, inspect.ErrTorn) {
			return nil, err
		}
	}
	return nil, err
}

// runePieces are the pieces of a text, cut where a character ends.
type runePieces struct {
	of   *access.Text
	rest string
}

// next is the next piece, io.EOF behind the last.
func (p *runePieces) next() (string, error) {
	piece, err := p.of.Next()
	switch {
	case err == io.EOF && p.rest != "":
		piece, p.rest = p.rest, ""
		return piece, nil
	case err != nil:
		return "", err
	}
	piece = p.rest + piece
	whole := text.Whole(piece)
	p.rest = piece[len(whole):]
	return whole, nil
}

// longLength is len(x) of a long string.
func (f *frame) longLength(v *access.View) (any, error) {
	return f.reading(v, func(t *access.Text) (any, error) {
		n := 0
		for p := (runePieces{of: t}); ; {
			s, err := p.next()
			if err == io.EOF {
				return n, nil
			}
			if err != nil {
				return nil, err
			}
			n += utf8.RuneCountInString(s)
		}
	})
}

// maxPart is how long a text may be that is looked for in a long one.
const maxPart = 64 << 10

// longContains reports whether part is in a long text.
func (f *frame) longContains(t *access.Text, part string) (bool, error) {
	if len(part) > maxPart {
		return false, fault.New("range", "in a text of %s one can look for %s at most", text.Bytes(t.Len()), text.Bytes(maxPart))
	}
	for tail := ""; ; {
		piece, err := t.Next()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		piece = tail + piece
		if at, err := f.index(piece, part); err != nil || at >= 0 {
			return err == nil, err
		}
		tail = piece[max(0, len(piece)-len(part)+1):]
	}
}

func (f *frame) longStartsWith(t *access.Text, part string) (bool, error) {
	return f.longAt(t, 0, part)
}

func (f *frame) longEndsWith(t *access.Text, part string) (bool, error) {
	return f.longAt(t, t.Len()-len(part), part)
}

// longAt reports whether part stands in a long text, from a place on.
func (f *frame) longAt(t *access.Text, from int, part string) (bool, error) {
	for at := 0; part != ""; {
		piece, err := t.Next()
		if err != nil {
			return false, ended(err)
		}
		next := at + len(piece)
		if next > from {
			piece = piece[max(from-at, 0):]
			n := min(len(piece), len(part))
			if piece[:n] != part[:n] {
				return false, nil
			}
			part = part[n:]
		}
		at = next
	}
	return true, nil
}

// ended is err, or none where a text has ended.
func ended(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// longMatches reports whether the pattern matches within a long text.
func (f *frame) longMatches(t *access.Text, p *pattern) (bool, error) {
	r := &meteredRunes{f: f, cost: 1 + p.size/10, more: (&runePieces{of: t}).next}
	ok := p.re.MatchReader(r)
	return ok, r.err
}

// sameLong is same where one of the two is a long string: another text is as long as that only if it is one as well.
func (f *frame) sameLong(a, b any) (same, comparable bool, err error) {
	long, err := longString(a)
	if err != nil {
		return false, false, err
	}
	other := b
	if long == nil {
		if long, err = longString(b); err != nil {
			return false, false, err
		}
		other = a
	}
	if _, ok := other.(string); !ok {
		if v, err := longString(other); err != nil || v != nil {
			return false, false, orTooLong(v, err)
		}
		return false, false, nil
	}
	_, err = f.reading(long, func(*access.Text) (any, error) { return nil, nil })
	return false, true, err
}
