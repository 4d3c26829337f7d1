package peek

import (
	"reflect"
	"strings"
)

// Pointing says what the words in places of a pointer type are.
type Pointing uint8

const (
	// Collected words are addresses that the garbage collector follows.
	Collected Pointing = iota
	// Foreign words are addresses of memory that the collector does not manage: the
	// type is a pointer to one that cgo made of a type of C. What stands in that
	// memory, C has put there, and may be anything.
	Foreign
	// Opaque words are numbers to Go: the type points at one that is not in the heap,
	// as a type of C is that was declared and never completed. The collector does not
	// scan such a place, and libraries keep handles there, as 1, 2 and 3.
	Opaque
)

// PointingOf returns what the words in places of the pointer type t are.
//
// The collector must not meet a word that is not Collected: one below 4096, or one
// that leads to a part of the heap that is not in use, ends the process.
func (s *Space) PointingOf(t reflect.Type) Pointing {
	word := TypeWord(t)
	slot := &s.pointings[word/16%uintptr(len(s.pointings))]
	if known := slot.Load(); known&^pointingMask == word {
		return Pointing(known & pointingMask)
	}
	p := Collected
	switch {
	case !Direct(t): // an interface holds it as it holds a number
		p = Opaque
	case strings.HasPrefix(t.Elem().Name(), "_Ctype_"): // cmd/cgo names them so
		p = Foreign
	}
	slot.Store(word | uintptr(p))
	return p
}

// pointingMask covers the low bits of the address of a type, which no descriptor uses: there
// Space.pointings keeps the answer for that type. Types are never freed.
const pointingMask = 3
