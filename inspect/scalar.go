package inspect

import (
	"fmt"
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Scalar returns the content of a value of the shape Scalar as a plain Go value. A named type
// becomes its underlying one: a bool, an int, an int64 if an int is too small, a uint64 if an int64
// is too small, a float32, a float64, a complex64, a complex128, a string. Times and durations stay
// what they are. A string longer than max bytes is an error; max 0 means no limit.
//
// A time loses its monotonic clock reading. A location that is neither UTC nor the process's own
// becomes the zone that it is in at that time, or UTC if v is racy.
func (v Value) Scalar(max int) (any, error) {
	x, _, err := v.scalar(max)
	return x, err
}

// Load is Scalar without the allocation of an any: a boolean, number, duration or string comes as
// d, any other scalar as x with the zero Datum.
func (v Value) Load(max int) (d Datum, x any, err error) {
	d, x, _, err = v.load(max)
	return d, x, err
}

// scalar is Scalar, and says how far the bytes can be believed.
func (v Value) scalar(max int) (any, Mark, error) {
	d, x, mark, err := v.load(max)
	if d.Kind != NoDatum {
		x = d.Plain()
	}
	return x, mark, err
}

// load is Load, and says how far the bytes can be believed.
func (v Value) load(max int) (d Datum, x any, mark Mark, err error) {
	l := v.lens()
	switch t := l.datum; {
	case t.size > 0:
		u, still, err := v.part(v.typ, t.off).ref.Uint(t.size)
		return t.datum(u), nil, torn(still), err
	case l.row.scalar != nil:
		x, mark, err = l.row.scalar(v)
		return d, x, mark, err
	case l.row.text != nil:
		var p probe
		x := l.row.text(&p, v)
		return d, x, p.mark, p.err
	}
	switch v.Kind() {
	case reflect.Complex64, reflect.Complex128:
		x, mark, err = v.complex()
		return d, x, mark, err
	case reflect.String:
		b, n, mark, err := v.appendBytes(nil, 0, max)
		if err == nil && len(b) < n {
			err = fmt.Errorf("a string of %d bytes is too long here, where at most %d may be used: take a part, as in s[0:100]", n, max)
		}
		return Datum{Kind: TextDatum, Text: string(b)}, nil, mark, err
	}
	return d, nil, 0, fmt.Errorf("a %v is no scalar: %w", v.typ, ErrKind)
}

func torn(still bool) Mark {
	if still {
		return 0
	}
	return Torn
}

func (v Value) complex() (any, Mark, error) {
	half := v.typ.Size() / 2
	b := make([]byte, v.typ.Size())
	still, err := v.ref.Settled(b)
	part := func(off uintptr) float64 {
		if half == 4 {
			return float64(math.Float32frombits(uint32(peek.Uint(b[off : off+4]))))
		}
		return math.Float64frombits(peek.Uint(b[off : off+8]))
	}
	c := complex(part(0), part(half))
	if half == 4 {
		return complex64(c), v.wide(still), err
	}
	return c, v.wide(still), err
}

// wide returns the mark of a scalar of several words.
func (v Value) wide(still bool) Mark {
	if v.firm() {
		return torn(still)
	}
	return torn(still) | Racy
}

// Bytes copies up to max bytes (0: all) of a string or a list of bytes, from offset off on; n is
// the length of the whole.
func (v Value) Bytes(off, max int) (b []byte, n int, err error) {
	b, n, _, err = v.content().appendBytes(nil, off, max)
	return b, n, err
}

// AppendBytes is Bytes, appended to dst, for callers that read many values and keep none.
func (v Value) AppendBytes(dst []byte, off, max int) (b []byte, n int, err error) {
	b, n, _, err = v.content().appendBytes(dst, off, max)
	return b, n, err
}

// Header identifies a string by the address of its bytes and their number. While it stays the same,
// so does the string, unless another of the same length took its place in memory.
func (v Value) Header() (addr uintptr, n int, err error) {
	v = v.content()
	if v.Kind() != reflect.String {
		return 0, 0, fmt.Errorf("a %v is no string: %w", v.typ, ErrKind)
	}
	var w [2]uintptr
	still, err := v.ref.Words(w[:])
	if n = int(w[1]); err == nil && (!still || n < 0 || n > 0 && w[0] == 0) {
		err = fmt.Errorf("a %v has an impossible header: %w", v.typ, ErrTorn)
	}
	return w[0], n, err
}

// AppendString is AppendBytes of the string that has this Header. If v holds another string by now
// it returns an error that is [ErrTorn], so that parts read one after the other belong to one
// string.
func (v Value) AppendString(dst []byte, addr uintptr, n, off, max int) ([]byte, error) {
	var w [2]uintptr
	data, _, err := v.content().stringHeader(w[:])
	if err != nil || data.Addr() != addr {
		data = v.ref.At(addr)
	}
	b, err := copyBytes(dst, data, n, off, max)
	if at, m, failed := v.Header(); failed != nil || at != addr || m != n {
		return dst, fmt.Errorf("a %v was replaced while it was read: %w", v.typ, ErrTorn)
	}
	return b, err
}

// pieceBytes is how much of a string is copied at a time. A header that lies about its length costs
// little before a fault reveals it.
const pieceBytes = 64 << 10

func (v Value) appendBytes(dst []byte, off, max int) (b []byte, n int, mark Mark, err error) {
	var data peek.Ref
	switch {
	case v.Kind() == reflect.String:
		for range 4 {
			var w, again [2]uintptr
			var still bool
			if data, still, err = v.stringHeader(w[:]); err != nil {
				return nil, 0, 0, err
			}
			n = int(w[1])
			if n < 0 || n > 0 && w[0] == 0 {
				return nil, 0, 0, fmt.Errorf("a %v has an impossible header: %w", v.typ, ErrTorn)
			}
			b, err = copyBytes(dst, data, n, off, max)
			// If the header is the same before and after, the bytes are sound: a string's bytes
			// never change, and while it is there it lives.
			if _, err2 := v.ref.Words(again[:]); err2 == nil && still && again == w {
				return b, n, v.wide(true), err
			}
		}
		return b, n, v.wide(false), err
	case v.Kind() == reflect.Slice && v.typ.Elem().Kind() == reflect.Uint8:
		if data, n, _, mark, err = v.header(); err != nil {
			return nil, 0, mark, err
		}
	case v.Kind() == reflect.Array && v.typ.Elem().Kind() == reflect.Uint8:
		data, n = v.ref, v.typ.Len()
	default:
		return nil, 0, 0, fmt.Errorf("a %v has no bytes: %w", v.typ, ErrKind)
	}
	b, err = copyBytes(dst, data, n, off, max)
	return b, n, mark, err
}

// stringHeader loads the header of a string.
func (v Value) stringHeader(w []uintptr) (data peek.Ref, still bool, err error) {
	if v.firm() {
		// The first word of a string is a pointer to the collector.
		return v.ref.WordsPtr(w, 0)
	}
	still, err = v.ref.Words(w)
	return v.ref.At(w[0]), still, err
}

// copyBytes appends up to max of the n bytes at data to dst, from off on.
func copyBytes(dst []byte, data peek.Ref, n, off, max int) ([]byte, error) {
	if off < 0 || off > n {
		return dst, outOfRange(off, n)
	}
	n -= off
	if max > 0 {
		n = min(n, max)
	}
	if dst == nil {
		dst = make([]byte, 0, min(n, pieceBytes))
	}
	for done := 0; done < n; {
		at, step := len(dst), min(n-done, pieceBytes)
		dst = append(dst, make([]byte, step)...)
		if err := data.Add(uintptr(off + done)).Copy(dst[at:]); err != nil {
			return dst[:at], err
		}
		done += step
	}
	return dst, nil
}
