package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/peek"

// A run is values that lie side by side, or the tables or the slots of a map, and where a walk is in it.
type run struct {
	p    *plan    // of values
	m    *mapPlan // of tables and slots
	addr uintptr
	n, i uintptr
	op   int
	dir  bool // of tables
}

// mapRun is what the directory of a map has, of so many tables. Without one it is the only group.
func mapRun(m *mapPlan, dir uintptr, tables int) run {
	if tables == 0 {
		return run{m: m, addr: dir, n: peek.GroupSlots}
	}
	return run{m: m, addr: dir, n: uintptr(tables), dir: true}
}

// nextOp goes on to the next op of a value, which is for the word at a; o is nil after the last.
func (r *run) nextOp() (o *leadOp, a uintptr) {
	if r.op == len(r.p.ops) {
		r.i, r.op = r.i+1, 0
	}
	if r.i < r.n {
		o = &r.p.ops[r.op]
		a = r.addr + r.i*r.p.size + o.off
		r.op++
	}
	return o, a
}

// begins reports whether the op that nextOp has returned is the first of its value.
func (r *run) begins() bool { return r.op == 1 }

// nextTable goes on to the next table of a map, and returns its slots, none if it has none or cannot be
// read; ok is false after the last.
func (r *run) nextTable() (slots run, ok bool) {
	if r.i >= r.n {
		return run{}, false
	}
	r.i++
	groups, n := r.m.layout.Table(here.memory, r.addr, int(r.i-1))
	return run{m: r.m, addr: groups, n: uintptr(max(n, 0)) * peek.GroupSlots}, true
}

// slotPart is a part of a slot of a map.
type slotPart uint8

const (
	noPart  slotPart = iota // the slot is free
	keyPart                 // comes first
	elemPart
)

// nextSlot goes on to the next part of a slot of a map: to its key, and then to its elem. ok is false
// after the last. What faults is not tried again.
func (r *run) nextSlot() (part slotPart, key, elem uintptr, ok bool) {
	if r.i >= r.n {
		return noPart, 0, 0, false
	}
	i := r.i
	if part = keyPart; r.op == 0 {
		r.op = 1
	} else {
		part = elemPart
		r.i, r.op = i+1, 0
	}
	key, elem, used := r.m.layout.Slot(r.addr, i)
	if !used {
		r.i, r.op = i+1, 0
		part = noPart
	}
	return part, key, elem, true
}
