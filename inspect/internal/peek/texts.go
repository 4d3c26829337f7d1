package peek

import (
	"math/bits"
	"runtime/debug"
	"unsafe"
)

// Texts is copies of strings, by number. Number 0 is the empty one. The zero Texts is not ready:
// begin with Reset.
type Texts struct {
	arena Slab
	begin []uint32 // by number, where the text begins in arena
	size  []uint32 // by number
	used  uintptr  // bytes of arena; always a multiple of 8

	// Of what is read: by lane and then by number.
	addr, n   []uintptr
	from, len []uintptr
	dict      []uint16 // numbers, by a hash of address and length
	plain     int      // so many times more texts are not compared by address: most were different
}

// Reset makes t empty.
func (t *Texts) Reset() {
	t.used = 0
	t.begin, t.size = append(t.begin[:0], 0), append(t.size[:0], 0)
}

// Len is how many numbers there are.
func (t *Texts) Len() int { return len(t.begin) }

// At returns text i, good until the next Reset.
func (t *Texts) At(i int) []byte {
	b, n := uintptr(t.begin[i]), uintptr(t.size[i])
	return t.arena.Bytes(b + n)[b : b+n : b+n]
}

// Short returns the bytes of text i as two words, if it has no more than these: two texts of one size
// are the same if their words are. Behind its end these may have anything.
func (t *Texts) Short(i int) (a, b uint64, size int, ok bool) {
	n, at := t.size[i], t.begin[i]/8
	if n > 16 {
		return 0, 0, 0, false
	}
	if n > 0 {
		a = t.arena[at]
	}
	if n > 8 {
		b = t.arena[at+1]
	}
	return a, b, int(n), true
}

// maxTexts is the most bytes of Texts.
const maxTexts = 1 << 20

// Add adds a text and returns its number; ok is false if there is no room for it.
func (t *Texts) Add(b []byte) (i int, ok bool) {
	if len(b) > maxTexts-int(t.used) {
		return 0, false
	}
	n := uintptr(len(b))
	t.grow(t.used + n)
	copy(t.arena.Bytes(t.used + n)[t.used:], b)
	t.begin, t.size = append(t.begin, uint32(t.used)), append(t.size, uint32(n))
	t.used += (n + 7) &^ 7
	return len(t.begin) - 1, true
}

// grow makes the arena hold n bytes.
func (t *Texts) grow(n uintptr) {
	if need := int(n+7) / 8; len(t.arena) < need {
		grown := make(Slab, max(2*need, minArena))
		copy(grown, t.arena)
		t.arena = grown
	}
}

// minArena is how many words an arena begins with.
const minArena = 512

// Texts reads the string of each lane in in, nil for all, into t, and its number into ref, 0 if it
// is empty: the string that [Ref.ChaseText] would append, up to max bytes. Lanes for which ChaseText
// is not ok, and those for which t has no room, are added to bad and get 0. Other lanes of ref stay
// as they are. ok is false, and nothing else means anything, if memory does not answer in some lane:
// only ChaseText tells in which.
func (l *Lanes) Texts(t *Texts, ref []uint16, offsets []uintptr, max int, in, bad *Bits) (ok bool) {
	t.Reset()
	if uncaught.Load() { // the texts lie at bare addresses
		return false
	}
	to := ref[:l.n]
	if l.choose(in) {
		l.few = Sized(l.few, len(l.pick))
		to = l.few
	}
	var failed Bits
	ok = l.texts(t, to, offsets, uintptr(max), failed[:])
	l.letGo()
	if !ok {
		t.Reset()
		return false
	}
	l.scatter(&failed, bad)
	for i, lane := range l.pick {
		ref[lane] = to[i]
	}
	return true
}

