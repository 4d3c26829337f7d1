package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/peek"

// found notes that the word at a leads to what is searched. A text is told of in any case: by its
// bytes it may be secret.
func (s *Search) found(o *leadOp, a uintptr, text bool) {
	if !text && !s.to.Found(a) {
		return
	}
	s.ask(0, o, a)
}

// met notes that the word at a leads to memory of the type with that id.
func (s *Search) met(id int, o *leadOp, a uintptr) {
	if id < len(s.wanted) && s.wanted[id] && !s.stack[len(s.stack)-1].bare {
		s.wanted[id] = false
		s.wanting--
		s.ask(id, o, a)
	}
}

// ask adds the place of o at a to those that the caller sees to.
func (s *Search) ask(id int, o *leadOp, a uintptr) {
	found := Found{ID: id, Base: -1}
	legs, base := s.way()
	if legs == nil {
		if id >= 0 {
			if !s.secret(o, a) {
				s.to.Far()
			}
			return
		}
		found.Lost, found.State = placed(o.typ, a), o.state
		s.asked = append(s.asked, found)
		return
	}
	found.Base = base
	var ok bool
	for i, l := range legs {
		at, table := a, s.tableOf(len(s.stack)-1)
		if i+1 < len(legs) {
			at, table = legs[i+1].at, legs[i+1].table
		}
		var via *leadOp
		found.Steps, via, ok = s.through(found.Steps, l, at, table)
		if found.Changed = !ok || i+1 < len(legs) && !stillLeads(via, legs[i+1]); found.Changed {
			break
		}
	}
	s.asked = append(s.asked, found)
}

// secret reports whether at a lies a text that must not be told. What keeps changing counts as one.
func (s *Search) secret(o *leadOp, a uintptr) bool {
	if o.kind != leadText && !o.bytes {
		return false
	}
	addr, n, ok := pairAt(a)
	if !ok {
		return true
	}
	text := make([]byte, min(n, searchedText))
	peek.CopyBytes(text, addr)
	return s.rules.SecretText(text)
}

// way returns the legs to where the walk is, nil if there are too many.
func (s *Search) way() (legs []leg, base int) {
	n := 0
	for i := range s.stack {
		if s.stack[i].leg == i {
			n++
		}
	}
	first := s.record(s.begun - 1)
	for r := first; r.up != 0; n++ {
		if n > maxReachWay {
			break
		}
		r = s.record(int(r.up) - 1)
	}
	if n > maxReachWay {
		return nil, 0
	}
	legs = make([]leg, n)
	for i := len(s.stack) - 1; i > 0; i-- {
		if f := &s.stack[i]; f.leg == i {
			n--
			legs[n] = f.way
		}
	}
	for r := first; ; r = s.record(int(r.up) - 1) {
		n--
		if legs[n] = r.leg; r.up == 0 {
			return legs, int(r.base)
		}
	}
}

// stillLeads reports whether the word of o leads to where it led.
func stillLeads(o *leadOp, l leg) bool {
	at := l.at
	if o.kind == leadInterface {
		at += peek.WordSize
	}
	return peek.Word(at) == l.addr
}

// through appends the steps by which l is entered, and those from there to the word at an address,
// which is of via, and of a map lay in that table. ok is false if nothing of that kind is there any more.
func (s *Search) through(steps []ReachStep, l leg, at uintptr, table uint32) (_ []ReachStep, via *leadOp, ok bool) {
	a := s.arrivals[l.arrival]
	if a.box != nil {
		in := Value{typ: a.box, ref: here.memory.At(l.addr), mark: Racy, how: fixed | word}
		steps = append(steps, ReachStep{Kind: ElemStep, Value: in})
	}
	if a.m != nil {
		return s.throughMap(steps, a.m, l.addr, at, table)
	}
	i := (at - l.addr) / a.p.size
	if i >= l.n {
		return steps, nil, false
	}
	base := l.addr + i*a.p.size
	switch a.how {
	case enterElem:
		steps = append(steps, ReachStep{Kind: ElemStep, Value: placed(a.p.typ, base)})
	case enterIndex:
		steps = append(steps, ReachStep{Kind: IndexStep, Index: int(i), Value: placed(a.p.typ, base)})
	}
	return within(steps, a.p, base, at)
}

// within appends the steps from a value to the word at an address.
func within(steps []ReachStep, p *plan, base, at uintptr) (_ []ReachStep, via *leadOp, ok bool) {
	for i := range p.ops {
		o := &p.ops[i]
		off := at - base - o.off
		if o.kind != leadArray && off != 0 || o.kind == leadArray && off >= o.n*o.elem.size {
			continue
		}
		for _, h := range o.route {
			if h.field {
				steps = append(steps, ReachStep{Kind: FieldStep, Index: h.index})
			} else {
				steps = append(steps, ReachStep{Kind: IndexStep, Index: h.index, Value: placed(h.typ, base+h.off)})
			}
		}
		if o.kind != leadArray {
			return steps, o, true
		}
		n := off / o.elem.size
		elem := base + o.off + n*o.elem.size
		steps = append(steps, ReachStep{Kind: IndexStep, Index: int(n), Value: placed(o.elem.typ, elem)})
		return within(steps, o.elem, elem, at)
	}
	return steps, nil, false
}

// throughMap appends the steps from a map to the word at an address, in a key or an elem, which lay in that
// table.
func (s *Search) throughMap(steps []ReachStep, m *mapPlan, head, at uintptr, table uint32) (_ []ReachStep, via *leadOp, ok bool) {
	used, _, _ := m.layout.Head(here.memory, head)
	var key, elem uintptr
	found := false
	find := func(k, e uintptr) bool {
		if at-k < m.key.size || at-e < m.elem.size {
			key, elem, found = k, e, true
		}
		return !found
	}
	s.slots(m, head, table, find)
	if !found && table != 0 && used <= maxOrdinal {
		s.slots(m, head, 0, find) // the map has grown
	}
	switch {
	case !found:
	case at-key < m.key.size:
		step := ReachStep{Kind: KeyStep, Index: -1, Value: placed(m.key.typ, key)}
		if used <= maxOrdinal {
			before := 0
			s.slots(m, head, 0, func(k, _ uintptr) bool {
				if k == key {
					step.Index = before
				}
				before++
				return k != key
			})
		}
		return within(append(steps, step), m.key, key, at)
	default:
		if p := s.entryOf(m, key); p != nil {
			step := ReachStep{Kind: EntryStep, Value: placed(p.typ, elem), Key: placed(m.typ.Key(), key)}
			return within(append(steps, step), p, elem, at)
		}
	}
	return steps, nil, false
}

// slots calls f with each entry of a map, or of the one table with that number if it is not 0, in the order
// of a walk, until it returns false.
func (s *Search) slots(m *mapPlan, head uintptr, table uint32, f func(key, elem uintptr) bool) {
	_, dir, tables := m.layout.Head(here.memory, head)
	if dir == 0 {
		return
	}
	each := func(groups uintptr, n int) bool {
		for i := range uintptr(n) * peek.GroupSlots {
			s.passed++
			if key, elem, ok := m.layout.Slot(groups, i); ok && !f(key, elem) {
				return false
			}
		}
		return true
	}
	if tables == 0 {
		each(dir, 1)
		return
	}
	from, to := 0, tables
	if table != 0 {
		from, to = int(table-1), min(int(table), tables)
	}
	for i := from; i < to; i++ {
		if groups, n := m.layout.Table(here.memory, dir, i); n > 0 && !each(groups, n) {
			return
		}
	}
}
