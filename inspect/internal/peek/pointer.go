package peek

import (
	"reflect"
	"strings"
)

// Pointing says what the words of a pointer type are.
type Pointing uint8

const (
	// Collected words are addresses that the garbage collector follows.
	Collected Pointing = iota
	// Foreign words are addresses of memory that the collector does not manage: the type is a
	// pointer to a C type, made by cgo. C wrote that memory, and it may hold anything.
	Foreign
	// Opaque words are numbers to Go: the type points at one that is not in the heap, such as a C
	// type that was declared and never completed. The collector does not scan the place of such a
	// word, and libraries keep handles there, such as 1, 2 and 3.
	Opaque
)

// PointingOf returns what the words of the pointer type t are.
//
// The collector must not meet a word that is not Collected. One below 4096, or one that leads to an
// unused part of the heap, ends the process.
func (s *Space) PointingOf(t reflect.Type) Pointing {
	word := TypeWord(t)
	slot := &s.pointings[word/16%uintptr(len(s.pointings))]
	if known := slot.Load(); known&^pointingMask == word {
		return Pointing(known & pointingMask)
	}
	p := Collected
	switch {
	case !Direct(t): // an interface holds it like a number
		p = Opaque
	case strings.HasPrefix(t.Elem().Name(), "_Ctype_"): // cmd/cgo names them so
		p = Foreign
	}
	slot.Store(word | uintptr(p))
	return p
}

// pointingMask covers the low bits in the address of a type, which no descriptor uses.
// Space.pointings keeps the answer for the type there. Types are never freed.
const pointingMask = 3
