package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// SearchRecord is about what a Search remembers of an object that leads further, in bytes.
const SearchRecord = int(3*peek.WordSize + 16)

// A leg is a step from a word to what it leads to: n values or, of a map, its header.
type leg struct {
	addr, n uintptr
	at      uintptr // the word
	arrival uint32
	table   uint32 // of a map in which the word lies: which of its tables has it, counted from 1; 0 if it has none
}

type searchRecord struct {
	leg
	up   uint32 // which record the word lies in, counted from 1; 0 if none
	base uint32 // where the walk began
}

// arrival is what a leg leads to, and how.
type arrival struct {
	p   *plan
	m   *mapPlan
	box reflect.Type // an interface of this type led here by its own word
	how entering
}

type largeKey struct {
	addr, n uintptr
	p       *plan
}

func (s *Search) record(i int) *searchRecord { return &s.records[i/searchChunk][i%searchChunk] }

// follow has what l leads to walked, unless that was done before. The number of the arrival is kept in
// known, if that is not nil.
func (s *Search) follow(l leg, to arrival, known *uint32) {
	if to.p != nil {
		if s.make(to.p); len(to.p.ops) == 0 {
			return
		}
	}
	if known == nil {
		n := s.known[to]
		known = &n
	}
	if *known == 0 {
		*known = uint32(len(s.arrivals))
		s.arrivals, s.known[to] = append(s.arrivals, to), *known
		switch {
		case l.at == 0:
		case to.m != nil:
			s.to.Enter(to.m.typ)
		default:
			s.to.Enter(to.p.typ)
		}
	}
	l.arrival = *known
	r := searchRecord{leg: l, base: uint32(s.bases)}
	if l.at != 0 {
		r.table = s.tableOf(len(s.stack) - 1)
		r.up, r.base = uint32(s.begun), s.record(s.begun-1).base
	}
	bare := l.at != 0 && len(s.stack) > 0 && s.stack[len(s.stack)-1].bare
	if bare && s.wanted != nil {
		return
	}
	if bare && !s.deep {
		// Another way there may have a name.
		if len(s.nameless) < cap(s.nameless) || s.to.Room(cap(s.nameless)*SearchRecord+searchChunk) {
			s.nameless = append(s.nameless, r)
			return
		}
	}
	s.add(r)
}

// name adds what no way with a name led to.
func (s *Search) name() {
	last := len(s.nameless) - 1
	r := s.nameless[last]
	s.nameless = s.nameless[:last]
	s.add(r)
}

// add adds a record, unless what it leads to was met before and no walk begins there.
func (s *Search) add(r searchRecord) {
	var holes []Span
	state, size := uint32(0), uintptr(searchedHeader)
	a := s.arrivals[r.arrival]
	if a.m != nil {
		state = a.m.state
	} else {
		state, size = a.p.state, a.p.size*r.n
	}
	if size <= maxReachBlock {
		fresh, missed, err := s.to.Cover(state, r.addr, size)
		if s.failed = err; fresh == 0 && r.at != 0 || err != nil {
			return
		}
		if r.at != 0 {
			holes = missed
		}
	} else {
		k := largeKey{r.addr, r.n, a.p}
		if s.large[k] && r.at != 0 {
			return
		}
		if s.failed = s.to.Keep(64); s.failed != nil {
			return
		}
		s.large[k] = true
	}
	below := r.at != 0 && len(s.stack) > 0 // where a walk begins is remembered in any case
	if s.added == len(s.records)*searchChunk && (!s.deep || !below) {
		switch {
		case !s.deep && s.to.Room(searchChunk*SearchRecord):
			s.records = append(s.records, make([]searchRecord, searchChunk))
		case below:
			s.deep = true
		default:
			if s.failed = s.to.Keep(searchChunk * SearchRecord); s.failed != nil {
				return
			}
			s.records = append(s.records, make([]searchRecord, searchChunk))
		}
	}
	if s.deep && below {
		if len(s.stack) >= maxReachStack {
			s.to.Left(LeftDeep)
			return
		}
		s.enter(r.leg, holes)
		return
	}
	if holes != nil {
		if s.failed = s.to.Keep(64 + 16*len(holes)); s.failed != nil {
			return
		}
		s.holes[s.added] = holes
	}
	*s.record(s.added) = r
	s.added++
}
