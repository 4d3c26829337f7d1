package peek

import "slices"

// KeyLanes makes l the keys of the used slots from i up to j, all of them loaded. They are good
// until the next Load.
func (w *MapWalk) KeyLanes(l *Lanes, i, j int) {
	w.lanes(l, i, j, w.typ.keys, w.typ.keyStride, w.typ.keyByRef)
}

// ElemLanes is KeyLanes for the elements.
func (w *MapWalk) ElemLanes(l *Lanes, i, j int) {
	w.lanes(l, i, j, w.typ.elems, w.typ.elemStride, w.typ.elemByRef)
}

// lanes makes l the places that lie off bytes into a group and stride bytes apart.
func (w *MapWalk) lanes(l *Lanes, i, j int, off, stride uintptr, byRef bool) {
	size := w.typ.groupSize
	copied := w.slab.Ref(w.groups)
	from := copied
	if w.live {
		from = w.groups
	}
	l.from, l.held, l.byRef, l.even = from, w.live, byRef, false
	// Each place is written and kept only if its slot is used: there is no branch to guess.
	at := sized(l.at[:0], j-i+groupSlots)
	n := 0
	for g := i / groupSlots; g*groupSlots < j; g++ {
		// The control bytes. Slots that are not asked for count as free.
		free := *(*uint64)(copied.Add(uintptr(g) * size).ptr)
		if before := i - g*groupSlots; before > 0 {
			free |= ^uint64(0) >> (64 - 8*before)
		}
		if behind := (g+1)*groupSlots - j; behind > 0 {
			free |= ^uint64(0) << (64 - 8*behind)
		}
		a := from.Addr() + uintptr(g)*size + off
		for range groupSlots {
			at[n] = a
			n += int(^free >> 7 & 1)
			free >>= 8
			a += stride
		}
	}
	l.at, l.n = at[:n], n
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
