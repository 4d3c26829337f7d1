package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// maxSummed is how much of an object Sum reads, in bytes, in a tenth of a microsecond.
const maxSummed = 1 << 10

// Sum is a checksum of the object that a pointer points at, or of the elements of a slice; an
// interface may hold either. It covers their first KiB without their locks, and the beginnings of
// the strings in that: an object that is dropped may keep its words after the memory of its strings
// was given to others. It covers nothing else that they lead to. ok is false for any other value,
// and if the object cannot be read. While the sum stays the same the object has not changed, or has
// changed back.
func (v Value) Sum() (sum uint64, ok bool) {
	if v.Kind() == reflect.Interface {
		var err error
		if v, err = v.open(); err != nil {
			return 0, false
		}
	}
	var of summed
	var p peek.Ref
	var err error
	switch v.Kind() {
	case reflect.Pointer:
		p, err = v.pointer()
		of = v.space().summedOf(v.typ.Elem(), false)
	case reflect.Slice:
		var n int
		p, n, _, _, err = v.header()
		of = v.space().summedOf(v.typ.Elem(), true).within(uintptr(n) * v.typ.Elem().Size())
	default:
		return 0, false
	}
	if err != nil || p.IsNil() {
		return 0, false
	}
	sum, err = p.Sum(of.parts, of.strings)
	return sum, err == nil
}

// A summedKey is a type, and whether a list of such values is meant.
type summedKey struct {
	typ  reflect.Type
	list bool
}

// summed is what Sum reads of a value.
type summed struct {
	parts   []peek.Span
	strings []uintptr // their offsets
}

// summedOf returns what Sum reads of a value of type t, or of a list of such values.
func (s *space) summedOf(t reflect.Type, list bool) summed {
	key := summedKey{t, list}
	if known, ok := s.summed.Load(key); ok {
		return known.(summed)
	}
	var of summed
	left := uintptr(maxSummed)
	for off := uintptr(0); off < maxSummed; off += t.Size() {
		of.add(s, &left, t, off)
		for _, at := range s.stringsOf(t) {
			if at += off; at < maxSummed {
				of.strings = append(of.strings, at)
			}
		}
		if !list || t.Size() == 0 {
			break
		}
	}
	s.summed.Store(key, of)
	return of
}

// within returns what lies in the first size bytes, which are whole elements.
func (of summed) within(size uintptr) summed {
	if size >= maxSummed {
		return of
	}
	var in summed
	for _, p := range of.parts {
		if p.Off < size {
			in.parts = append(in.parts, peek.Span{Off: p.Off, Size: min(p.Size, size-p.Off)})
		}
	}
	for i, off := range of.strings {
		if off >= size {
			break
		}
		in.strings = of.strings[:i+1]
	}
	return in
}

// add adds the parts of a value of type t that lies off bytes into the object. left is how many bytes
// may be read.
func (of *summed) add(s *space, left *uintptr, t reflect.Type, off uintptr) {
	switch {
	case t.PkgPath() == "sync" || *left == 0:
		return
	case t.Kind() == reflect.Struct:
		for _, f := range s.fields(t) {
			of.add(s, left, f.Type, off+f.offset)
		}
		return
	}
	n := min(t.Size(), *left)
	*left -= n
	if last := len(of.parts) - 1; last >= 0 && of.parts[last].Off+of.parts[last].Size == off {
		of.parts[last].Size += n
	} else if n > 0 {
		of.parts = append(of.parts, peek.Span{Off: off, Size: n})
	}
}
