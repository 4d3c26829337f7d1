package peek

import (
	"math/bits"
	"reflect"
	"runtime"
	"unsafe"
)

const wordSize = bits.UintSize / 8

// WordSize is the size of a pointer, in bytes.
const WordSize = wordSize

// Ref is a place in the memory of a Space. A held Ref is a real pointer and keeps the object that
// it points into alive. Any other is a bare number, which means something only while the object
// happens to live. The zero Ref is nil. Refs are plain data, safe for concurrent use.
type Ref struct {
	ptr   unsafe.Pointer
	addr  uintptr // the address if ptr is nil, else slabMark or 0
	space *Space  // nil for this process
}

// slabMark marks a held Ref into a Slab.
const slabMark = 1

// inSlab reports whether r lies aligned in a Slab. A load from there needs no guard and no retry.
func (r Ref) inSlab(align uintptr) bool {
	return r.ptr != nil && r.addr == slabMark && uintptr(r.ptr)%align == 0
}

// At returns the place at a bare address that was read at r. It belongs to the Space of r.
func (r Ref) At(addr uintptr) Ref { return Ref{addr: addr, space: r.space} }

// Space returns the process that r belongs to, and with it the addresses that stand at r. It is
// never nil.
func (r Ref) Space() *Space {
	if r.space != nil {
		return r.space
	}
	return &here
}

// Here reports whether r belongs to this process's own Space.
func (r Ref) Here() bool { return r.space == nil }

// In returns the same place as one of s.
func (r Ref) In(s *Space) Ref {
	if s == &here {
		s = nil
	}
	r.space = s
	return r
}

// Held reports whether r is a real pointer.
func (r Ref) Held() bool { return r.ptr != nil }

// IsNil reports whether r is the nil address.
func (r Ref) IsNil() bool { return r.ptr == nil && r.addr == 0 }

// Addr returns the address.
func (r Ref) Addr() uintptr {
	if r.ptr != nil {
		return uintptr(r.ptr)
	}
	return r.addr
}

// Bare returns the same place without the pointer.
func (r Ref) Bare() Ref { return r.At(r.Addr()) }

// Add returns the place off bytes further on. If r is held, that must lie in the same object.
func (r Ref) Add(off uintptr) Ref {
	if r.ptr != nil {
		return Ref{ptr: unsafe.Add(r.ptr, off), addr: r.addr, space: r.space}
	}
	return Ref{addr: r.addr + off, space: r.space}
}

// Of returns the place that the pointer in p, a reflect.Value of kind Pointer, points at. It is
// held, and belongs to this process.
func Of(p reflect.Value) Ref { return Ref{ptr: p.UnsafePointer()} }

// Pointer returns a *t to the place as a reflect.Value. The Ref must be held or nil, and t the type
// of what lies there.
func (r Ref) Pointer(t reflect.Type) reflect.Value {
	if r.ptr == nil {
		return reflect.Zero(reflect.PointerTo(t))
	}
	return reflect.NewAt(t, r.ptr)
}

// refused reports whether a load from r is too dangerous: r is a bare address, and a fault would
// not be caught. The methods with lower-case names load all the same; they are for places in the
// binary.
func (r Ref) refused() bool { return r.ptr == nil && uncaught.Load() }

// Byte loads one byte.
func (r Ref) Byte() (b byte, err error) {
	if r.refused() {
		return 0, ErrUncaught
	}
	return r.byte()
}

func (r Ref) byte() (b byte, err error) {
	a := r.Addr()
	err = try(func() { check(a, 1, 1); b = load8(a) })
	return b, err
}

// Uint loads an unsigned integer of 1, 2, 4 or 8 bytes. Where a word has 4 bytes, an integer of 8
// may be torn. It is loaded until it reads the same twice; still reports false if it never did.
func (r Ref) Uint(size uintptr) (u uint64, still bool, err error) {
	if r.refused() {
		return 0, false, ErrUncaught
	}
	return r.uint(size)
}

func (r Ref) uint(size uintptr) (u uint64, still bool, err error) {
	a := r.Addr()
	still = true
	err = try(func() {
		if size <= wordSize {
			u = loadUint(a, size)
			return
		}
		check(a, size, wordSize)
		var w [2]uintptr
		still = words(a, w[:])
		u = *(*uint64)(unsafe.Pointer(&w))
	})
	return u, still, err
}

