package peek

import (
	"slices"
	"unsafe"
)

// KeyLanes makes l the keys of the used slots from i up to j, all of them loaded. They are good
// until the next Load.
func (w *MapWalk) KeyLanes(l *Lanes, i, j int) {
	w.lanes(l, i, j, w.typ.keys, w.typ.keyStride, w.typ.keyByRef)
}

// ElemLanes is KeyLanes for the elements.
func (w *MapWalk) ElemLanes(l *Lanes, i, j int) {
	w.lanes(l, i, j, w.typ.elems, w.typ.elemStride, w.typ.elemByRef)
}

// KeysWithin reports whether the keys of slots i up to j, all of them loaded, are strings with a
// header that can be, of at most max bytes. It may be false where only a slot that is not used has
// another. The type of keys must be a string.
func (w *MapWalk) KeysWithin(i, j, max int) bool {
	begin, end := i/groupSlots, (j+groupSlots-1)/groupSlots
	slab := w.slab.Ref(w.groups).ptr
	for g := begin; g < end; g++ {
		// An offset: a pointer must not lead behind the slab, not even to be compared.
		at := uintptr(g)*w.typ.groupSize + w.typ.keys
		var odd uintptr
		for range groupSlots {
			h := (*[2]uintptr)(unsafe.Add(slab, at))
			// The highest bit is set if the length is too large or negative, or that of nothing.
			odd |= uintptr(max) - h[1] | h[1] | (h[0]-1)&-h[1]
			at += w.typ.keyStride
		}
		if int(odd) < 0 {
			return false
		}
	}
	return true
}

// lanes makes l the places that lie off bytes into a group and stride bytes apart.
func (w *MapWalk) lanes(l *Lanes, i, j int, off, stride uintptr, byRef bool) {
	from := w.slab.Ref(w.groups)
	if w.live {
		from = w.groups
	}
	l.from, l.held, l.byRef, l.even = from, w.live, byRef, false
	at := Sized(l.at[:0], j-i+groupSlots)
	n := 0
	size := w.typ.groupSize
	a, copied := from.Addr()+off, w.slab.Ref(w.groups).ptr
	for g := i / groupSlots; g*groupSlots < j; g++ {
		// A bit for each slot: it is used, and asked for.
		used := ^*(*uint64)(unsafe.Add(copied, uintptr(g)*size)) >> 7 & 0x0101010101010101
		if before := i - g*groupSlots; before > 0 {
			used &= ^uint64(0) << (8 * before)
		}
		if behind := (g+1)*groupSlots - j; behind > 0 {
			used &= ^uint64(0) >> (8 * behind)
		}
		n += usedPlaces((*[groupSlots]uintptr)(at[n:]), used, a+uintptr(g)*size, stride)
	}
	l.at, l.n = at[:n], n
}

// usedPlaces sets the first of at to the places in a group that are used, and returns how many these
// are. It writes each place, and the next over it if the slot is not used: there is no branch to
// guess.
func usedPlaces(at *[groupSlots]uintptr, used uint64, a, stride uintptr) int {
	n := used & 1
	at[0] = a
	for range groupSlots - 1 {
		a += stride
		used >>= 8
		at[n%groupSlots] = a
		n += used & 1
	}
	return int(n)
}

// SlotUsed reports whether loaded slot i has an entry.
func (w *MapWalk) SlotUsed(i int) bool {
	_, _, _, _, used := w.Slot(i)
	return used
}

// TornLanes returns which of the lanes of KeyLanes and ElemLanes kept changing.
func (w *MapWalk) TornLanes(i, j int) (torn Bits) {
	if !slices.Contains(w.torn[i/groupSlots:(j+groupSlots-1)/groupSlots], true) {
		return torn
	}
	n := 0
	for ; i < j; i++ {
		if w.SlotUsed(i) {
			if w.torn[i/groupSlots] {
				torn[n/64] |= 1 << (n % 64)
			}
			n++
		}
	}
	return torn
}
