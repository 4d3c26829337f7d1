package inspect

import (
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// A Search walks what objects lead to, nearest first and by single loads from bare addresses as a
// [Reach] does, and finds the places that lead to some memory: pointers, lists, interfaces, maps,
// channels and texts. Of each object that leads further it keeps a record of [SearchRecord] bytes, by
// which it knows the way there. Once there is no room for more it goes on depth first, which takes
// none.
//
// It must not be copied, and is for one goroutine.
type Search struct {
	planner
	to   SearchSink
	span Span

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
	// Found counts a place that leads there, and reports whether the way to it is wanted.
	Found() bool
	// Far counts a place that leads there with a way of so many steps that it is not told.
	Far()
	// Left counts what is not followed.
	Left(what Left)
	// Enter is told of each type of what is walked, at least once, but not of where a walk begins. Of a
	// list that is the type of its elements.
	Enter(t reflect.Type)
}

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

// Changed is how many headers were replaced while what they lead to was read, or since.
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

func (s *Search) record(i int) *searchRecord { return &s.records[i/searchChunk][i%searchChunk] }

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
		addr, n := peek.Word(a), peek.Word(a+peek.WordSize)
		switch {
		case n == 0 || n > maxReachSize || !s.leads(addr, n):
		case peek.Word(a) != addr || peek.Word(a+peek.WordSize) != n:
			s.changed++
		default:
			s.found(o, a, true)
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
		if w := peek.Word(a); w != 0 && s.leads(w, chanSearched) {
			s.found(o, a, false)
		}
		return
	}
	if !o.word || peek.Word(a) != 0 {
		s.ask(-1, o, a)
	}
}

func (s *Search) pointer(o *leadOp, a, w uintptr, to arrival) {
	if s.leads(w, 1) {
		s.found(o, a, false)
	}
	s.follow(leg{addr: w, n: 1, at: a}, to, &to.p.arrivals[0])
}

func (s *Search) slice(o *leadOp, a uintptr) {
	addr, n, most := peek.Word(a), peek.Word(a+peek.WordSize), peek.Word(a+2*peek.WordSize)
	size := o.elem.size
	switch {
	case addr == 0:
		return
	case n > most || most > math.MaxInt || size > 0 && most > maxReachSize/size:
		s.to.Left(LeftUnread)
		return
	case peek.Word(a) != addr || peek.Word(a+peek.WordSize) != n || peek.Word(a+2*peek.WordSize) != most:
		s.changed++
		return
	}
	if s.leads(addr, most*size) {
		s.found(o, a, o.bytes)
	}
	if n > 0 && size > 0 {
		s.follow(leg{addr: addr, n: n, at: a}, arrival{p: o.elem, how: enterIndex}, &o.elem.arrivals[1])
	}
}

func (s *Search) content(o *leadOp, a uintptr) {
	word, data := peek.Word(a), peek.Word(a+peek.WordSize)
	if word == 0 {
		return
	}
	if peek.Word(a) != word {
		s.changed++
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
		if s.leads(data, c.plan.size) {
			s.found(o, a, false)
		}
		s.follow(leg{addr: data, n: 1, at: a}, arrival{p: c.plan, how: enterElem}, &c.plan.arrivals[0])
	case c.plan != nil:
		to := arrival{p: c.plan, box: c.typ, how: enterElem}
		if s.leads(data, 1) {
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
	if s.leads(head, searchedHeader) {
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
	if n := len(s.stack); n > 0 && l.at != 0 && s.stack[n-1].bare && !s.deep {
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
