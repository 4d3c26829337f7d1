package peek

import (
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// Flags of a descriptor.
const (
	flagUncommon  = 1 << 0
	flagExtraStar = 1 << 1
	flagNamed     = 1 << 2
	flagsKnown    = 1<<6 - 1
)

// TypeWord returns the address of t's descriptor.
func TypeWord(t reflect.Type) uintptr { return uintptr(descriptor(t)) }

func descriptor(t reflect.Type) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1]
}

// typeAt returns the type whose descriptor lies at p. There must be one.
func typeAt(p unsafe.Pointer) reflect.Type {
	face := [2]unsafe.Pointer{p, nil}
	return reflect.TypeOf(*(*any)(unsafe.Pointer(&face)))
}

// Direct reports whether an interface that holds a t keeps the value itself in its data word, and
// not the address of a copy. The zero value tells: only a direct one leaves the data word nil.
func Direct(t reflect.Type) bool {
	if t.Size() != wordSize {
		return false
	}
	zero := reflect.Zero(t).Interface()
	return (*[2]uintptr)(unsafe.Pointer(&zero))[1] == 0
}

// types is what type words are checked against: the part of the binary that describes its types.
type types struct {
	space     *Space
	base, end uintptr // descriptors and their names lie in [base, end)
	sections  Sections
	err       error // why no type word may be believed

	mu    sync.RWMutex
	known map[uintptr]reflect.Type // the words that passed
}

// knownTypes bounds the cache of accepted words. A program has a few thousand types; the bound
// limits the memory that a hostile writer can make us use.
const knownTypes = 1 << 16

// binary returns the types of s, with the reason if none may be believed.
func (s *Space) binary() *types {
	if t := s.types.caught(s.findTypes, nil); t != nil {
		return t
	}
	return &types{space: s, err: ErrUncaught}
}

// typeOf returns the type that the word w describes; w may be anything, and ok is false unless it
// is the address of a descriptor in the binary. typeOf reads with its own loads only: reflect may
// end the process when asked about a word that is no type.
func (s *types) typeOf(w uintptr) (t reflect.Type, ok bool) {
	if s.err != nil || !s.has(w) {
		return nil, false
	}
	s.mu.RLock()
	t, ok = s.known[w]
	s.mu.RUnlock()
	if ok {
		return t, true
	}
	if !s.plausible(w, 3) {
		return nil, false
	}
	// An accepted word lies in the binary. It is no heap address that could be freed, and stays
	// what it is as long as the process lives.
	t = typeAt(unsafe.Add(nil, w))
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) < knownTypes {
		s.known[w] = t
	}
	return t, true
}

// has reports whether a descriptor can lie at w in the binary.
func (s *types) has(w uintptr) bool { return w >= s.base && w < s.end && w%wordSize == 0 }

// plausible reports whether all that can be known of a descriptor at w without trusting it fits
// together: the sizes, the kind, the flags, the name, what the name says of the kind, and the same
// for up to depth types that it refers to.
func (s *types) plausible(w uintptr, depth int) bool {
	if !s.has(w) {
		return false
	}
	where := &s.space.where
	var d [descBytes]byte
	if s.space.At(w).copy(d[:min(descBytes, s.end-w)]) != nil || !s.sound(d) {
		return false
	}
	var (
		flags   = d[where.descFlags]
		kind    = reflect.Kind(d[where.descKind])
		nameOff = uint32Of(d[where.descName:])
		ptrTo   = uint32Of(d[where.descPtrTo:])
	)
	name, ok := s.name(nameOff)
	if !ok {
		return false
	}
	if flags&flagExtraStar != 0 {
		if !strings.HasPrefix(name, "*") {
			return false
		}
		name = name[1:]
	}
	if !nameFits(name, kind, flags&flagNamed != 0) {
		return false
	}
	if depth == 0 {
		return true
	}
	if ptrTo != 0 && ptrTo != ^uint32(0) {
		p := s.base + uintptr(ptrTo)
		if !s.has(p) {
			return false
		}
		elem, err := s.space.At(p + where.descEnd).uintptr()
		if err != nil || elem != w {
			return false
		}
	}
	switch kind {
	case reflect.Array, reflect.Chan, reflect.Pointer, reflect.Slice:
		elem, err := s.space.At(w + where.descEnd).uintptr()
		return err == nil && s.plausible(elem, depth-1)
	case reflect.Map:
		var ke [2]uintptr
		_, err := s.space.At(w + where.descEnd).words(ke[:])
		return err == nil && s.plausible(ke[0], depth-1) && s.plausible(ke[1], depth-1)
	}
	return true
}