// Uintptr loads one word.
func (r Ref) Uintptr() (w uintptr, err error) {
	if r.refused() {
		return 0, ErrUncaught
	}
	return r.uintptr()
}

func (r Ref) uintptr() (w uintptr, err error) {
	a := r.Addr()
	if r.inSlab(wordSize) {
		return loadWord(a), nil
	}
	err = try(func() { check(a, wordSize, wordSize); w = loadWord(a) })
	return w, err
}

// Ptr loads the pointer at r. With held it is one that the garbage collector may meet: r must be
// held itself and lie in memory typed as a Collected pointer. The result is held then, unless the
// word is nil or lies in the first page.
func (r Ref) Ptr(held bool) (p Ref, err error) {
	if held && r.ptr != nil {
		p.space = r.space
		err = try(func() { p.ptr, p.addr = loadPtr(r.ptr) })
		return p, err
	}
	w, err := r.Uintptr()
	return r.At(w), err
}

// Words loads len(w) words until they read the same twice in a row; still reports false if they
// never did.
func (r Ref) Words(w []uintptr) (still bool, err error) {
	if r.refused() {
		return false, ErrUncaught
	}
	return r.words(w)
}

func (r Ref) words(w []uintptr) (still bool, err error) {
	a := r.Addr()
	if r.inSlab(wordSize) {
		for i := range w {
			w[i] = loadWord(a + uintptr(i)*wordSize)
		}
		return true, nil
	}
	err = try(func() {
		check(a, uintptr(len(w))*wordSize, wordSize)
		still = words(a, w)
	})
	return still, err
}

// WordsPtr is Words for a place that the garbage collector scans and whose word i is a Collected
// pointer: p is that pointer, held. A pointer cannot be loaded together with other words, so all
// are compared once more afterwards. If they never stayed the same, still is false and p is the
// bare word. r must be held.
func (r Ref) WordsPtr(w []uintptr, i int) (p Ref, still bool, err error) {
	a := r.Addr()
	err = try(func() {
		check(a, uintptr(len(w))*wordSize, wordSize)
		for range settles {
			if !words(a, w) {
				break
			}
			// The caller says that the collector scans this place, so it has met the word.
			q, n := loadPtr(unsafe.Add(r.ptr, uintptr(i)*wordSize))
			if uintptr(q)|n == w[i] && same(a, w) {
				p, still = Ref{ptr: q, addr: n, space: r.space}, true
				return
			}
		}
		p = r.At(w[i])
	})
	return p, still, err
}

// same reports whether the words at a are still w.
func same(a uintptr, w []uintptr) bool {
	for i := range w {
		if loadWord(a+uintptr(i)*wordSize) != w[i] {
			return false
		}
	}
	return true
}

// A multi-word value is believed when agree readings in a row, at uneven
// distances so as not to keep step with a writer, are the same; after tries
// readings it is given as it is, marked as torn. No number of readings is a
// proof: a writer that loses its processor between its two stores leaves half of
// each value for as long as it is away (measured under full load: one reading in
// a hundred, with agree 2 as with 16). So what is not guarded stays marked as
// racy whatever it reads like.
const (
	agree = 4
	tries = 8 * agree
)

// words is Words without the guard.
func words(a uintptr, w []uintptr) (still bool) {
	for i := range w {
		w[i] = loadWord(a + uintptr(i)*wordSize)
	}
	uneven := uint32(w[0]) | 1
	for n, same := 0, 1; n < tries; n++ {
		changed := false
		for i := range w {
			if again := loadWord(a + uintptr(i)*wordSize); again != w[i] {
				w[i], changed = again, true
			}
		}
		if same++; changed {
			same = 0
		}
		if same == agree {
			return true
		}
		uneven = uneven*1664525 + 1013904223 + uint32(n)
		for range uneven >> 29 {
		}
	}
	return false
}

// Copy fills dst with the bytes at r. After an error dst holds what was read until then.
func (r Ref) Copy(dst []byte) error {
	if r.refused() {
		return ErrUncaught
	}
	return r.copy(dst)
}

