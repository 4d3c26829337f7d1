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
	_, _, _, ok = l.pairs(first, second, offsets, bad)
	return ok
}

// asWords returns numbers of 64 bits as words, where these have 64 bits.
func asWords(s []uint64) []uintptr {
	return unsafe.Slice((*uintptr)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

// headLanes is of how many lanes the headers are read again before others are read at all. They are
// in the processor's nearest cache then.
const headLanes = 128

// pairs reads two words of each lane that choose chose, several times: those that differed are bad. They
// lie off bytes from at, until letGo. still says that they lie in a Slab, in our own hands, and stay what
// they are. ok is false if they do not lie where words may.
func (l *Lanes) pairs(first, second []uintptr, offsets []uintptr, bad []uint64) (at []uintptr, off uintptr, still, ok bool) {
	if at, ok = l.way(offsets); !ok {
		return nil, 0, false, false
	}
	off = offsets[len(offsets)-1]
	still = l.from.inSlab(wordSize) && len(offsets) == 1 && !l.byRef
	for i := 0; i < len(at); i += headLanes {
		j := min(i+headLanes, len(at))
		first, second, at, bad := first[i:j], second[i:j], at[i:j], bad[i/64:]
		if heads(first, second, at, off, nowhere(), bad)%wordSize != 0 {
			return nil, 0, false, false
		}
		for again := 1; again < agree && !still; again++ {
			reheads(first, second, at, off, nowhere(), bad)
		}
	}
	return at, off, still, true
}
