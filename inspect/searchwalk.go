package inspect

// searchFrame is a run that is searched, and what is known of the piece of memory in which it lies.
type searchFrame struct {
	run
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
	a := s.arrivals[l.arrival]
	f := searchFrame{run: run{p: a.p, addr: l.addr, n: l.n}, leg: len(s.stack), way: l, holes: holes}
	if a.m != nil {
		used, dir, tables := a.m.layout.Head(here.memory, l.addr)
		if used <= 0 || dir == 0 {
			return
		}
		f.run = mapRun(a.m, dir, tables)
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
	o, a := f.nextOp()
	if o == nil {
		s.pop()
		return
	}
	if f.begins() {
		s.reads++
	}
	if o.kind == leadArray {
		s.make(o.elem)
		s.push(f, searchFrame{run: run{p: o.elem, addr: a, n: o.n}})
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
	if slots, ok := f.nextTable(); !ok {
		s.pop()
	} else if slots.n > 0 {
		s.push(f, searchFrame{run: slots})
	}
}

func (s *Search) slot(f *searchFrame) {
	m := f.m
	part, key, elem, ok := f.nextSlot()
	switch {
	case !ok:
		s.pop()
	case part == keyPart:
		if s.reads++; len(m.key.ops) > 0 {
			s.push(f, searchFrame{run: run{p: m.key, addr: key, n: 1}})
		}
	case part == elemPart:
		if p := s.entryOf(m, key); p != nil {
			if s.make(p); len(p.ops) > 0 {
				s.push(f, searchFrame{run: run{p: p, addr: elem, n: 1}, bare: m.nameless})
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
