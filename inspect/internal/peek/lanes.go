package peek

import (
	"math"
	"math/bits"
	"runtime"
	"runtime/debug"
	"unsafe"
)

// MaxLanes is the most lanes of Lanes.
const MaxLanes = 1024

// Bits is a set of lanes: lane i is bit i%64 of word i/64.
type Bits = [MaxLanes / 64]uint64

// FirstBits returns lanes 0 up to n, which is at most MaxLanes.
func FirstBits(n int) (b Bits) {
	for i := range n / 64 {
		b[i] = ^uint64(0)
	}
	if n%64 != 0 {
		b[n/64] = 1<<(n%64) - 1
	}
	return b
}

// Lanes is the places of values of one type that are read together, a lane for each. One loop loads
// from all of them, so that a processor waits for many loads at the same time, and one guard
// protects the loop. The zero Lanes has none. Lanes are used again and again, and keep their memory.
//
// All places lie in one object, which Lanes keep alive: a Slab, or the application's own memory.
type Lanes struct {
	from   Ref  // the beginning of the object, held
	held   bool // pointers in the object may be held
	byRef  bool // at each place lies a pointer to the value
	n      int  // how many
	even   bool // the places lie stride bytes apart, the first at from
	stride uintptr
	soon   lines // what is likely to be read next, to be brought into the cache meanwhile

	at   []uintptr        // by lane, the place; made when it is needed if they are even
	end  []uintptr        // where a way has come, for those lanes that are read
	hold []unsafe.Pointer // the same as pointers, if they are held
	all  bool             // all lanes are read, else
	pick []uint16         // these
	word []uint64         // what was loaded for them,
	also []uint64         // and beside it
	few  []uint16         // the numbers of their texts
	open openings         // what interfaces are opened with

	sum    uint64 // of all lanes, if summed
	summed bool

	kept []unsafe.Pointer // by lane, what keeps alive where at lies, if Open made held lanes
}

// Reset makes l the n places that lie stride bytes apart, the first at from, which must be held.
// held is as for [Ref.Ptr].
func (l *Lanes) Reset(from Ref, n int, stride uintptr, held bool) {
	l.from, l.held, l.byRef, l.n, l.even, l.stride, l.soon = from, held, false, n, true, stride, lines{}
	l.at = l.at[:0]
}

// Len is the number of lanes.
func (l *Lanes) Len() int { return l.n }

// Ref returns the place of the value of lane i.
func (l *Lanes) Ref(i int) Ref {
	if l.even {
		return l.from.Add(uintptr(i) * l.stride)
	}
	r := l.from.Add(l.at[i] - l.from.Addr())
	if l.byRef {
		r, _ = r.Ptr(l.held) // which no load from our copy, or from a live map, fails to be
	}
	return r
}

// Drop takes lanes away.
func (l *Lanes) Drop(lanes *Bits) {
	n := 0
	for i, a := range l.places() {
		if lanes[i/64]>>(i%64)&1 == 0 {
			l.at[n] = a
			n++
		}
	}
	l.at, l.n, l.even = l.at[:n], n, false
}

// places returns the place of each lane.
func (l *Lanes) places() []uintptr {
	if len(l.at) < l.n {
		l.at = Sized(l.at, l.n)
		a := l.from.Addr()
		for i := range l.at {
			l.at[i] = a
			a += l.stride
		}
	}
	return l.at
}

// Sized returns s with length n and any content. It makes room for few lanes or for all, so that a
// long walk allocates as often as a short one.
func Sized[T any](s []T, n int) []T {
	switch {
	case n <= cap(s):
		return s[:n]
	case n <= fewLanes:
		return make([]T, n, fewLanes)
	}
	return make([]T, n, max(n, MaxLanes+groupSlots))
}

// fewLanes is how many lanes begin a walk.
const fewLanes = 64

// refused is as for Ref.
func (l *Lanes) refused() bool { return !l.held && uncaught.Load() }

// Number says what an integer that Words loads is.
type Number uint8

const (
	Unsigned Number = iota
	Signed
	Float32 // the bits of one, which Words turns into those of a float64
)

// Words loads an integer of size bytes, at most a word, for each lane in in, nil for all: the one
// that [Ref.Chase] would load, as a number of 64 bits. Those for which Chase is not ok are added to bad and get 0.
// Other lanes of dst stay as they are. ok is false, and dst means nothing, if memory does not answer
// in some lane: only Chase tells in which.
func (l *Lanes) Words(dst []uint64, offsets []uintptr, size uintptr, as Number, in, bad *Bits) (ok bool) {
	l.summed = false
	if l.refused() {
		return false
	}
	to := dst[:l.n]
	if l.choose(in) {
		l.word = Sized(l.word, len(l.pick))
		to = l.word
	}
	var failed Bits
	ok = l.words(to, offsets, size, &failed)
	l.letGo()
	if !ok {
		return false
	}
	widen(to, size, as)
	l.scatter(&failed, bad)
	for i, lane := range l.pick {
		dst[lane] = to[i]
	}
	return true
}

// Sum is the sum of what the last Words loaded, if that was all lanes, ok is false where it was
// not added up on the way: if the lanes do not lie side by side, and if one is not less than 1<<52.
func (l *Lanes) Sum() (sum uint64, ok bool) { return l.sum, l.summed }

