package peek

import (
	"reflect"
	"strings"
	"unsafe"
)

// Area is a part of memory, [From, To).
type Area struct{ From, To uintptr }

// Has reports whether a lies in the area.
func (r Area) Has(a uintptr) bool { return a >= r.From && a < r.To }

// Sections are parts of the binary: its code, and the variables with pointers, those with an initial
// value and those without.
type Sections struct{ Text, Data, BSS Area }

// Sections returns the parts of the binary, as its own table has them.
func (s *Space) Sections() (Sections, error) {
	t := s.binary()
	return t.sections, t.err
}

// Structs looks for the struct types of these names (pkg.Name) among all that the binary describes.
// It takes about 1 ms for each megabyte of descriptors. A name that has none is missing in found.
func (s *Space) Structs(names ...string) (found map[string]reflect.Type, err error) {
	t := s.binary()
	if t.err != nil {
		return nil, t.err
	}
	where := &s.where
	var at []uintptr
	err = try(func() {
		for a := t.base; a+descBytes < t.end; a += wordSize {
			if load8(a+where.descKind) != uint8(reflect.Struct) {
				continue
			}
			if flags := load8(a + where.descFlags); flags&flagNamed != 0 && flags&^flagsKnown == 0 && load8(a+where.descFieldAlign) == load8(a+where.descAlign) {
				at = append(at, a)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	found = make(map[string]reflect.Type)
	for _, a := range at {
		off, _, err := s.At(a + where.descName).uint(4)
		if err != nil {
			continue
		}
		name, ok := t.name(uint32(off))
		if name = strings.TrimPrefix(name, "*"); !ok || !wanted(name, names) || found[name] != nil {
			continue
		}
		if typ, ok := t.typeOf(a); ok && typ.String() == name && typ.Kind() == reflect.Struct {
			found[name] = typ
		}
	}
	return found, nil
}

// DescribedAt returns the type that debug information means by word: since Go 1.26 the distance of its
// descriptor from the first one, before that its address as linked, slide from where it lies. ok is
// false if there is none.
func (s *Space) DescribedAt(word, slide uintptr) (t reflect.Type, ok bool) {
	types := s.binary()
	if word < types.end-types.base {
		return types.typeOf(types.base + word)
	}
	return types.typeOf(word + slide)
}

// InBinary returns a pointer to the t at a, which must be a variable of the binary: memory that stays
// where it is, and that the collector knows. It is nil if there can be none: reflect refuses some types
// of the runtime, which never lie in its heap.
//
//go:nocheckptr
func InBinary(t reflect.Type, a uintptr) (x any) {
	defer func() {
		if recover() != nil {
			x = nil
		}
	}()
	return reflect.NewAt(t, unsafe.Add(nil, a)).Interface()
}

func wanted(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// The loads of a loop that runs under one Try.

// Word loads the word at a, and panics with what Try returns if it cannot.
func Word(a uintptr) uintptr {
	check(a, wordSize, wordSize)
	return loadWord(a)
}

// Word32 is Word for 32 bits.
func Word32(a uintptr) uint32 {
	check(a, 4, 4)
	return load32(a)
}

// Byte is Word for a byte.
func Byte(a uintptr) byte {
	check(a, 1, 1)
	return load8(a)
}

// CopyWords fills dst from the words at a, as Word does.
func CopyWords(dst []uintptr, a uintptr) {
	n := uintptr(len(dst)) * wordSize
	check(a, n, wordSize)
	copyIn(unsafe.Pointer(unsafe.SliceData(dst)), a, n)
}
