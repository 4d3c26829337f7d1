package peek

import (
	"errors"
	"reflect"
)

// slotEmpty is the control byte of an unused slot, unless the slot was used before and its group
// had no other unused one (internal/runtime/maps.ctrlEmpty, ctrlDeleted).
const slotEmpty = 0x80

// Tag is the part of a hash that a slot's control byte repeats. The rest says in which group a
// search begins.
func Tag(hash uintptr) byte { return byte(hash & 0x7f) }

// Find looks for a key of that hash where the runtime would. It calls is with each slot that may
// hold the key, until is reports that it does; found says whether one did. It copies a few groups
// of eight slots for that, one after the other. If the table is replaced meanwhile, Find starts
// over, and what it found before does not count. The Refs it passes to is lead into a copy of
// Find's own, which it does not use again; if the map is live they are the places themselves.
//
// Find sees every key that is in the map throughout. It moves the position of the walk to the table
// of the hash.
func (w *MapWalk) Find(hash uintptr, is func(key, elem Ref, torn bool) bool) (found bool, err error) {
	return w.find(hash, w.head.Space().probesProved(), is)
}

func (w *MapWalk) find(hash uintptr, probes bool, is func(key, elem Ref, torn bool) bool) (found bool, err error) {
	for range loads {
		w.at = uint64(hash)
		stable, err := w.load(func(groups Ref, n uintptr, _ uint64) (err error) {
			found, err = w.probe(groups, n, hash, probes, is)
			return err
		})
		if err != nil || stable {
			return found && err == nil, err
		}
		w.Retries++
	}
	return false, errBusy
}

// errBusy is the error of a map of which not even a part could be read.
var errBusy = errors.New("the map is changing too fast to be read: ask again")

// probe is Find in one table. It begins at the group that the hash names and goes on at growing
// distances, up to a group with an empty slot (internal/runtime/maps.probeSeq, go1.24 to go1.27).
// If this Go does not probe like that, it looks through all groups.
func (w *MapWalk) probe(groups Ref, n, hash uintptr, probes bool, is func(key, elem Ref, torn bool) bool) (found bool, err error) {
	if groups.IsNil() {
		return false, nil
	}
	size := w.typ.groupSize
	c := mapCopy{groups: groups, slab: NewSlab(size), torn: make([]bool, 1)}
	b := c.slab.Bytes(size)
	g := hash >> 7 & (n - 1)
	for i := uintptr(0); i < n; i++ {
		if !probes {
			g = i
		}
		c.groups = groups.Add(g * size)
		still, err := c.groups.Settled(b)
		if err != nil {
			return false, err
		}
		c.torn[0] = !still
		empty := false
		for s := range groupSlots {
			key, elem, ctrl, torn, ok := c.slot(w.typ, w.live, s)
			empty = empty || ctrl == slotEmpty
			if ok && ctrl == Tag(hash) && is(key, elem, torn) {
				return true, nil
			}
		}
		if probes && empty {
			return false, nil
		}
		g = (g + i + 1) & (n - 1)
	}
	return false, nil
}

// probesProved reports whether Find finds keys where it looks first, in tables of every size and in
// one from which most keys were deleted.
func (s *Space) probesProved() bool { return s.probes.caught(s.proveFind, false) }

func (s *Space) proveFind() bool {
	for _, n := range []int{1, 8, 9, 100, 800, 3000} {
		m := fill(n, func(i int) (uint64, uint64) { return uint64(i), uint64(i) })
		if n == 3000 {
			for i := range uint64(n) {
				if i%5 != 0 {
					delete(m, i)
				}
			}
			for i := range uint64(n / 10) {
				m[1<<40+i] = 1<<40 + i
			}
		}
		if !s.proveProbes(m) {
			return false
		}
	}
	return true
}

// proveProbes looks up each key of m, whose elements equal their keys.
func (s *Space) proveProbes(m map[uint64]uint64) bool {
	typ, err := s.mapType(reflect.TypeOf(m))
	if err != nil {
		return false
	}
	w := typ.Walk(Of(reflect.ValueOf(m)).In(s))
	for key := range m {
		hash, err := w.Hash(reflect.ValueOf(&key))
		if err != nil {
			return false
		}
		found, err := w.find(hash, true, func(k, e Ref, _ bool) bool {
			got, _, err := k.Uint(8)
			elem, _, err2 := e.Uint(8)
			return err == nil && err2 == nil && got == key && elem == key
		})
		if err != nil || !found {
			return false
		}
	}
	return true
}
