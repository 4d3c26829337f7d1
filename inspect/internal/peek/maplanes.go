package peek

import (
	"math/bits"
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

// KeysWithin reports whether the keys of slots i up to j, all of them loaded, are strings of at most
// max bytes. It may be false where one has almost as many, and where only a slot that is not used has
// more. The type of keys must be a string.
func (w *MapWalk) KeysWithin(i, j, max int) bool {
	begin, end := i/groupSlots, (j+groupSlots-1)/groupSlots
	slab := w.slab.Ref(w.groups).ptr
	var all uintptr // lengths, or-ed
	for g := begin; g < end; g++ {
		// An offset: a pointer must not lead behind the slab, not even to be compared.
		at := uintptr(g)*w.typ.groupSize + w.typ.keys + wordSize
		for range groupSlots / 2 {
			n := *(*uintptr)(unsafe.Add(slab, at))
			at += w.typ.keyStride
			all |= n | *(*uintptr)(unsafe.Add(slab, at))
			at += w.typ.keyStride
		}
	}
	// No length has a bit that one of max bytes does not have.
	return all>>(bits.Len(uint(max)+1)-1) == 0
}

// lanes makes l the places that lie off bytes into a group and stride bytes apart.
func (w *MapWalk) lanes(l *Lanes, i, j int, off, stride uintptr, byRef bool) {
	from := w.slab.Ref(w.groups)
	if w.live {
		from = w.groups
	}
	l.from, l.held, l.byRef, l.even, l.soon = from, w.live, byRef, false, w.soon(j)
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
// are. used has a bit for each, the lowest of a byte. It always writes all: there is no branch to
// guess.
func usedPlaces(at *[groupSlots]uintptr, used uint64, a, stride uintptr) int {
	// The product brings the bits together in the highest byte.
	set := uint8(used * 0x0102040810204080 >> 56)
	for i, slot := range &usedSlots[set] {
		at[i] = a + uintptr(slot)*stride
	}
	return bits.OnesCount8(set)
}

// usedSlots has the numbers of used slots, by the set of these.
var usedSlots = func() (all [1 << groupSlots][groupSlots]uint8) {
	for set := range all {
		n := 0
		for slot := range uint8(groupSlots) {
			if set>>slot&1 != 0 {
				all[set][n] = slot
				n++
			}
		}
	}
	return all
}()

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

// soon returns the memory that is copied once slots up to j have been used, as far as that is known:
// there may be something else by then.
func (w *MapWalk) soon(j int) (next lines) {
	if uncaught.Load() {
		return next
	}
	group := uintptr(w.typ.groupSize)
	line := func(groups, first, n uintptr) lines {
		return lines{groups + first*group, int(n * group / cacheLine)}
	}
	if j < w.n {
		first := uintptr(j / groupSlots)
		return line(w.groups.Addr(), first, uintptr(w.n/groupSlots)-first)
	}
	if w.next == 0 || w.directory == 0 {
		return next
	}
	_ = try(func() {
		slot := w.directory + uintptr(w.next>>(hashBits-w.depth))*wordSize
		check(slot, wordSize, wordSize)
		table := loadWord(slot)
		check(table, unsafe.Sizeof(mapTable{}), wordSize)
		groups := loadWord(table + w.head.Space().where.tableGroups)
		check(groups, group, wordSize)
		next = line(groups, 0, uintptr(w.n/groupSlots))
	})
	return next
}
