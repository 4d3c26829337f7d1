package peek

import (
	"errors"
	"reflect"
	"unsafe"
)

// ErrTypeWord is the error of an interface whose type word is not one, or cannot be told from a
// wrong one: it was caught half written, or reflect made its type at run time.
var ErrTypeWord = errors.New("the type of this interface cannot be believed: it changes under us, or was made at run time")

// Dynamic is the content of an interface.
type Dynamic struct {
	Type  reflect.Type // nil for a nil interface
	Data  Ref          // the value itself if Direct(Type), else where it lies
	Still bool         // false if the words kept changing
	Firm  bool         // Data is the pointer that belongs to Type, else a bare address
}

// Interface decodes the interface of static type t at r. trusted says that nobody changes it now;
// then r must be held, and the result is held too, unless the interface changes nevertheless. From
// any other place only types of the binary are accepted, after a check of the type word without the
// runtime's help (ErrTypeWord).
func (r Ref) Interface(t reflect.Type, trusted bool) (d Dynamic, err error) {
	var w [2]uintptr
	if trusted && r.Held() {
		// The data word of an interface is a pointer to the collector, whatever its type.
		d.Data, d.Still, err = r.WordsPtr(w[:], 1)
		d.Firm = d.Still
	} else {
		d.Still, err = r.Words(w[:])
		d.Data = r.At(w[1])
	}
	if err != nil || w[0] == 0 {
		return Dynamic{Still: d.Still, Firm: d.Firm}, err
	}
	types := r.Space().binary()
	word, ok := w[0], true
	if t.NumMethod() > 0 {
		word, ok = types.itab(word, t, d.Firm)
	}
	if ok {
		d.Type, ok = types.typeOf(word)
	}
	switch {
	case ok:
		return d, nil
	case d.Firm && (types.err != nil || types.resembles(word)):
		// reflect made the type at run time, or the types of this Go version are unknown. The words
		// are what they seem, so the runtime may be asked.
		d.Type = r.Pointer(t).Elem().Elem().Type()
		return d, nil
	}
	return Dynamic{}, errors.Join(ErrTypeWord, types.err)
}

// itab returns the type word in the itab at tab. ok is false unless that is an itab for t: its
// interface is t, and the hash beside its type is that type's own. firm says that it must be an
// itab, so that memory answers.
func (s *types) itab(tab uintptr, t reflect.Type, firm bool) (word uintptr, ok bool) {
	var w [4]uintptr
	if !firm && uncaught.Load() {
		return 0, false
	}
	where := &s.space.where
	if _, err := s.space.At(tab).words(w[:]); err != nil || w[where.itabInter/wordSize] != TypeWord(t) {
		return 0, false
	}
	word = w[where.itabType/wordSize]
	hash, _, err := s.space.At(word + where.descHash).uint(4)
	return word, err == nil && uint32(hash) == *(*uint32)(unsafe.Pointer(&w[where.itabHash/wordSize]))
}