// texts is Texts for the lanes that choose chose.
func (l *Lanes) texts(t *Texts, ref []uint16, offsets []uintptr, max uintptr, bad []uint64) (ok bool) {
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	t.addr, t.n = Sized(t.addr, len(ref)), Sized(t.n, len(ref))
	at, off, still, aligned := l.pairs(t.addr, t.n, offsets, bad)
	if !aligned {
		return false
	}
	for i, n := range t.n {
		if n > max || n != 0 && t.addr[i] < firstPage {
			bad[i/64] |= 1 << (i % 64)
		}
	}
	for w, m := range bad {
		for ; m != 0; m &= m - 1 {
			t.n[w*64+bits.TrailingZeros64(m)] = 0
		}
	}
	t.number(ref)
	t.copy(ref, bad)
	if !still {
		// While its header stays the same a string lives, and its bytes never change.
		reheads(t.addr, t.n, at, off, nowhere(), bad)
	}
	for w, m := range bad {
		for ; m != 0; m &= m - 1 {
			ref[w*64+bits.TrailingZeros64(m)] = 0
		}
	}
	return true
}

// number gives the text of each lane a number. Two lanes whose headers were the same before their
// bytes were read, and are read again afterwards, have the same text.
func (t *Texts) number(ref []uint16) {
	t.from, t.len = Sized(t.from, len(ref)+1), Sized(t.len, len(ref)+1)
	t.from[0], t.len[0] = 0, 0
	if t.plain > 0 {
		t.plain--
		last := 0
		for i, n := range t.n[:len(ref)] {
			ref[i] = 0
			if n != 0 {
				last++
				ref[i] = uint16(last)
				t.from[last], t.len[last] = t.addr[i], n
			}
		}
		t.from, t.len = t.from[:last+1], t.len[:last+1]
		return
	}
	t.from, t.len = t.from[:1], t.len[:1]
	t.dict = Sized(t.dict, 2*MaxLanes)
	clear(t.dict)
	for i, n := range t.n {
		ref[i] = 0
		if n == 0 {
			continue
		}
		a := t.addr[i]
		for h := hashOf(a, n); ; h++ {
			d := &t.dict[h%(2*MaxLanes)]
			if *d == 0 {
				*d = uint16(len(t.len))
				t.from, t.len = append(t.from, a), append(t.len, n)
			} else if t.from[*d] != a || t.len[*d] != n {
				continue
			}
			ref[i] = *d
			break
		}
	}
	if len(ref) >= plainLanes && len(t.len) > len(ref)/2 {
		t.plain = plainTimes
	}
}

const (
	// plainTimes is how many batches pass until it is tried again whether texts are repeated.
	plainTimes = 63
	// plainLanes is how many lanes tell: among fewer, most of a hundred texts are met for the first time.
	plainLanes = 512
)

func hashOf(a, n uintptr) uint32 {
	return uint32((uint64(a) ^ uint64(n)<<48) * 0x9e3779b97f4a7c15 >> 32)
}

// copy copies the numbered texts into the arena. Those for which there is no room are bad.
func (t *Texts) copy(ref []uint16, bad []uint64) {
	t.begin, t.size = Sized(t.begin, len(t.len)), Sized(t.size, len(t.len))
	t.begin[0], t.size[0] = 0, 0
	for i, n := range t.len[1:] {
		if size := (n + 7) &^ 7; size <= maxTexts-t.used {
			t.begin[i+1], t.size[i+1] = uint32(t.used), uint32(n)
			t.used += size
			continue
		}
		t.begin, t.size = t.begin[:i+1], t.size[:i+1]
		for lane, number := range ref {
			if int(number) > i {
				bad[lane/64] |= 1 << (lane % 64)
			}
		}
		t.from, t.len = t.from[:i+1], t.len[:i+1]
		break
	}
	t.grow(t.used)
	// The bytes are touched first: what copies a text is too long for many of them to wait for
	// memory at the same time.
	touch(t.from[1:])
	arena := unsafe.Pointer(unsafe.SliceData(t.arena))
	if wide {
		copyTexts(arena, t.begin[1:], t.from[1:], t.len[1:])
		return
	}
	for i, n := range t.len {
		copyIn(unsafe.Add(arena, t.begin[i]), t.from[i], n)
	}
}
