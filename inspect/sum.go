package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// maxSummed is how much of an object Sum reads, in bytes: a tenth of a microsecond.
const maxSummed = 1 << 10

// Sum is a checksum of the object that a pointer leads to, also one in an interface: of its own first KiB, not of what it
// leads to in turn, and without its locks. ok is false for anything else, and for what cannot be read. While it stays the
// same the object has not changed, or has changed back.
func (v Value) Sum() (sum uint64, ok bool) {
	if v.Kind() == reflect.Interface {
		var err error
		if v, err = v.open(); err != nil {
			return 0, false
		}
	}
	if v.Kind() != reflect.Pointer {
		return 0, false
	}
	p, err := v.pointer()
	if err != nil || p.IsNil() {
		return 0, false
	}
	sum, err = p.Sum(spansOf(v.typ.Elem()))
	return sum, err == nil
}

// spansOf are the parts of a value of type t that Sum reads.
func spansOf(t reflect.Type) []peek.Span {
	if known, ok := spans.Load(t); ok {
		return known.([]peek.Span)
	}
	var parts []peek.Span
	left := uintptr(maxSummed)
	addSpans(&parts, &left, t, 0)
	spans.Store(t, parts)
	return parts
}

// addSpans adds the parts of a value of type t that lies off bytes into the object.
func addSpans(parts *[]peek.Span, left *uintptr, t reflect.Type, off uintptr) {
	switch {
	case t.PkgPath() == "sync" || *left == 0:
		return
	case t.Kind() == reflect.Struct:
		for _, f := range Fields(t) {
			addSpans(parts, left, f.Type, off+f.offset)
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