// widen makes integers of size bytes numbers of 64 bits.
func widen(all []uint64, size uintptr, as Number) {
	switch {
	case as == Float32:
		for i, u := range all {
			all[i] = math.Float64bits(float64(math.Float32frombits(uint32(u))))
		}
	case as == Signed && size == 1:
		for i, u := range all {
			all[i] = uint64(int8(u))
		}
	case as == Signed && size == 2:
		for i, u := range all {
			all[i] = uint64(int16(u))
		}
	case as == Signed && size == 4:
		for i, u := range all {
			all[i] = uint64(int32(u))
		}
	}
}

// choose sets which lanes are read, and reports whether not all are.
func (l *Lanes) choose(in *Bits) (few bool) {
	if l.all = in == nil || *in == FirstBits(l.n); l.all {
		l.pick = l.pick[:0]
		return false
	}
	l.pick = Sized(l.pick, l.n)
	n := 0
	for w, m := range in {
		for ; m != 0; m &= m - 1 {
			l.pick[n] = uint16(w*64 + bits.TrailingZeros64(m))
			n++
		}
	}
	l.pick = l.pick[:n]
	return true
}

// scatter adds the lanes that are read and numbered in some to all.
func (l *Lanes) scatter(some, all *Bits) {
	for w, m := range some {
		if l.all {
			all[w] |= m
			continue
		}
		for ; m != 0; m &= m - 1 {
			lane := l.pick[w*64+bits.TrailingZeros64(m)]
			all[lane/64] |= 1 << (lane % 64)
		}
	}
}

// words is Words for the lanes that choose chose. It is not ok until it returns: a fault may end it
// anywhere.
func (l *Lanes) words(dst []uint64, offsets []uintptr, size uintptr, bad *Bits) (ok bool) {
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	off := offsets[len(offsets)-1]
	if l.all && l.even && len(offsets) == 1 {
		a := l.from.Addr() + off
		if (a|l.stride)%size != 0 {
			return false
		}
		switch {
		case l.stride == 8 && size == 8:
			l.sum, l.summed = copySum(dst, a)
		case size == 1:
			stride[uint8](dst, a, l.stride)
		case size == 2:
			stride[uint16](dst, a, l.stride)
		case size == 4:
			stride[uint32](dst, a, l.stride)
		default:
			stride[uintptr](dst, a, l.stride)
		}
		return true
	}
	at, aligned := l.way(offsets)
	if !aligned {
		return false
	}
	var seen, beside uintptr
	var low, low2 bool
	switch size {
	case 1:
		seen, low = gather[uint8](dst, at, off, nowhere())
	case 2:
		seen, low = gather[uint16](dst, at, off, nowhere())
	case 4:
		seen, low = gather[uint32](dst, at, off, nowhere())
	default:
		n := min(len(at), l.soon.n)
		beside, low2, _ = gatherBeside(dst[:n], at[:n], off, nowhere(), l.soon.at)
		l.soon = lines{}
		seen, low = gather[uintptr](dst[n:], at[n:], off, nowhere())
	}
	if low || low2 {
		for i, a := range at {
			if a < firstPage {
				bad[i/64] |= 1 << (i % 64)
			}
		}
	}
	return (seen|beside)%size == 0
}

// way follows the pointers of a way from the lanes that choose chose, and returns where the last of
// them point, below the first page for a lane in which one is nil or lies there. aligned is false if
// a pointer does not lie where one may. What l holds keeps alive what is returned until letGo.
func (l *Lanes) way(offsets []uintptr) (at []uintptr, aligned bool) {
	at = l.chosen()
	seen, first := uintptr(0), true
	if len(l.kept) > 0 {
		l.holdKept()
		first = false
	}
	if l.byRef {
		seen |= l.hop(at, 0, first)
		at, first = l.end, false
	}
	for _, off := range offsets[:len(offsets)-1] {
		seen |= l.hop(at, off, first)
		at, first = l.end, false
	}
	return at, seen%wordSize == 0
}

// chosen returns the place of each lane that choose chose. It is good until a way is followed.
func (l *Lanes) chosen() (at []uintptr) {
	at = l.places()
	if l.all {
		return at
	}
	l.end = Sized(l.end, len(l.pick))
	for i, lane := range l.pick {
		l.end[i] = at[lane]
	}
	return l.end
}

// hop follows the pointer that lies off bytes from each of at, which is where the hop before ended
// unless this is the first. seen is all places of pointers, or-ed.
func (l *Lanes) hop(at []uintptr, off uintptr, first bool) (seen uintptr) {
	l.end = Sized(l.end, len(at))
	switch {
	case !l.held:
		return hop(l.end, at, off, nowhere())
	case first:
		l.hold = Sized(l.hold, len(at))
		hopFrom(l.hold, l.end, l.from.ptr, at, off)
	default:
		hopHeld(l.hold, l.end, off)
	}
	return 0
}

// holdKept holds where the lanes lie that choose chose.
func (l *Lanes) holdKept() {
	if l.all {
		l.hold = append(l.hold[:0], l.kept...)
		return
	}
	l.hold = Sized(l.hold, len(l.pick))
	for i, lane := range l.pick {
		l.hold[i] = l.kept[lane]
	}
}

// letGo ends what way began. The application's objects must not live on for us.
func (l *Lanes) letGo() {
	runtime.KeepAlive(l.from.ptr)
	clear(l.hold)
	l.hold = l.hold[:0]
}
