package value

import (
	"bytes"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
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
	return render.FromPlain([]byte(x), p.limit, path)
}
