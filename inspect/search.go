package inspect

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// A Search walks what objects lead to, nearest first and by single loads from bare addresses as a
// [Reach] does, and finds the places that lead to some memory, or to memory of some types: pointers,
// lists, interfaces, maps, channels and texts. Of each object that leads further it keeps a record of
// [SearchRecord] bytes, by which it knows the way there. Once there is no room for more it goes on depth
// first, which takes none.
//
// It must not be copied, and is for one goroutine.
type Search struct {
	planner
	to   SearchSink
	span Span

	wanted  []bool // types, by their id
	wanting int    // how many are

	bases    int
	arrivals []arrival
	known    map[arrival]uint32
	records  [][]searchRecord
	added    int            // records
	begun    int            // records that are walked, or were
	holes    map[int][]Span // of records of which a part was met before
	large    map[largeKey]bool
	nameless []searchRecord // to be added once nothing else is left: no key of theirs can be typed
	deep     bool           // there is no room for records
	dropped  map[int]bool   // bases

	stack  []searchFrame
	asked  []Found
	reads  int
	passed int // slots of maps, to know the way through them
	failed error

	changed int
}

// SearchSink is told what a Search finds. No method may be slow: a guard may be held.
type SearchSink interface {
	// Cover notes that memory was met with that state, and returns how many bytes of it are new. If
	// that is neither none nor all, holes are those.
	Cover(state uint32, addr, n uintptr) (fresh int, holes []Span, err error)
	// Room is called before n bytes of records are kept, and reports whether there is room.
	Room(n int) bool
	// Keep is called before n bytes of other kinds are kept.
	Keep(n int) error
	// Found counts a place that leads there, by its address, and reports whether the way to it is wanted.
	Found(at uintptr) bool
	// Far counts a place that leads there with a way of so many steps that it is not told.
	Far()
	// Left counts what is not followed.
	Left(what Left)
	// Enter is told of each type of what is walked, at least once, but not of where a walk begins. Of a
	// list that is the type of its elements.
	Enter(t reflect.Type)
}

const (
	searchChunk    = 1 << 12 // records
	searchBatch    = 64      // steps under one Try
	maxOrdinal     = 1 << 16 // entries of a map of which it is told which a key is
	maxPassed      = 1 << 12 // slots that are passed under one Try, about
	chanSearched   = 96
	searchedHeader = reachMapHeader
)

// NewSearch returns a Search for what leads to a part of span.
func NewSearch(rules ReachRules, to SearchSink, span Span) *Search {
	return &Search{
		planner: newPlanner(rules), to: to, span: span, arrivals: make([]arrival, 1),
		known: map[arrival]uint32{}, holes: map[int][]Span{}, large: map[largeKey]bool{},
	}
}

// Want has s find a place that leads to memory of type t: what a pointer points at, or the memory of a
// list, a map, a channel or a text of that type. Once a place was found no further one is, until t is
// wanted again. Where the nearest one has too long a way to be told none is found, nor below keys that
// cannot be typed: a Search that wants types leaves that out.
func (s *Search) Want(t reflect.Type) {
	id := s.idOf(t)
	for len(s.wanted) <= id {
		s.wanted = append(s.wanted, false)
	}
	if !s.wanted[id] {
		s.wanted[id] = true
		s.wanting++
	}
}

// Wanting is how many types are wanted and were not found.
func (s *Search) Wanting() int { return s.wanting }

// Changed is how many headers kept changing while they were read.
func (s *Search) Changed() int { return s.changed }

// Begin has s walk what lies in v, of that state, once it has walked what it was told of before, also
// where it was met: of a part that was left to the caller nothing else was walked. ok is false if v
// cannot be walked in this way, and added is if nothing in it leads further. What is found below v has
// the number of how many were added before it.
func (s *Search) Begin(v Value, state uint32) (added, ok bool, err error) {
	p, ok := s.begin(v, state)
	if !ok || len(p.ops) == 0 {
		return false, ok, nil
	}
	fault := peek.Try(func() {
		fresh := s.added
		s.follow(leg{addr: v.Addr(), n: 1}, arrival{p: p}, nil)
		added = s.added > fresh
	})
	if fault != nil {
		s.to.Left(LeftUnread)
	}
	if added {
		s.bases++
	}
	err, s.failed = s.failed, nil
	return added, true, err
}

// Next returns the base of what is walked next; ok is false if nothing is left.
func (s *Search) Next() (base int, ok bool) {
	if len(s.stack) > 0 {
		return int(s.record(s.begun - 1).base), true
	}
	for ; s.begun < s.added; s.begun++ {
		if base = int(s.record(s.begun).base); !s.dropped[base] {
			return base, true
		}
	}
	for len(s.nameless) > 0 {
		last := len(s.nameless) - 1
		if base = int(s.nameless[last].base); !s.dropped[base] {
			return base, true
		}
		s.nameless = s.nameless[:last]
	}
	return 0, false
}

// Drop gives up what lies below the base that is walked.
func (s *Search) Drop() {
	base, ok := s.Next()
	if !ok {
		return
	}
	if s.stack = s.stack[:0]; s.dropped == nil {
		s.dropped = map[int]bool{}
	}
	s.dropped[base] = true
}

// Step goes on for a while, and returns how many values it has read. It ends where another base is
// next. Places that are Found are for the caller to see to before it calls Step again.
func (s *Search) Step() (reads int, found []Found, err error) {
	s.reads, s.passed, s.asked = 0, 0, nil
	base, ok := s.Next()
	if ok && peek.Try(func() { s.run(base) }) != nil {
		s.to.Left(LeftUnread)
		s.skip()
	}
	err, s.failed = s.failed, nil
	return s.reads, s.asked, err
}

// skip gives up what could not be read: all that lies in one piece of memory.
func (s *Search) skip() {
	if len(s.stack) == 0 {
		return
	}
	f := &s.stack[len(s.stack)-1]
	if root := &s.stack[f.leg]; root.m != nil {
		if f.m == nil {
			s.pop() // a key or an elem
		}
		return
	}
	s.stack = s.stack[:f.leg]
}

func (s *Search) run(base int) {
	for range searchBatch {
		if len(s.asked) >= maxReachFound || s.passed > maxPassed || s.failed != nil {
			return
		}
		if len(s.stack) == 0 {
			if next, ok := s.Next(); !ok || next != base {
				return
			}
			if s.begun == s.added {
				s.name()
				continue
			}
			at := s.begun
			s.begun++
			holes := s.holes[at]
			delete(s.holes, at)
			s.enter(s.record(at).leg, holes)
			continue
		}
		f := &s.stack[len(s.stack)-1]
		switch {
		case f.m == nil:
			s.value(f)
		case f.dir:
			s.table(f)
		default:
			s.slot(f)
		}
	}
}

func (s *Search) pop() { s.stack = s.stack[:len(s.stack)-1] }
