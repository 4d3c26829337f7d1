package peek

import (
	"runtime/debug"
	"unsafe"
)

// Pairs is Words for two numbers of 64 bits that lie side by side: those that [Ref.ChasePair] would
// load. ok is also false on a machine with other words.
func (l *Lanes) Pairs(first, second []uint64, offsets []uintptr, in, bad *Bits) (ok bool) {
	if wordSize != 8 || l.refused() {
		return false
	}
	one, two := first[:l.n], second[:l.n]
	if l.choose(in) {
		l.word, l.also = Sized(l.word, len(l.pick)), Sized(l.also, len(l.pick))
		one, two = l.word, l.also
	}
	var failed Bits
	ok = l.caughtPairs(asWords(one), asWords(two), offsets, failed[:])
	l.letGo()
	if !ok {
		return false
	}
	l.scatter(&failed, bad)
	for i, lane := range l.pick {
		first[lane], second[lane] = one[i], two[i]
	}
	return true
}

// caughtPairs is pairs. ok is also false if memory does not answer.
func (l *Lanes) caughtPairs(first, second []uintptr, offsets []uintptr, bad []uint64) (ok bool) {
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	_, ok = l.pairs(first, second, offsets, bad)
	return ok
}

// asWords returns numbers of 64 bits as words, where these have 64 bits.
func asWords(s []uint64) []uintptr {
	return unsafe.Slice((*uintptr)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

// headLanes is of how many lanes the headers are read again before others are read at all. They are
// in the processor's nearest cache then.
const headLanes = 128

// pairs reads two words of each lane that choose chose, several times: those that differed are bad. ok is
// false if they do not lie where words may.
func (l *Lanes) pairs(first, second []uintptr, offsets []uintptr, bad []uint64) (at spots, ok bool) {
	if at, ok = l.spots(offsets); !ok {
		return at, false
	}
	for i := 0; i < len(first); i += headLanes {
		j := min(i+headLanes, len(first))
		if !at.read(first[i:j], second[i:j], i, bad[i/64:]) {
			return at, false
		}
	}
	return at, true
}

// spots is where two words of each lane lie that choose chose, until letGo.
type spots struct {
	at  []uintptr // off bytes from these,
	off uintptr
	// or stride bytes apart, the first at first, if that is not 0.
	first, stride uintptr
	// still says that they lie in a Slab, in our own hands, and stay what they are.
	still bool
}

// spots returns where a way ends. ok is false if it does not lead where words may lie.
func (l *Lanes) spots(offsets []uintptr) (s spots, ok bool) {
	s.off = offsets[len(offsets)-1]
	straight := len(offsets) == 1 && !l.byRef
	s.still = straight && l.from.inSlab(wordSize)
	if straight && l.all && l.even && len(l.kept) == 0 {
		s.first, s.stride = l.from.Addr()+s.off, l.stride
		return s, (s.first|s.stride)%wordSize == 0
	}
	s.at, ok = l.way(offsets)
	return s, ok
}

// read reads both words of the lanes from i on, several times. ok is false if they do not lie where
// words may.
func (s *spots) read(first, second []uintptr, i int, bad []uint64) (ok bool) {
	if s.first != 0 {
		strideHeads(first, second, s.first+uintptr(i)*s.stride, s.stride)
	} else if heads(first, second, s.at[i:i+len(first)], s.off, nowhere(), bad)%wordSize != 0 {
		return false
	}
	for again := 1; again < agree && !s.still; again++ {
		s.again(first, second, i, bad)
	}
	return true
}

// again reads them once more. Lanes in which they are others now are bad.
func (s *spots) again(first, second []uintptr, i int, bad []uint64) {
	if s.first != 0 {
		strideReheads(first, second, s.first+uintptr(i)*s.stride, s.stride, bad)
		return
	}
	reheads(first, second, s.at[i:i+len(first)], s.off, nowhere(), bad)
}
