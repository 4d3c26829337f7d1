package value

import (
	"bytes"
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Bytes is text as bytes. It is a list of them too.
type Bytes []byte

var _ interface {
	Composite
	Iterable
	Sized
	Indexable
	Sliceable
	Textual
	Comparable
	Passable
	Pictured
	Measured
} = Bytes(nil)

func (Bytes) Kind() string                        { return "bytes" }
func (Bytes) Type() string                        { return "[]byte" }
func (Bytes) Shape() inspect.Shape                { return inspect.List }
func (x Bytes) Len(*Thread) (int, error)          { return len(x), nil }
func (x Bytes) Pass(*Thread) (any, error)         { return []byte(x), nil }
func (x Bytes) Measure(int) (size int, live bool) { return meter.ElementSize + len(x), false }

// Text copies it.
func (x Bytes) Text(t *Thread) (string, bool, error) { return string(x), true, t.KeepText(len(x)) }

// Equal is ==.
func (x Bytes) Equal(y Value) (same, ok bool) {
	b, ok := y.(Bytes)
	return bytes.Equal(x, b), ok
}

// equalBytes is equal of bytes and a text: a text is what they spell, or it spells them, as a UUID does
// or hexadecimal digits. known is false for anything else. A text can never be an array of another
// length.
func equalBytes(t *Thread, a, b Value) (same, comparable, known bool, err error) {
	s, isText := a.(String)
	if isText {
		a = b
	} else if s, isText = b.(String); !isText {
		return false, false, false, nil
	}
	list := ByteList(a)
	if list == nil {
		return false, false, false, nil
	}
	content, ok, err := TextOf(t, a)
	if err != nil || !ok {
		return false, false, err != nil, err
	}
	if same, err := t.SameText(content, string(s)); same || err != nil {
		return same, true, true, err
	}
	// Texts that spell bytes are longer than these, so that no text is both.
	spelled, ok := text.Unhex(string(s[:min(len(s), 2*len(content)+maxAround)]))
	same = ok && string(spelled) == content
	return same, same || list.Kind() == reflect.Slice || len(s) == len(content) || len(spelled) == len(content), true, nil
}

// maxAround is what a text may have around and between hexadecimal digits: urn:uuid: and the like.
const maxAround = 16

// Each walks the bytes as integers.
func (x Bytes) Each(t *Thread, _ bool, yield Yield) error {
	for i, b := range x {
		if err := t.Tick(1); err != nil {
			return err
		}
		if more, err := yield(i, Unkeyed, Int(b)); err != nil || !more {
			return err
		}
	}
	return nil
}

// Index is the byte at a position.
func (x Bytes) Index(_ *Thread, key Value) (Value, error) {
	i, err := position(key, len(x))
	if err != nil {
		return nil, err
	}
	return Int(x[i]), nil
}

// Slice is a copy.
func (x Bytes) Slice(t *Thread, lo, hi int) (Value, error) {
	lo, hi = clamp(lo, hi, len(x))
	if err := t.KeepText(hi - lo); err != nil {
		return nil, err
	}
	return Bytes(bytes.Clone(x[lo:hi])), nil
}

func (x Bytes) picture(p *painter, _ int, path string) *render.Node {
	return p.plain([]byte(x), path)
}
