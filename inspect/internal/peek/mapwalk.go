package peek

import (
	"fmt"
	"reflect"
	"unsafe"
)

// hashBits is the size of a map's hashes.
const hashBits = 8 * wordSize

// MapWalk reads the entries of one map, some slots of a table at a time. Maps grow by tables of at
// most 1,024 slots; each holds the keys whose hashes begin with the same bits. Tables are replaced
// and split during a walk but never merged, so a walk in the order of hashes always knows which
// keys it has seen.
//
// The zero position is at the first table. Load copies slots of the table at the position, Slot
// reads the copy, Advance goes to the next table.
type MapWalk struct {
	typ  *MapType
	head Ref  // the header
	live bool // hand out the slots themselves: the map does not change now

	at           uint64  // the position, a hash
	depth, local uint    // of the directory and of the table at the last load
	directory    uintptr // where it lay then, 0 if there was none

	mapCopy         // of the table at the position
	before  mapCopy // of the table that it has replaced
	same    bool    // the last two Loads found the same table

	Retries int // copies that were made again because the map changed
}

// mapCopy is a copy of a table, up to some slot.
type mapCopy struct {
	groups Ref    // where it was copied from
	n      int    // slots of the table
	copied int    // slots copied
	next   uint64 // the end of the range of its hashes, 0 for the last table
	slab   Slab
	torn   []bool // by group: it kept changing while it was copied
}

// of reports whether c is a copy of that table.
func (c *mapCopy) of(groups Ref, n int, next uint64) bool {
	return c.groups.Addr() == groups.Addr() && c.n == n && c.next == next
}

// Walk begins a walk of the map whose header lies at head.
func (t *MapType) Walk(head Ref) *MapWalk { return &MapWalk{typ: t, head: head} }

// MoveTo puts w at the position of to, a walk of any map. It has nothing loaded then.
func (w *MapWalk) MoveTo(to *MapWalk) {
	w.typ, w.head, w.live, w.at = to.typ, to.head, false, to.at
	w.groups, w.n, w.next, w.copied = to.groups, to.n, to.next, 0
}

// Trust says whether nobody changes the map now, so that Slot may return the places themselves. The
// header must be held for that.
func (w *MapWalk) Trust(on bool) { w.live = on && w.head.Held() }

// Used loads the number of entries of the map whose header lies at head.
func Used(head Ref) (int, error) {
	if head.IsNil() {
		return 0, nil
	}
	if err := head.Space().lengthsProved(); err != nil {
		return 0, err
	}
	return used(head)
}

func used(head Ref) (int, error) {
	u, _, err := head.Add(head.Space().where.headUsed).Uint(8)
	return int(u), err
}

// A directory leads from a map's header to its entries.
type directory struct {
	addr  uintptr // of the directory, or of the only group
	n     int     // 0: there is only one group
	depth uint
}

func loadDirectory(head Ref) (d directory, still bool, err error) {
	var h mapHeader
	b := asBytes(&h)
	still, err = head.Settled(b)
	where := &head.Space().where
	return directory{wordOf(b[where.headDir:]), int(wordOf(b[where.headDirLen:])), uint(b[where.headDepth])}, still, err
}

// A table leads to its groups.
type table struct {
	groups   uintptr
	n        uintptr // groups
	capacity uintptr // slots
	depth    uint
}

func loadTable(r Ref) (t table, still bool, err error) {
	var m mapTable
	b := asBytes(&m)
	still, err = r.Settled(b)
	where := &r.Space().where
	t = table{groups: wordOf(b[where.tableGroups:]), n: uintptr(*(*uint64)(unsafe.Pointer(&b[where.tableMask]))) + 1,
		capacity: uintptr(*(*uint16)(unsafe.Pointer(&b[where.tableCapacity]))), depth: uint(b[where.tableDepth])}
	return t, still, err
}

// Slots is the number of slots, used or not, in the table at the position; 0 before the table is
// loaded.
func (w *MapWalk) Slots() int { return w.n }

// Loaded is the number of slots that Slot can read, from the first on.
func (w *MapWalk) Loaded() int { return w.copied }

// Same reports whether the last two Loads found the same table. If not, the map has replaced it in
// between.
func (w *MapWalk) Same() bool { return w.same }

// Range is the range of hashes that the table at the position covers; end is 0 for the last table.
func (w *MapWalk) Range() (begin, end uint64) { return w.at, w.next }

// Advance goes to the next table and reports whether there is one.
func (w *MapWalk) Advance() bool {
	w.at, w.n, w.copied = w.next, 0, 0
	return w.next != 0
}

