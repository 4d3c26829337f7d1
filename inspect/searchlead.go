package inspect

import (
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// leads reports whether n bytes at addr are, in part, what is searched.
func (s *Search) leads(addr, n uintptr) bool {
	return addr < s.span.Addr+max(s.span.Size, 1) && s.span.Addr < addr+max(n, 1)
}

func (s *Search) do(o *leadOp, a uintptr) {
	switch o.kind {
	case leadPointer:
		if w := peek.Word(a); w != 0 {
			s.pointer(o, a, w, arrival{p: o.elem, how: enterElem})
		}
	case leadText:
		addr, n, ok := pairAt(a)
		if !ok {
			s.changed++
		} else if n != 0 && n <= maxReachSize {
			if s.met(o.id, o, a); s.leads(addr, n) {
				s.found(o, a, true)
			}
		}
	case leadSlice:
		s.slice(o, a)
	case leadInterface:
		s.content(o, a)
	case leadMap:
		if w := peek.Word(a); w != 0 {
			s.mapAt(o, a, w, arrival{m: o.of})
		}
	case leadFunc:
		if peek.Word(a) != 0 {
			s.to.Left(LeftFunc)
		}
	case leadUnsafe:
		if w := peek.Word(a); w != 0 {
			if s.to.Left(LeftUnsafe); s.leads(w, 1) {
				s.found(o, a, false)
			}
		}
	case leadOther:
		s.other(o, a)
	}
}

// other leaves a place to the caller. What waits in a channel is left if it can lead anywhere.
func (s *Search) other(o *leadOp, a uintptr) {
	if o.typ.Kind() == reflect.Chan && !Leads(o.typ.Elem()) {
		if w := peek.Word(a); w != 0 {
			if s.met(o.id, o, a); s.leads(w, chanSearched) {
				s.found(o, a, false)
			}
		}
		return
	}
	if !o.word || peek.Word(a) != 0 {
		s.ask(-1, o, a)
	}
}

func (s *Search) pointer(o *leadOp, a, w uintptr, to arrival) {
	if s.met(to.p.id, o, a); s.leads(w, 1) {
		s.found(o, a, false)
	}
	s.follow(leg{addr: w, n: 1, at: a}, to, &to.p.arrivals[0])
}

func (s *Search) slice(o *leadOp, a uintptr) {
	addr, n, most, ok := tripleAt(a)
	size := o.elem.size
	switch {
	case !ok:
		s.changed++
		return
	case addr == 0:
		return
	case n > most || most > math.MaxInt || size > 0 && most > maxReachSize/size:
		s.to.Left(LeftUnread)
		return
	}
	if n*size > 0 {
		s.met(o.id, o, a)
	}
	if s.leads(addr, most*size) {
		s.found(o, a, o.bytes)
	}
	if n > 0 && size > 0 {
		s.follow(leg{addr: addr, n: n, at: a}, arrival{p: o.elem, how: enterIndex}, &o.elem.arrivals[1])
	}
}

func (s *Search) content(o *leadOp, a uintptr) {
	word, data, ok := interfaceAt(a)
	if !ok {
		s.changed++
	}
	if word == 0 {
		return
	}
	c := s.contentOf(o, a, word)
	if c == nil {
		s.ask(-1, o, a)
		return
	}
	switch {
	case data == 0:
	case !c.direct:
		if s.met(c.plan.id, o, a); s.leads(data, c.plan.size) {
			s.found(o, a, false)
		}
		s.follow(leg{addr: data, n: 1, at: a}, arrival{p: c.plan, how: enterElem}, &c.plan.arrivals[0])
	case c.plan != nil:
		to := arrival{p: c.plan, box: c.typ, how: enterElem}
		if s.met(c.plan.id, o, a); s.leads(data, 1) {
			s.found(o, a, false)
		}
		s.follow(leg{addr: data, n: 1, at: a}, to, nil)
	case c.of != nil:
		s.mapAt(o, a, data, arrival{m: c.of, box: c.typ})
	case c.kind == reflect.Func:
		s.to.Left(LeftFunc)
	case c.kind == reflect.UnsafePointer:
		if s.to.Left(LeftUnsafe); s.leads(data, 1) {
			s.found(o, a, false)
		}
	case c.kind != reflect.Invalid:
		s.ask(-1, o, a)
	}
}

func (s *Search) mapAt(o *leadOp, a, head uintptr, to arrival) {
	if s.met(to.m.id, o, a); s.leads(head, searchedHeader) {
		s.found(o, a, false)
	}
	if !to.m.walk {
		return
	}
	var known *uint32
	if to.box == nil {
		known = &to.m.arrival
	}
	s.follow(leg{addr: head, n: 1, at: a}, to, known)
}