// resembles reports whether the memory at w looks like a descriptor by itself, of the binary or
// made by reflect.
func (s *types) resembles(w uintptr) bool {
	var d [descBytes]byte
	return w%wordSize == 0 && s.space.At(w).copy(d[:]) == nil && s.sound(d)
}

// sound reports whether the sizes, the kind and the flags of a descriptor fit together.
func (s *types) sound(d [descBytes]byte) bool {
	where := &s.space.where
	var (
		size, ptrBytes = wordOf(d[where.descSize:]), wordOf(d[where.descPtrBytes:])
		align          = uintptr(d[where.descAlign])
		kind           = reflect.Kind(d[where.descKind])
	)
	switch {
	case d[where.descFlags]&^flagsKnown != 0,
		kind == reflect.Invalid || kind > reflect.UnsafePointer,
		align == 0 || align > 16 || align&(align-1) != 0,
		d[where.descFieldAlign] != d[where.descAlign] && wordSize == 8,
		size%align != 0,
		ptrBytes > size || ptrBytes%wordSize != 0,
		uint32Of(d[where.descHash:]) == 0:
		return false
	}
	want := kindSize(kind)
	return want == 0 || size == want
}

// longestName bounds the name of a type. The compiler writes struct types out, so some names have
// thousands of bytes.
const longestName = 1 << 16

// name reads the name at an offset into the types: a byte of flags, the length as a varint, the
// text.
func (s *types) name(off uint32) (string, bool) {
	a := s.base + uintptr(off)
	if off == 0 || a >= s.end {
		return "", false
	}
	var head [4]byte
	if s.space.At(a).copy(head[:]) != nil {
		return "", false
	}
	n, width, ok := uvarint(head[1:])
	if !ok || n == 0 || n > longestName || a+1+width+n > s.end {
		return "", false
	}
	text := make([]byte, n)
	if s.space.At(a+1+width).copy(text) != nil || !utf8.Valid(text) {
		return "", false
	}
	return string(text), true
}

// uvarint decodes a varint of up to three bytes.
func uvarint(b []byte) (n, width uintptr, ok bool) {
	for i := range min(len(b), 3) {
		n |= uintptr(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			return n, uintptr(i + 1), true
		}
	}
	return 0, 0, false
}

// nameFits reports whether a type of that kind can have that name.
func nameFits(name string, kind reflect.Kind, named bool) bool {
	if name == "" {
		return false
	}
	if named {
		return strings.Contains(name, ".") || name == kind.String() ||
			name == "unsafe.Pointer" || name == "error" || name == "any" || name == "comparable"
	}
	switch kind {
	case reflect.Array:
		return strings.HasPrefix(name, "[")
	case reflect.Slice:
		return strings.HasPrefix(name, "[]")
	case reflect.Chan:
		return strings.HasPrefix(name, "chan") || strings.HasPrefix(name, "<-chan")
	case reflect.Func:
		return strings.HasPrefix(name, "func(")
	case reflect.Interface:
		return strings.HasPrefix(name, "interface {")
	case reflect.Map:
		return strings.HasPrefix(name, "map[")
	case reflect.Pointer:
		return strings.HasPrefix(name, "*")
	case reflect.Struct:
		return strings.HasPrefix(name, "struct {")
	}
	return name == kind.String() // the predeclared types are named
}

// kindSize is the size of all types of a kind, 0 if it differs.
func kindSize(k reflect.Kind) uintptr {
	switch k {
	case reflect.Bool, reflect.Int8, reflect.Uint8:
		return 1
	case reflect.Int16, reflect.Uint16:
		return 2
	case reflect.Int32, reflect.Uint32, reflect.Float32:
		return 4
	case reflect.Int64, reflect.Uint64, reflect.Float64, reflect.Complex64:
		return 8
	case reflect.Complex128:
		return 16
	case reflect.String, reflect.Interface:
		return 2 * wordSize
	case reflect.Slice:
		return 3 * wordSize
	case reflect.Array, reflect.Struct:
		return 0
	}
	return wordSize
}

func wordOf(b []byte) uintptr  { return *(*uintptr)(unsafe.Pointer(unsafe.SliceData(b))) }
func uint32Of(b []byte) uint32 { return *(*uint32)(unsafe.Pointer(unsafe.SliceData(b))) }
