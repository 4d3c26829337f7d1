package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// maxSummed is how much of an object Sum reads, in bytes, in a tenth of a microsecond.
const maxSummed = 1 << 10

// Sum is a checksum of the object that a pointer points at, or of the elements of a slice; an
// interface may hold either. It covers their first KiB without their locks, and not what they lead
// to. ok is false for any other value, and if the object cannot be read. While the sum stays the
// same the object has not changed, or has changed back.
func (v Value) Sum() (sum uint64, ok bool) {
	if v.Kind() == reflect.Interface {
		var err error
		if v, err = v.open(); err != nil {
			return 0, false
		}
	}
	var parts []peek.Span
	var p peek.Ref
	var err error
	switch v.Kind() {
	case reflect.Pointer:
		p, err = v.pointer()
		parts = v.space().spansOf(v.typ.Elem(), false)
	case reflect.Slice:
		var n int
		p, n, _, _, err = v.header()
		parts = spansIn(v.space().spansOf(v.typ.Elem(), true), uintptr(n)*v.typ.Elem().Size())
	default:
		return 0, false
	}
	if err != nil || p.IsNil() {
		return 0, false
	}
	sum, err = p.Sum(parts)
	return sum, err == nil
}

// A spanKey is a type, and whether a list of such values is meant.
type spanKey struct {
	typ  reflect.Type
	list bool
}

// spansOf returns the parts that Sum reads of a value of type t, or of a list of such values.
func (s *space) spansOf(t reflect.Type, list bool) []peek.Span {
	key := spanKey{t, list}
	if known, ok := s.spans.Load(key); ok {
		return known.([]peek.Span)
	}
	var parts []peek.Span
	left := uintptr(maxSummed)
	s.addSpans(&parts, &left, t, 0)
	for off := t.Size(); list && off < maxSummed && off > 0; off += t.Size() {
		s.addSpans(&parts, &left, t, off)
	}
	s.spans.Store(key, parts)
	return parts
}

// spansIn returns the parts that lie in the first size bytes.
func spansIn(parts []peek.Span, size uintptr) []peek.Span {
	if size >= maxSummed {
		return parts
	}
	var in []peek.Span
	for _, p := range parts {
		if p.Off < size {
			in = append(in, peek.Span{Off: p.Off, Size: min(p.Size, size-p.Off)})
		}
	}
	return in
}

// addSpans adds the parts of a value of type t that lies off bytes into the object.
func (s *space) addSpans(parts *[]peek.Span, left *uintptr, t reflect.Type, off uintptr) {
	switch {
	case t.PkgPath() == "sync" || *left == 0:
		return
	case t.Kind() == reflect.Struct:
		for _, f := range s.fields(t) {
			s.addSpans(parts, left, f.Type, off+f.offset)
		}
		return
	}
	n := min(t.Size(), *left)
	*left -= n
	if last := len(*parts) - 1; last >= 0 && (*parts)[last].Off+(*parts)[last].Size == off {
		(*parts)[last].Size += n
	} else if n > 0 {
		*parts = append(*parts, peek.Span{Off: off, Size: n})
	}
}
