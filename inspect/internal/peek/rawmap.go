package peek

import "unsafe"

// The loads of a loop over maps that runs under one Try. Nothing is copied, and nothing is read twice:
// what an entry says may be of several moments. Whoever needs entries of one moment uses Walk.

// Uncaught reports whether a fault would end the process, so that no loop under Try may run.
func Uncaught() bool { return uncaught.Load() }

// Head returns how many entries the map at head has, and where its tables are: the addresses of so
// many lie at dir, or dir is the only group if there is none.
func (t *MapType) Head(s *Space, head uintptr) (used int, dir uintptr, tables int) {
	check(head, unsafe.Sizeof(mapHeader{}), wordSize)
	where := &s.where
	used, dir = int(load64(head+where.headUsed)), loadWord(head+where.headDir)
	tables = int(loadWord(head + where.headDirLen))
	if depth := load8(head + where.headDepth); tables != 0 && (depth >= 48 || depth >= hashBits || tables != 1<<depth) {
		return used, 0, 0
	}
	return used, dir, tables
}

// Table returns where the groups of table i of the directory dir lie, and how many there are; 0 if
// there cannot be such a table. Entries of a directory that follow one another may name one table.
func (t *MapType) Table(s *Space, dir uintptr, i int) (groups uintptr, n int) {
	slot := dir + uintptr(i)*wordSize
	check(slot, wordSize, wordSize)
	at := loadWord(slot)
	if i > 0 && loadWord(slot-wordSize) == at {
		return 0, 0
	}
	check(at, unsafe.Sizeof(mapTable{}), wordSize)
	where := &s.where
	mask := load64(at + where.tableMask)
	if n = int(mask) + 1; n <= 0 || n > maxTable/groupSlots || n&(n-1) != 0 {
		return 0, 0
	}
	return loadWord(at + where.tableGroups), n
}

// Slot returns where the key and the elem of a slot of the groups at an address lie; ok is false if
// the slot is empty.
func (t *MapType) Slot(groups, i uintptr) (key, elem uintptr, ok bool) {
	group, slot := groups+i/groupSlots*t.groupSize, i%groupSlots
	check(group, t.groupSize, wordSize)
	if byte(load64(group)>>(8*slot))&0x80 != 0 {
		return 0, 0, false
	}
	key, elem = group+t.keys+slot*t.keyStride, group+t.elems+slot*t.elemStride
	if t.keyByRef {
		key = loadWord(key)
	}
	if t.elemByRef {
		elem = loadWord(elem)
	}
	return key, elem, true
}

// CopyBytes fills dst with the bytes at a, and panics with what Try returns if it cannot.
func CopyBytes(dst []byte, a uintptr) {
	if len(dst) == 0 {
		return
	}
	check(a, uintptr(len(dst)), 1)
	copyIn(unsafe.Pointer(unsafe.SliceData(dst)), a, uintptr(len(dst)))
}

// load64 loads the eight bytes at a, which 32 bits load in two halves.
//
//go:noinline
//go:norace
//go:nocheckptr
func load64(a uintptr) uint64 { return *(*uint64)(unsafe.Add(nil, a)) }