// Load copies that many slots of the table at the position, at least one if there are more,
// beginning with slot from. Slots before that stay as they were copied. If the map has replaced the
// table since the last Load, the copy begins at the first slot. If the map changes meanwhile, Load
// copies again, a few times; then it keeps the last copy, and the groups that changed are torn.
func (w *MapWalk) Load(from, slots int) error {
	w.same, w.copied = from > 0, 0
	for range loads {
		w.copied = 0
		stable, err := w.load(func(groups Ref, n uintptr, next uint64) error {
			if groups.IsNil() {
				w.arrive(groups, 0, 0)
				return nil
			}
			return w.copyGroups(groups, n, next, from, slots)
		})
		if err != nil {
			return err
		}
		if stable {
			return nil
		}
		w.Retries++
	}
	if w.copied == 0 {
		return errBusy
	}
	return nil
}

// loads is how often slots are copied again. A copy takes a microsecond or two. It fails if the
// table or the directory was replaced meanwhile, which happens once in hundreds of insertions.
const loads = 32

// wholeTable is the most slots that a table has.
const wholeTable = maxTable

// Hash returns the map's hash of the key that p, a reflect.Value of kind Pointer, points at. The
// key must be our own. A key that cannot be hashed, such as an interface holding a slice, is an
// error.
func (w *MapWalk) Hash(p reflect.Value) (hash uintptr, err error) {
	seed, err := w.head.Add(w.head.Space().where.headSeed).Uintptr()
	if err != nil {
		return 0, err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("this cannot be a key: %v", r)
		}
	}()
	return w.typ.hasher(p.UnsafePointer(), seed), nil
}

// load calls read with the n groups of the table at the position; groups is nil if the map has
// none. stable is false if the map changed meanwhile, which may have been before read was called.
func (w *MapWalk) load(read func(groups Ref, n uintptr, next uint64) error) (stable bool, err error) {
	where := &w.head.Space().where
	h, still, err := loadDirectory(w.head)
	if err != nil {
		return false, err
	}
	dir, held, err := w.pointer(w.head.Add(where.headDir), h.addr)
	if err != nil {
		return false, err
	}
	if !still || !held {
		return false, nil
	}
	if w.depth, w.local, w.directory = h.depth, 0, h.addr; h.n == 0 {
		w.directory = 0
		w.at, w.depth = 0, 0
		if err := read(dir, 1, 0); err != nil {
			return false, err
		}
		return dir.IsNil() || w.stays(h), nil
	}
	if h.depth >= 48 || h.depth >= hashBits || h.n != 1<<h.depth {
		return false, nil
	}
	i := uintptr(w.at >> (hashBits - h.depth))
	slot := dir.Add(i * wordSize)
	addr, err := slot.Uintptr()
	if err != nil {
		return false, err
	}
	at, held, err := w.pointer(slot, addr)
	if err != nil || !held {
		return false, err
	}
	t, still, err := loadTable(at)
	if err != nil || !still {
		return false, err
	}
	if t.depth > h.depth || t.n == 0 || t.n > maxTable/groupSlots || t.n&(t.n-1) != 0 || t.capacity != t.n*groupSlots {
		return false, nil
	}
	groups, held, err := w.pointer(at.Add(where.tableGroups), t.groups)
	if err != nil || !held {
		return false, err
	}
	next := uint64(0)
	if w.local = t.depth; t.depth > 0 {
		width := uint64(1) << (hashBits - t.depth)
		next = w.at&^(width-1) + width
		if hashBits < 64 {
			next &= 1<<hashBits - 1
		}
	}
	if err := read(groups, t.n, next); err != nil {
		return false, err
	}
	again, err := slot.Uintptr()
	if err != nil {
		return false, err
	}
	return again == addr && w.stays(h), nil
}

// pointer returns the place that the word at r, which was addr, points at: the bare address, or the
// pointer itself if the map is live; ok is false if the word is no longer addr. The words that lead
// to directories, tables and groups are pointers in the runtime's own typed memory, and so to the
// collector too.
func (w *MapWalk) pointer(r Ref, addr uintptr) (p Ref, ok bool, err error) {
	if !w.live {
		return r.At(addr), true, nil
	}
	p, err = r.Ptr(true)
	return p, p.Addr() == addr, err
}

// stays reports whether the map still has the directory h.
func (w *MapWalk) stays(h directory) bool {
	now, still, err := loadDirectory(w.head)
	return err == nil && still && now.addr == h.addr && now.n == h.n
}

// arrive notes which table is at the position. It keeps the copy of another one in before.
func (w *MapWalk) arrive(groups Ref, n int, next uint64) {
	if w.same && !w.of(groups, n, next) {
		w.same = false
		w.before, w.mapCopy = w.mapCopy, w.before
	}
	w.groups, w.n, w.next = groups, n, next
}

