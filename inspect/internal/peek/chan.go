package peek

import (
	"fmt"
	"reflect"
)

// LengthOf returns where the word lies that has the length of a map or a chan, from where its header begins. ok is
// false if that is not known, or is no word.
func (s *Space) LengthOf(kind reflect.Kind) (off uintptr, ok bool) {
	if kind == reflect.Chan {
		return s.where.chanLen, s.chansProved() == nil
	}
	return s.where.headUsed, wordSize == 8 && s.lengthsProved() == nil
}

// Chan loads how many values the buffer of the chan at p holds, and the size of that buffer.
func Chan(p Ref) (n, size int, err error) {
	if err := p.Space().chansProved(); err != nil {
		return 0, 0, err
	}
	return buffered(p)
}

func buffered(p Ref) (n, size int, err error) {
	var w [3]uintptr
	if _, err := p.Words(w[:]); err != nil {
		return 0, 0, err
	}
	where := &p.Space().where
	n, size = int(w[where.chanLen/wordSize]), int(w[where.chanCap/wordSize])
	if n < 0 || n > size {
		return 0, 0, fmt.Errorf("there is no chan at %#x", p.Addr())
	}
	return n, size, nil
}
