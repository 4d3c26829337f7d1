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
	ok = l.pairs(asWords(one), asWords(two), offsets, failed[:])
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

// asWords returns numbers of 64 bits as words, where these have 64 bits.
func asWords(s []uint64) []uintptr {
	return unsafe.Slice((*uintptr)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

// pairs is Pairs for the lanes that choose chose.
func (l *Lanes) pairs(first, second []uintptr, offsets []uintptr, bad []uint64) (ok bool) {
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	at, aligned := l.way(offsets)
	if !aligned {
		return false
	}
	off := offsets[len(offsets)-1]
	still := l.from.inSlab(wordSize) && len(offsets) == 1 && !l.byRef
	for i := 0; i < len(at); i += headLanes {
		j := min(i+headLanes, len(at))
		first, second, at, bad := first[i:j], second[i:j], at[i:j], bad[i/64:]
		if heads(first, second, at, off, nowhere(), bad)%wordSize != 0 {
			return false
		}
		for again := 1; again < agree && !still; again++ {
			reheads(first, second, at, off, nowhere(), bad)
		}
	}
	return true
}