// copyGroups copies slots of a table of n groups into the slab, until each group reads the same
// twice.
func (w *MapWalk) copyGroups(groups Ref, n uintptr, next uint64, from, slots int) error {
	if w.arrive(groups, int(n)*groupSlots, next); !w.same {
		from = 0
	}
	if uintptr(len(w.slab))*8 < n*w.typ.groupSize {
		w.slab, w.torn = NewSlab(n*w.typ.groupSize), make([]bool, n)
	}
	begin := uintptr(from / groupSlots)
	end := min(n, uintptr((from+slots-1)/groupSlots)+1)
	size := (end - begin) * w.typ.groupSize
	if groups.refused() {
		return ErrUncaught
	}
	dst, a := w.slab.Ref(groups).ptr, groups.Addr()
	err := try(func() {
		off := begin * w.typ.groupSize
		check(a+off, size, wordSize)
		copyIn(unsafe.Add(dst, off), a+off, size)
		if clear(w.torn[begin:end]); !settleIn(unsafe.Add(dst, off), a+off, size) {
			return
		}
		for g := begin; g < end; g++ {
			off := g * w.typ.groupSize
			w.torn[g] = true
			for range settles {
				if !settleIn(unsafe.Add(dst, off), a+off, w.typ.groupSize) {
					w.torn[g] = false
					break
				}
			}
		}
	})
	if err == nil {
		w.copied = int(end) * groupSlots
	}
	return err
}

// Slot reads loaded slot i. ok is false if the slot is empty; tag is its control byte; torn says
// that it kept changing. The Refs lead into the copy, which is good until the next Load, or to what
// the slot points at; if the map is live they are the places themselves.
func (w *MapWalk) Slot(i int) (key, elem Ref, tag byte, torn, ok bool) {
	return w.mapCopy.slot(w.typ, w.live, i)
}

// SlotBefore is Slot of the table that was replaced.
func (w *MapWalk) SlotBefore(i int) (key, elem Ref, tag byte, torn, ok bool) {
	return w.before.slot(w.typ, w.live && w.before.groups.Held(), i)
}

func (c *mapCopy) slot(t *MapType, live bool, i int) (key, elem Ref, tag byte, torn, ok bool) {
	g, s := uintptr(i/groupSlots), uintptr(i%groupSlots)
	group := c.slab.Ref(c.groups).Add(g * t.groupSize)
	ctrl := byte(*(*uint64)(group.ptr) >> (8 * s))
	if ctrl&0x80 != 0 {
		return key, elem, ctrl, false, false
	}
	if live {
		group = c.groups.Add(g * t.groupSize)
	}
	key = group.Add(t.keys + s*t.keyStride)
	elem = group.Add(t.elems + s*t.elemStride)
	var err error
	// If the map is live, group is the runtime's own, whose pointers the collector scans.
	if t.keyByRef {
		if key, err = key.Ptr(live); err != nil {
			return key, elem, ctrl, true, false
		}
	}
	if t.elemByRef {
		if elem, err = elem.Ptr(live); err != nil {
			return key, elem, ctrl, true, false
		}
	}
	return key, elem, ctrl, c.torn[g], true
}

// TouchSlots is how many slots ahead Touch looks. The loads are independent, so some ten of them
// wait for memory at the same time and not one after the other (measured: a walk that reads a field
// of each of a million scattered elements takes half as long).
const TouchSlots = 64

// Touch brings what the slots from i on point at, the texts of keys and the elements, into the
// cache of a caller that is about to read them one by one.
func (w *MapWalk) Touch(i int) {
	if uncaught.Load() {
		return
	}
	var at [2 * TouchSlots]uintptr
	n := 0
	slab := w.slab.Ref(w.groups)
	for ; i < w.copied && n < len(at)-1; i++ {
		g, s := uintptr(i/groupSlots), uintptr(i%groupSlots)
		group := slab.Add(g * w.typ.groupSize)
		if byte(*(*uint64)(group.ptr)>>(8*s))&0x80 != 0 {
			continue
		}
		for _, l := range w.typ.leads {
			if a := *(*uintptr)(group.Add(l.off + s*l.stride).ptr); a >= firstPage {
				at[n] = a
				n++
			}
		}
	}
	// A fault ends the loop early. The actual read reports it.
	_ = try(func() { touch(at[:n]) })
}

// asBytes is the memory of *x, which is our own.
func asBytes[T any](x *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(x)), unsafe.Sizeof(*x))
}