func (r Ref) copy(dst []byte) error {
	if len(dst) == 0 {
		return nil
	}
	a := r.Addr()
	return try(func() {
		check(a, uintptr(len(dst)), 1)
		copyIn(unsafe.Pointer(unsafe.SliceData(dst)), a, uintptr(len(dst)))
	})
}

// settles is how often a copy is compared with its origin before it counts as torn.
const settles = 8

// Settled is Copy until the bytes read the same twice in a row; still reports false if they never
// did.
func (r Ref) Settled(dst []byte) (still bool, err error) {
	if err := r.Copy(dst); err != nil || len(dst) == 0 {
		return err == nil, err
	}
	a := r.Addr()
	err = try(func() {
		for range settles {
			if !settleIn(unsafe.Pointer(unsafe.SliceData(dst)), a, uintptr(len(dst))) {
				still = true
				return
			}
		}
	})
	return still, err
}

// Clone copies the value of type t at r, which must be held, into new memory of that type, so that
// the collector sees the pointers in the copy. It reads as Settled does: each word is whole, and a
// pointer in it is one that the application's own memory holds.
func (r Ref) Clone(t reflect.Type) (c Ref, still bool, err error) {
	p := reflect.New(t)
	n := t.Size()
	if n == 0 {
		return Of(p).In(r.Space()), true, nil
	}
	dst, a := p.UnsafePointer(), r.Addr()
	err = try(func() {
		check(a, n, 1)
		copyIn(dst, a, n)
		for range settles {
			if !settleIn(dst, a, n) {
				still = true
				return
			}
		}
	})
	runtime.KeepAlive(r.ptr)
	return Of(p).In(r.Space()), still, err
}

// Span is a part of a value's memory.
type Span struct{ Off, Size uintptr }

// maxSummedString is how many bytes Sum reads of a string: a cache line.
const maxSummedString = 64

// Sum is a checksum of parts of the memory at r, and of the beginnings of the strings at these
// offsets.
func (r Ref) Sum(parts []Span, strings []uintptr) (h uint64, err error) {
	a := r.Addr()
	err = try(func() {
		h = 14695981039346656037
		for _, p := range parts {
			check(a+p.Off, p.Size, 1)
			h = sumIn(h, a+p.Off, p.Size)
		}
		for _, off := range strings {
			check(a+off, 2*wordSize, wordSize)
			data, n := loadWord(a+off), min(loadWord(a+off+wordSize), maxSummedString)
			if n > 0 {
				check(data, n, 1)
				h = sumIn(h, data, n)
			}
		}
	})
	runtime.KeepAlive(r.ptr)
	return h, err
}

// Slab is our own memory for copies of the application's. The garbage collector sees no pointers in
// it, so it may hold anything.
type Slab []uint64

// NewSlab returns a slab of at least n bytes, aligned for every Go type.
func NewSlab(n uintptr) Slab { return make(Slab, (n+7)/8) }

// Ref returns the place of the slab's first byte, held. Addresses in the slab belong to the Space
// of from, the place that they were copied from.
func (s Slab) Ref(from Ref) Ref {
	return Ref{ptr: unsafe.Pointer(unsafe.SliceData([]uint64(s))), addr: slabMark, space: from.space}
}

// Bytes returns the slab's first n bytes.
func (s Slab) Bytes(n uintptr) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData([]uint64(s)))), n)
}

// SetWord stores a word off bytes into the slab.
func (s Slab) SetWord(off, w uintptr) {
	*(*uintptr)(unsafe.Pointer(unsafe.SliceData(s.Bytes(off + wordSize)[off:]))) = w
}

// Word returns r itself as a value of the pointer-shaped type t: a pointer, map, chan or
// unsafe.Pointer. The Ref must be held or nil.
func (r Ref) Word(t reflect.Type) reflect.Value {
	return reflect.NewAt(t, unsafe.Pointer(&r.ptr)).Elem()
}

// Uint decodes an integer of 4 or 8 bytes in this machine's byte order.
func Uint(b []byte) uint64 {
	if len(b) == 4 {
		return uint64(uint32Of(b))
	}
	return *(*uint64)(unsafe.Pointer(unsafe.SliceData(b)))
}

// Settable returns the unexported field f of an addressable struct so that it can be set. The
// struct must be our own.
func Settable(f reflect.Value) reflect.Value {
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}
