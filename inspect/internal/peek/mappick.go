package peek

// Places returns how many slots the tables of the map whose header lies at head have if each is as
// large as tables get. Pick chooses among them.
func Places(head Ref) (int, error) {
	d, _, err := loadDirectory(head)
	if d.n == 0 {
		return groupSlots, err
	}
	return d.n * maxTable, err
}

// Pick reads one slot, which random chooses, of the map at this moment. ok is false if there is no
// entry: then another number has to be tried. Among numbers that are distributed evenly each entry
// comes as often as any other, wherever it lies: a number leads to a place in the directory and to
// one of the most slots that a table may have, and a table that has several places in the directory
// counts at the first of them alone.
//
// The slot is copied into slab, which is made if it is nil and can be used again for picks of this
// map. The Refs lead into it and are as those of Slot; torn says that it kept changing.
func (w *MapWalk) Pick(random uint64, slab *Slab) (key, elem Ref, torn, ok bool, err error) {
	slot := uintptr(random % maxTable)
	w.at = random >> (64 - hashBits)
	var got mapCopy
	stable, err := w.load(func(groups Ref, n uintptr, _ uint64) error {
		if groups.IsNil() {
			return nil
		}
		if w.depth == 0 { // it is the only table
			slot %= n * groupSlots
		}
		place := w.at >> (hashBits - w.depth)
		if first := place&(1<<(w.depth-w.local)-1) == 0; !first || slot >= n*groupSlots {
			return nil
		}
		size := w.typ.groupSize
		if *slab == nil {
			*slab = NewSlab(size)
		}
		if groups.refused() {
			return ErrUncaught
		}
		got = mapCopy{groups: groups.Add(slot / groupSlots * size), slab: *slab, torn: []bool{true}}
		dst, a := slab.Ref(got.groups).ptr, got.groups.Addr()
		return try(func() {
			check(a, size, wordSize)
			copyIn(dst, a, size)
			for range settles {
				if !settleIn(dst, a, size) {
					got.torn[0] = false
					break
				}
			}
		})
	})
	if err != nil || !stable || got.slab == nil {
		return key, elem, false, false, err
	}
	key, elem, _, torn, ok = got.slot(w.typ, w.live, int(slot%groupSlots))
	return key, elem, torn, ok, nil
}
