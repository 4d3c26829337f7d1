package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// maxKept is the size up to which an element is copied by Keep: some microseconds of work.
const maxKept = 64 << 10

// Keep returns a Value that shows what v shows now, however long it is kept. What a Cursor lent, and an element in memory
// that its container may use for another one later, is copied: the bytes of the element itself, with its texts where nothing else keeps these
// alive, and not what it leads to. A pointer, map or chan is kept as itself, so what is read through it later is of that later moment. bytes
// says how many bytes were copied; 0 where v lasts anyway. An element of more than 64 KiB is
// not copied, and the Value is marked Racy. Call it while the guard that v was read under is held.
func (v Value) Keep() (kept Value, bytes int) {
	if v.how&(lent|slot) == 0 {
		return v, 0
	}
	h := v.how &^ (lent | slot)
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Chan, reflect.UnsafePointer:
		if p, err := v.pointer(); err == nil {
			v.ref, v.how = p, h|word|fixed
			return v, 0
		}
	}
	size := v.typ.Size()
	still, err := true, error(nil)
	switch {
	case v.Stays():
		v.how, v.mark = h, v.mark|Racy
		return v, 0
	case h&solid != 0:
		// Typed, so that the garbage collector sees its pointers.
		var c peek.Ref
		if c, still, err = v.ref.Clone(v.typ); err == nil {
			v.ref = c
		}
		if h&trusted != 0 && !v.space().pinned(v.typ) {
			h |= fixed
		}
	default:
		slab := peek.NewSlab(size)
		if still, err = v.ref.Settled(slab.Bytes(size)); err == nil {
			slab, size = v.withTexts(slab)
			v.ref = slab.Ref(v.ref)
		}
		h |= fixed
	}
	v.how = h
	if err != nil {
		// It stays where it was, for who reads it to be told why it cannot be read.
		return v, 0
	}
	v.mark |= Copied
	if !still {
		v.mark |= Torn
	}
	return v, int(size)
}

// maxKeptText is how many bytes of text are kept with an element that is not solid: of more each text stays where it is.
const maxKeptText = 16 << 10

// withTexts adds to c, a copy of v, the bytes of its strings, which may be freed when the guard is given back.
// n is how many bytes it has then.
func (v Value) withTexts(c peek.Slab) (with peek.Slab, n uintptr) {
	size := v.typ.Size()
	at := v.space().textsOf(v.typ)
	n = (size + peek.WordSize - 1) &^ (peek.WordSize - 1)
	begin := n
	var w [2]uintptr
	for _, off := range at {
		if _, err := c.Ref(v.ref).Add(off).Words(w[:]); err == nil && w[0] != 0 && w[1] <= maxKeptText {
			n += w[1]
		}
	}
	if n == begin || n-begin > maxKeptText {
		return c, size
	}
	with = peek.NewSlab(n)
	b := with.Bytes(n)
	copy(b, c.Bytes(size))
	to := begin
	for _, off := range at {
		if _, err := c.Ref(v.ref).Add(off).Words(w[:]); err != nil || w[0] == 0 || w[1] > maxKeptText {
			continue
		}
		if v.ref.At(w[0]).Copy(b[to:to+w[1]]) == nil {
			with.SetWord(off, with.Ref(v.ref).Addr()+to)
		}
		to += w[1]
	}
	return with, n
}

// textsOf are the places of the strings in a value of type t.
func (s *space) textsOf(t reflect.Type) []uintptr {
	if known, ok := s.texts.Load(t); ok {
		return known.([]uintptr)
	}
	at := s.addTexts(nil, t, 0)
	s.texts.Store(t, at)
	return at
}

// maxTexts bounds how many strings are kept with an element, as those of a large array.
const maxTexts = 64

func (s *space) addTexts(at []uintptr, t reflect.Type, off uintptr) []uintptr {
	switch t.Kind() {
	case reflect.String:
		if len(at) < maxTexts {
			at = append(at, off)
		}
	case reflect.Struct:
		for _, f := range s.fields(t) {
			at = s.addTexts(at, f.Type, off+f.offset)
		}
	case reflect.Array:
		for i := range min(t.Len(), maxTexts) {
			at = s.addTexts(at, t.Elem(), off+uintptr(i)*t.Elem().Size())
		}
	}
	return at
}

// InPlace reports whether v lies in the application's memory where another element may lie later, so that what
// leaves the guard must be kept.
func (v Value) InPlace() bool { return v.how&slot != 0 || v.how&(lent|solid) == lent|solid }

// Stays reports whether Keep leaves v in its place, although another element may lie there later, since it is too large to be copied.
func (v Value) Stays() bool { return v.how&slot != 0 && v.how&lent == 0 && v.typ.Size() > maxKept }

// Lent reports whether v is good only until its Cursor's next Load.
func (v Value) Lent() bool { return v.how&lent != 0 }

// pinned reports whether values of type t stay where they are: a struct with what must not be copied in it, such as
// a lock, is not moved by a program that go vet is content with.
func (s *space) pinned(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return s.pinned(t.Elem())
	case reflect.Struct:
	default:
		return false
	}
	if known, ok := s.pins.Load(t); ok {
		return known.(bool)
	}
	is := t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic"
	for _, f := range s.fields(t) {
		is = is || s.pinned(f.Type)
	}
	s.pins.Store(t, is)
	return is
}
