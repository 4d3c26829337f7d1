package peek

import (
	"reflect"
	"runtime/debug"
	"unsafe"
)

// Open makes to the contents of the interfaces to which a way leads from the lanes in in, nil for all:
// the places that their data words hold. words gets the type word of each lane, 0 where the interface
// is nil, for bad lanes, and for those that were not to be read. Both words of an interface are read
// again and again, as [Ref.Interface] does: lanes in which they kept changing are added to bad.
//
// firm says that nobody changes these interfaces now. Then the lanes of l must be held, and those of to
// are held too, until Close. Any others are bare addresses. What lies there must not be believed to be
// of a type before [Space.Dynamic] has looked at its type word. ok is false, and nothing else means
// anything, if memory does not answer in some lane.
func (l *Lanes) Open(to *Lanes, words []uintptr, offsets []uintptr, firm bool, in, bad *Bits) (ok bool) {
	if l.refused() || firm && !l.held {
		return false
	}
	to.from, to.held, to.byRef, to.n, to.even, to.soon = l.from.At(0), firm, false, l.n, false, lines{}
	to.at = Sized(to.at, l.n)
	clear(to.at)
	to.kept = to.kept[:0]
	if firm {
		to.kept = Sized(to.kept, l.n)
		clear(to.kept)
	}
	clear(words)
	few := l.choose(in)
	n := l.n
	if few {
		n = len(l.pick)
	}
	r := &to.open
	r.words, r.data = Sized(r.words, n), Sized(r.data, n)
	if firm {
		r.hold, r.end = Sized(r.hold, n), Sized(r.end, n)
	}
	var failed Bits
	ok = l.openings(r, offsets, firm, failed[:])
	l.letGo()
	if ok {
		l.scatter(&failed, bad)
		for i, word := range r.words {
			if failed[i/64]>>(i%64)&1 != 0 {
				continue
			}
			lane := i
			if few {
				lane = int(l.pick[i])
			}
			words[lane], to.at[lane] = word, r.data[i]
			if firm {
				to.kept[lane] = r.hold[i]
			}
		}
	}
	clear(r.hold)
	return ok
}

// openings is what Open reads of the lanes that were chosen.
type openings struct {
	words, data []uintptr
	hold        []unsafe.Pointer // the data words as pointers, and
	end         []uintptr        // as numbers, if they are held
}

// openings reads both words of each lane that choose chose. Those that differed are bad. ok is false if
// they do not lie where words may, and if memory does not answer.
func (l *Lanes) openings(r *openings, offsets []uintptr, firm bool, bad []uint64) (ok bool) {
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	at, ok := l.pairs(r.words, r.data, offsets, bad)
	if !ok || !firm {
		return ok
	}
	// The collector knows the data word of an interface as a pointer, whatever its type; see
	// [Ref.WordsPtr].
	if len(l.hold) > 0 {
		copy(r.hold, l.hold)
		hopHeld(r.hold, r.end, offsets[len(offsets)-1]+wordSize)
	} else {
		hopFrom(r.hold, r.end, l.from.ptr, l.chosen(), offsets[0]+wordSize)
	}
	for i, a := range r.end {
		if a != r.data[i] {
			bad[i/64] |= 1 << (i % 64)
		}
	}
	at.again(r.words, r.data, 0, bad)
	return true
}

// Close ends what Open began. The application's objects must not live on for us.
func (l *Lanes) Close() {
	clear(l.kept)
	l.kept = l.kept[:0]
}

// Follow takes the lanes in in to the end of a way, from where they lie. l must be what Open made. A lane
// in which a pointer is nil gets the place 0. ok is false, and nothing else means anything, if memory
// does not answer in some lane.
func (l *Lanes) Follow(offsets []uintptr, in *Bits) (ok bool) {
	if l.refused() {
		return false
	}
	few := l.choose(in)
	ok = l.follow(offsets, few)
	l.letGo()
	return ok
}

func (l *Lanes) follow(offsets []uintptr, few bool) (ok bool) {
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	at, ok := l.way(offsets)
	if !ok {
		return false
	}
	off := offsets[len(offsets)-1]
	for i, a := range at {
		lane := i
		if few {
			lane = int(l.pick[i])
		}
		if a >= firstPage {
			a += off
		} else {
			a = 0
		}
		l.at[lane] = a
		if len(l.kept) > 0 {
			l.kept[lane] = l.hold[i] // of the object that a lies in
		}
	}
	return true
}

// Dynamic returns the type of what an interface of static type t holds whose type word is word, which
// is not 0. ok is false for one that cannot be believed, and for a type that reflect made; see
// [Ref.Interface]. firm says that it is the word of an interface, whatever it is.
func (s *Space) Dynamic(t reflect.Type, word uintptr, firm bool) (dynamic reflect.Type, ok bool) {
	types := s.binary()
	if t.NumMethod() > 0 {
		if word, ok = types.itab(word, t, firm); !ok {
			return nil, false
		}
	}
	return types.typeOf(word)
}
