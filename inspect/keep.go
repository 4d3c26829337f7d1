package inspect

import (
	"reflect"
	"slices"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// maxKept is the size up to which Keep copies an element, in some microseconds.
const maxKept = 64 << 10

// Keep returns a Value that goes on showing what v shows now. If a Cursor lent v, or v is an
// element in memory that its container may reuse, Keep copies the element itself, with the strings
// that nothing else keeps alive, and not what it leads to. It keeps a pointer, map or chan itself,
// so a later read through it shows that later moment. bytes says how many bytes were copied; 0 if v
// lasts anyway. Keep does not copy an element of more than 64 KiB, and marks the Value Racy. Call
// it while holding the guard that v was read under. untold may be nil.
func (v Value) Keep(untold *Untold) (kept Value, bytes int) {
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
		// The copy is typed, so that the garbage collector sees its pointers.
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
			slab, size = v.withStrings(slab, untold)
			v.ref = slab.Ref(v.ref)
		}
		h |= fixed
	}
	v.how = h
	if err != nil {
		// v stays in place, so that whoever reads it is told why it cannot be read.
		return v, 0
	}
	v.mark |= Copied
	if !still {
		v.mark |= Torn
	}
	return v, int(size)
}

// maxKeptStrings is how many bytes of strings are kept with an element that is not solid, and the
// longest string that is.
const maxKeptStrings = 16 << 10

// Untold says which of an element's strings Keep must not copy: how many bytes an evaluation has
// copied is told to whoever asked, and so would be how long these are.
type Untold struct {
	At []uintptr // where they lie in the element, ascending
	// Secret reports whether a string that lies elsewhere is one of them by what it holds. It is
	// called while the guard is held. Such a string is replaced by StandIn, at most 64 bytes long.
	Secret  func(s string) bool
	StandIn string
}

// A keptString is a string to be kept with its element.
type keptString struct {
	off  uintptr // of its header in the element
	addr uintptr // of its bytes
	text string
}

// withStrings appends to c, a copy of v, the bytes of v's strings, which may be freed once the
// guard is released. n is its new size.
func (v Value) withStrings(c peek.Slab, untold *Untold) (with peek.Slab, n uintptr) {
	size := v.typ.Size()
	n = wordAligned(size)
	begin := n
	var few [4]keptString
	kept := few[:0]
	for _, off := range v.space().stringsOf(v.typ) {
		s, ok := v.keptString(c, off, untold)
		if !ok {
			continue
		}
		if n += keptHeader + wordAligned(uintptr(len(s.text))); n-begin > maxKeptStrings {
			return c, size
		}
		kept = append(kept, s)
	}
	if len(kept) == 0 {
		return c, size
	}
	with = peek.NewSlab(n)
	b := with.Bytes(n)
	copy(b, c.Bytes(size))
	to := begin
	for _, s := range kept {
		with.SetWord(to, s.addr)
		with.SetWord(to+peek.WordSize, ^s.addr)
		to += keptHeader
		copy(b[to:], s.text)
		with.SetWord(s.off, with.Ref(v.ref).Addr()+to)
		with.SetWord(s.off+peek.WordSize, uintptr(len(s.text)))
		to += wordAligned(uintptr(len(s.text)))
	}
	return with, n
}

// keptString returns the string off bytes into v, of which c is a copy, if it is to be kept.
func (v Value) keptString(c peek.Slab, off uintptr, untold *Untold) (s keptString, ok bool) {
	if untold != nil {
		if _, hidden := slices.BinarySearch(untold.At, off); hidden {
			return s, false
		}
	}
	var w [2]uintptr
	if _, err := c.Ref(v.ref).Add(off).Words(w[:]); err != nil || w[0] == 0 || w[1] > maxKeptStrings && untold == nil {
		return s, false
	}
	b := make([]byte, min(w[1], maxKeptStrings))
	if v.ref.At(w[0]).Copy(b) != nil {
		return s, false
	}
	s = keptString{off: off, addr: w[0], text: string(b)}
	if untold != nil && untold.Secret(s.text) {
		s.text = untold.StandIn
	} else if w[1] > maxKeptStrings {
		return s, false
	}
	return s, true
}

// keptHeader is the size of what stands before the bytes of a kept string: the address where they
// lay, and its complement, by which Origin knows it.
const keptHeader = 2 * peek.WordSize

func wordAligned(n uintptr) uintptr { return (n + peek.WordSize - 1) &^ (peek.WordSize - 1) }

// Origin is Header, but of a string that was kept with its element it returns the address that its
// bytes had then: that of the copy may be another string's after that was dropped.
func (v Value) Origin() (addr uintptr, n int, err error) {
	addr, n, err = v.Header()
	at := v.content().ref.Addr()
	if err != nil || v.mark&Copied == 0 || addr <= at || addr-at > maxKept+maxKeptStrings {
		return addr, n, err
	}
	var w [2]uintptr
	if _, err := v.ref.At(addr - keptHeader).Words(w[:]); err == nil && w[1] == ^w[0] {
		addr = w[0]
	}
	return addr, n, nil
}

// stringsOf returns where the strings lie in a value of type t.
func (s *space) stringsOf(t reflect.Type) []uintptr {
	if known, ok := s.strings.Load(t); ok {
		return known.([]uintptr)
	}
	at := s.addStrings(nil, t, 0)
	s.strings.Store(t, at)
	return at
}

// MaxStrings is how many strings Keep copies with an element, such as a large array: the first ones.
const MaxStrings = 64

func (s *space) addStrings(at []uintptr, t reflect.Type, off uintptr) []uintptr {
	switch t.Kind() {
	case reflect.String:
		if len(at) < MaxStrings {
			at = append(at, off)
		}
	case reflect.Struct:
		for _, f := range s.fields(t) {
			at = s.addStrings(at, f.Type, off+f.offset)
		}
	case reflect.Array:
		for i := range min(t.Len(), MaxStrings) {
			at = s.addStrings(at, t.Elem(), off+uintptr(i)*t.Elem().Size())
		}
	}
	return at
}

// InPlace reports whether v lies in application memory that another element may occupy later, so
// that it must be kept to leave the guard.
func (v Value) InPlace() bool { return v.how&slot != 0 || v.how&(lent|solid) == lent|solid }

// Stays reports whether Keep leaves v in its place because it is too large to copy, although
// another element may lie there later.
func (v Value) Stays() bool { return v.how&slot != 0 && v.how&lent == 0 && v.typ.Size() > maxKept }

// Lent reports whether v is good only until its Cursor's next Load.
func (v Value) Lent() bool { return v.how&lent != 0 }

// pinned reports whether values of type t stay where they are. A struct that must not be copied,
// such as one with a lock, is not moved by a program that passes go vet.
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
