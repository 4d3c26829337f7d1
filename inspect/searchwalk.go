package inspect

import (
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// searchFrame is a run of values, or of the tables or slots of a map.
type searchFrame struct {
	p    *plan
	m    *mapPlan // of tables and slots
	addr uintptr
	n, i uintptr
	op   int
	dir  bool // of tables
	bare bool // the way there has no name
	leg  int  // where in the stack the leg is that led to this

	// Of the frame of a leg.
	way   leg
	limit uintptr // bytes up to which the holes are known
	none  bool    // nothing in the last part is new
	holes []Span  // what is new in it, if not nil
}

// enter puts the end of a leg on the stack.
func (s *Search) enter(l leg, holes []Span) {
	f := searchFrame{leg: len(s.stack), way: l, addr: l.addr, n: l.n, holes: holes}
	a := s.arrivals[l.arrival]
	if f.p = a.p; a.m != nil {
		used, dir, tables := a.m.layout.Head(here.memory, l.addr)
		if used <= 0 || dir == 0 {
			return
		}
		f.m, f.addr, f.n, f.dir = a.m, dir, uintptr(tables), true
		if tables == 0 {
			f.dir, f.n = false, peek.GroupSlots
		}
	} else if size := a.p.size * l.n; size <= maxReachBlock {
		f.limit = size
	}
	s.stack = append(s.stack, f)
}

// push puts what lies in the piece of memory of f on the stack.
func (s *Search) push(f *searchFrame, in searchFrame) {
	in.leg, in.bare = f.leg, in.bare || f.bare
	s.stack = append(s.stack, in)
}

func (s *Search) value(f *searchFrame) {
	if f.op == len(f.p.ops) {
		f.i, f.op = f.i+1, 0
	}
	if f.i >= f.n {
		s.pop()
		return
	}
	if f.op == 0 {
		s.reads++
	}
	o := &f.p.ops[f.op]
	a := f.addr + f.i*f.p.size + o.off
	f.op++
	if o.kind == leadArray {
		s.make(o.elem)
		s.push(f, searchFrame{p: o.elem, addr: a, n: o.n})
		return
	}
	if s.fresh(&s.stack[f.leg], a) {
		s.do(o, a)
	}
}

// fresh reports whether the word at a was not walked before this leg. It finds out part by part, in
// order, of what is large.
func (s *Search) fresh(l *searchFrame, a uintptr) bool {
	if l.m != nil {
		return true // what lies in a map is met through it alone
	}
	p, off := s.arrivals[l.way.arrival].p, a-l.way.addr
	for off >= l.limit {
		n := min(p.size*l.way.n-l.limit, maxReachBlock)
		fresh, holes, err := s.to.Cover(p.state, l.way.addr+l.limit, n)
		if s.failed = err; err != nil {
			return false
		}
		l.limit += n
		if l.way.at != 0 {
			l.none, l.holes = fresh == 0, holes
		}
	}
	if l.none || l.holes == nil {
		return !l.none
	}
	for len(l.holes) > 0 && a >= l.holes[0].Addr+l.holes[0].Size {
		l.holes = l.holes[1:] // words come in order
	}
	return len(l.holes) > 0 && a >= l.holes[0].Addr
}

func (s *Search) table(f *searchFrame) {
	if f.i >= f.n {
		s.pop()
		return
	}
	f.i++
	if groups, n := f.m.layout.Table(here.memory, f.addr, int(f.i-1)); n > 0 {
		s.push(f, searchFrame{m: f.m, addr: groups, n: uintptr(n) * peek.GroupSlots})
	}
}

func (s *Search) slot(f *searchFrame) {
	if f.i >= f.n {
		s.pop()
		return
	}
	m, i, first := f.m, f.i, f.op == 0
	if first {
		f.op = 1 // what faults is not tried again
	} else {
		f.i, f.op = i+1, 0
	}
	key, elem, ok := m.layout.Slot(f.addr, i)
	switch {
	case !ok:
		f.i, f.op = i+1, 0
	case first:
		if s.reads++; len(m.key.ops) > 0 {
			s.push(f, searchFrame{p: m.key, addr: key, n: 1})
		}
	default:
		if p := s.entryOf(m, key); p != nil {
			if s.make(p); len(p.ops) > 0 {
				s.push(f, searchFrame{p: p, addr: elem, n: 1, bare: m.nameless})
			}
		}
	}
}

// tableOf returns which table of a map is walked by the frame of that number, counted from 1; 0 if none is.
func (s *Search) tableOf(i int) uint32 {
	if root := &s.stack[s.stack[i].leg]; root.dir {
		return uint32(root.i)
	}
	return 0
}
