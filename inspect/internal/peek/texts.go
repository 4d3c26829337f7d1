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

	// Of what is read.
	addr, n []uintptr // by lane
	keys    []textKey // by number
	dict    []uint16  // numbers, by the hash of their key
	plain   int       // so many times more texts are not looked up: most were different
	long    longTexts
}

// textKey is what two lanes with the same text mostly have in common: for a text of up to two words its
// bytes, for any other the address.
type textKey struct{ a, b, n uint64 }

// longTexts is texts of more than two words, in the order of their numbers: where their bytes go, where
// they come from, and how many there are.
type longTexts struct {
	begin   []uint32
	from, n []uintptr
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
	at, aligned := l.spots(offsets)
	if !aligned {
		return false
	}
	t.begins(len(ref))
	for i := 0; i < len(ref); i += headLanes {
		j := min(i+headLanes, len(ref))
		if !t.read(&at, ref[i:j], i, max, bad[i/64:]) {
			return false
		}
	}
	t.ends(len(ref))
	return true
}

// read is texts for some lanes, from i on. So many of them stay in the processor's nearest cache.
func (t *Texts) read(at *spots, ref []uint16, i int, max uintptr, bad []uint64) (ok bool) {
	addr, n := t.addr[:len(ref)], t.n[:len(ref)]
	if !at.read(addr, n, i, bad) {
		return false
	}
	for i, size := range n {
		if size > max || size != 0 && addr[i] < firstPage {
			bad[i/64] |= 1 << (i % 64)
		}
	}
	none := func() {
		for w, m := range bad[:(len(ref)+63)/64] {
			for ; m != 0; m &= m - 1 {
				lane := w*64 + bits.TrailingZeros64(m)
				n[lane], ref[lane] = 0, 0
			}
		}
	}
	none()
	// A byte of each is touched first: what comes after is too long for many of them to wait for
	// memory at the same time.
	touchTexts(addr, n, nowhere())
	t.number(ref, bad)
	t.copyLong()
	if !at.still {
		// While its header stays the same a string lives, and its bytes never change.
		at.again(addr, n, i, bad)
	}
	none()
	return true
}

// shortText is the most bytes of a text that is compared by its bytes: what two loads have.
const shortText = 16

// begins begins with the texts of so many lanes.
func (t *Texts) begins(lanes int) {
	if some := min(lanes, headLanes); len(t.addr) < some {
		t.addr, t.n = make([]uintptr, some), make([]uintptr, some)
	}
	t.keys = append(t.keys[:0], textKey{})
	t.dict = Sized(t.dict, 2*MaxLanes)
	if t.plain == 0 {
		clear(t.dict)
	}
}

// ends says that all of them were read.
func (t *Texts) ends(lanes int) {
	switch {
	case t.plain > 0:
		t.plain--
	case lanes >= plainLanes && len(t.begin) > lanes/2:
		t.plain = plainTimes
	}
}

// number gives the text of each lane a number, and copies the short ones. Those for which there is no
// room are bad. Two lanes whose headers were the same before their bytes were read, and are read
// again afterwards, have the same text.
//
//go:noinline
//go:norace
//go:nocheckptr
func (t *Texts) number(ref []uint16, bad []uint64) {
	t.long.begin, t.long.from, t.long.n = t.long.begin[:0], t.long.from[:0], t.long.n[:0]
	dict, known := (*[2 * MaxLanes]uint16)(t.dict), t.plain == 0
	addr := t.addr[:len(ref)]
	for i, n := range t.n[:len(ref)] {
		ref[i] = 0
		if n == 0 {
			continue
		}
		k := textKey{uint64(addr[i]), 0, uint64(n)}
		if wide && n <= shortText {
			k.a, k.b = loadShort(addr[i], n)
		}
		free := -1
		if known {
			h := k.hash()
			for probe := range uint32(maxProbes) {
				at := (h + probe) % (2 * MaxLanes)
				number := dict[at]
				if number == 0 {
					free = int(at)
					break
				}
				if k == t.keys[number] {
					ref[i] = number
					break
				}
			}
			if ref[i] != 0 {
				continue
			}
		}
		number := t.add(k, addr[i])
		if number == 0 {
			bad[i/64] |= 1 << (i % 64)
			continue
		}
		if ref[i] = number; free >= 0 {
			dict[free] = number
		}
	}
}

const (
	// plainTimes is how many batches pass until it is tried again whether texts are repeated.
	plainTimes = 63
	// plainLanes is how many lanes tell: among fewer, most of a hundred texts are met for the first time.
	plainLanes = 512
	// maxProbes bounds the numbers that are looked at for one text. Texts of an application may collide
	// as much as they like.
	maxProbes = 8
)

func (k *textKey) hash() uint32 {
	hi, lo := bits.Mul64(k.a^0x9e3779b97f4a7c15, k.b^k.n<<56^0xc2b2ae3d27d4eb4f)
	return uint32(hi ^ lo)
}

// loadShort loads a text of n bytes, from one to shortText, as two words filled up with zeros. It loads
// no byte of anything else. The machine must be wide.
//
//go:norace
//go:nocheckptr
func loadShort(addr, n uintptr) (a, b uint64) {
	p := unsafe.Add(nil, addr)
	switch {
	case n >= 8:
		// Shifted by 64, which is all of them, if there is no second word.
		return *(*uint64)(p), *(*uint64)(unsafe.Add(p, n-8)) >> (128 - 8*n)
	case n >= 4:
		// The bytes that both have are the same.
		return uint64(*(*uint32)(p)) | uint64(*(*uint32)(unsafe.Add(p, n-4)))<<(8*n-32), 0
	}
	a = uint64(*(*uint8)(p)) | uint64(*(*uint8)(unsafe.Add(p, n/2)))<<(n/2*8)
	return a | uint64(*(*uint8)(unsafe.Add(p, n-1)))<<(8*n-8), 0
}

// add gives a text that lies at addr the next number, 0 if there is no room for it. A short one is
// copied, and others later.
func (t *Texts) add(k textKey, addr uintptr) (number uint16) {
	n := uintptr(k.n)
	size := (n + 7) &^ 7
	if size > maxTexts-t.used {
		return 0
	}
	at := t.used
	t.used += size
	number = uint16(len(t.begin))
	t.begin, t.size, t.keys = append(t.begin, uint32(at)), append(t.size, uint32(n)), append(t.keys, k)
	if !wide || n > shortText {
		t.long.begin, t.long.from, t.long.n = append(t.long.begin, uint32(at)), append(t.long.from, addr), append(t.long.n, n)
		return number
	}
	t.grow(t.used)
	if t.arena[at/8] = k.a; n > 8 {
		t.arena[at/8+1] = k.b
	}
	return number
}

// copyLong copies the texts that are not short into the arena.
func (t *Texts) copyLong() {
	t.grow(t.used)
	arena, l := unsafe.Pointer(unsafe.SliceData(t.arena)), &t.long
	if wide {
		copyTexts(arena, l.begin, l.from, l.n)
		return
	}
	for i, n := range l.n {
		copyIn(unsafe.Add(arena, l.begin[i]), l.from[i], n)
	}
}
