package inspect

import (
	"math"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// A Reach walks what an object leads to, depth first and by single loads from bare addresses: some
// tenths of a microsecond an object. It knows of each type where the pointers in it lie, and what of
// it may be told, and asks about neither again. It walks beside the program, without a copy of what
// it reads, so what it finds may be of several moments. It holds no pointer that it has read, so
// objects may be freed before it comes to them; what lies there by then is read as what was there.
//
// It must not be copied, and is for one goroutine.
type Reach struct {
	planner
	to ReachSink

	stack   []frame
	waiting []frame // for room on the stack
	kept    int     // frames in waiting that the sink was told of
	held    bool    // parts that take longer are left to Other, as a guard is held
	work    int     // done under this Try, in steps
	reads   int
	asked   []Found
	err     error

	changed int // headers that kept changing while they were read
}

// ReachRules say what of a value may be told, as far as types and names tell. A state is what they
// know of a value by the way to it. A part that is not shown is left out.
type ReachRules interface {
	Elem(state uint32, t reflect.Type) (part uint32, shown bool) // of what a pointer leads to, or an interface holds
	Field(state uint32, t reflect.Type, i int) (part uint32, shown bool)
	Index(state uint32, t reflect.Type) (part uint32, shown bool)
	Key(state uint32, t reflect.Type) (part uint32, shown bool)
	// Entry is asked with the bytes of the key where that is a text, nil for any other and for what
	// is the same for most keys.
	Entry(state uint32, t reflect.Type, key []byte) (part uint32, shown bool)
	// SuspectKey reports whether Entry has to be asked about a key.
	SuspectKey(key []byte) bool
	// SecretText reports whether a text must not be told, by its first bytes.
	SecretText(text []byte) bool
	// Apart reports whether a struct of type t within the object where the walk begins has to be
	// left to Other: it has a guard of its own.
	Apart(t reflect.Type) bool
}

// ReachSink is told what a Reach finds. No method may be slow: a guard may be held.
type ReachSink interface {
	// Cover notes that memory was met, and returns how many bytes of it are new.
	Cover(addr, n uintptr) (fresh int, err error)
	// Covered reports whether all of it was met before.
	Covered(addr, n uintptr) bool
	// Keep is called before n bytes are kept.
	Keep(n int) error
	// Beyond notes memory between the length and the capacity of a slice.
	Beyond(addr, n uintptr) error
	// Met counts a piece of n new bytes, of the type with that id, and reports whether the place is
	// to be Found.
	Met(id, n int) (find bool)
	// Left counts what is not followed.
	Left(what Left)
}

// Left is what a Reach does not follow.
type Left uint8

const (
	LeftFunc   Left = iota // functions, which may have captured anything
	LeftUnsafe             // unsafe pointers
	LeftUnread             // what could not be read
	LeftDeep               // what lies too deep
)

type entering uint8

const (
	enterStart entering = iota
	enterElem
	enterIndex
	enterKey
	enterEntry
	enterTable
	enterLost
)

// A frame is a run that is walked, and how the walk came to it.
type frame struct {
	run
	box  reflect.Type // an interface of this type led here by its own word
	how  entering
	over *covering
}

const (
	maxReachStack  = 1 << 16
	maxReachWay    = 512       // frames of a way that is told
	reachBatch     = 64        // steps under one Try
	maxReachFound  = 64        // places until the caller is asked
	maxFlat        = 16        // elements of an array that are laid out one by one
	maxFlatOps     = 1 << 12   // ops of a plan with which no further array is laid out so
	maxReachBlock  = 256 << 10 // bytes that are covered under a guard
	maxReachText   = 1 << 10   // bytes of a text that are searched for a secret under a guard
	searchedText   = 32 << 10  // bytes of a text that are searched
	reachFrameCost = 96
)

// NewReach returns a Reach.
func NewReach(rules ReachRules, to ReachSink) *Reach {
	return &Reach{planner: newPlanner(rules), to: to}
}

// Changed is how many headers kept changing while they were read.
func (r *Reach) Changed() int { return r.changed }

// Depth is how deep the stack is. Begin adds to it, and a walk is over once it is what it was.
func (r *Reach) Depth() int { return len(r.stack) }

// Begin begins to walk what lies in v, of that state. ok is false if v cannot be walked in this way.
func (r *Reach) Begin(v Value, state uint32) (ok bool) {
	p, ok := r.begin(v, state)
	if ok {
		r.stack = append(r.stack, frame{run: run{p: p, addr: v.Addr(), n: 1}})
	}
	return ok
}

// Abandon ends all walks but those that were there at that depth.
func (r *Reach) Abandon(depth int) {
	r.stack, r.asked = r.stack[:depth], nil
	if depth == 0 {
		r.waiting, r.kept = nil, 0
	}
}

// Step goes on for a while, with a guard held or not, and returns how many values it has read.
// Places that are Found are for the caller to see to before it calls Step again. done says that the
// walk which began at that depth is over.
func (r *Reach) Step(depth int, held bool) (reads int, found []Found, done bool, err error) {
	r.held, r.reads, r.asked = held, 0, nil
	fault := peek.Try(func() { r.run(depth) })
	if fault != nil {
		r.to.Left(LeftUnread)
		if top := len(r.stack) - 1; top >= depth && r.stack[top].over != nil {
			r.pop()
		}
	}
	err, r.err = r.err, nil
	if len(r.stack) == depth && depth == 0 && len(r.waiting) > 0 {
		last := len(r.waiting) - 1
		r.stack, r.waiting = append(r.stack, r.waiting[last]), r.waiting[:last]
	}
	return r.reads, r.asked, len(r.stack) == depth, err
}

func (r *Reach) run(depth int) {
	for r.work = 0; r.work < reachBatch; r.work++ {
		if len(r.stack) <= depth || len(r.asked) >= maxReachFound || r.err != nil {
			return
		}
		f := &r.stack[len(r.stack)-1]
		switch {
		case f.over != nil:
			r.cover(f.over)
		case f.m == nil:
			r.value(f)
		case f.dir:
			r.table(f)
		default:
			r.slot(f)
		}
	}
}

func (r *Reach) pop() { r.stack = r.stack[:len(r.stack)-1] }

// push puts f on the stack. If that is full it waits, and the way to it is lost.
func (r *Reach) push(f frame) {
	if len(r.stack) < maxReachStack {
		r.stack = append(r.stack, f)
		return
	}
	if len(r.waiting) == r.kept {
		if r.err = r.to.Keep(reachFrameCost); r.err != nil {
			return
		}
		r.kept++
	}
	f.how, f.box = enterLost, nil
	r.waiting = append(r.waiting, f)
}

// value does the next op of a value. The frame stays while what that leads to is walked: it is the
// way there.
func (r *Reach) value(f *frame) {
	o, a := f.nextOp()
	if o == nil {
		r.pop()
		return
	}
	if f.begins() {
		r.reads++
	}
	r.do(o, a)
}

// table goes on to the next table of a map.
func (r *Reach) table(f *frame) {
	if slots, ok := f.nextTable(); !ok {
		r.pop()
	} else if slots.n > 0 {
		r.push(frame{run: slots, how: enterTable})
	}
}

// slot goes on to the key or the elem of a slot of a map.
func (r *Reach) slot(f *frame) {
	m := f.m
	part, key, elem, ok := f.nextSlot()
	switch {
	case !ok:
		r.pop()
	case part == keyPart:
		r.reads++
		if len(m.key.ops) > 0 {
			r.push(frame{run: run{p: m.key, addr: key, n: 1}, how: enterKey})
		}
	case part == elemPart:
		p := r.entryOf(m, key)
		if p == nil {
			return
		}
		if r.make(p); len(p.ops) > 0 {
			r.push(frame{run: run{p: p, addr: elem, n: 1}, how: enterEntry})
		}
	}
}

func grown(b []byte, n int) []byte {
	if cap(b) < n {
		b = make([]byte, n, max(2*n, 512))
	}
	return b[:n]
}

// do follows what lies at a.
func (r *Reach) do(o *leadOp, a uintptr) {
	switch o.kind {
	case leadPointer:
		if w := peek.Word(a); w != 0 {
			r.object(w, frame{run: run{p: o.elem}, how: enterElem}, o)
		}
	case leadText:
		r.string(o, a)
	case leadSlice:
		r.slice(o, a)
	case leadInterface:
		r.content(o, a)
	case leadMap:
		if w := peek.Word(a); w != 0 {
			r.mapAt(o, o.of, w, nil)
		}
	case leadFunc:
		if peek.Word(a) != 0 {
			r.to.Left(LeftFunc)
		}
	case leadUnsafe:
		if peek.Word(a) != 0 {
			r.to.Left(LeftUnsafe)
		}
	case leadArray:
		r.make(o.elem)
		r.push(frame{run: run{p: o.elem, addr: a, n: o.n}, how: enterIndex})
	case leadOther:
		if !o.word || peek.Word(a) != 0 {
			r.ask(-1, o)
		}
	}
}

// met counts n new bytes. The way to them leads through o, and through f if there is such a step.
func (r *Reach) met(id, n int, o *leadOp, f *frame) {
	if !r.to.Met(id, n) {
		return
	}
	if f == nil {
		r.ask(id, o)
		return
	}
	r.stack = append(r.stack, *f)
	r.ask(id, nil)
	r.pop()
}

// maxReachSize bounds what a header is believed, in bytes.
const maxReachSize = min(1<<40, math.MaxInt)

func (r *Reach) string(o *leadOp, a uintptr) {
	addr, n, ok := pairAt(a)
	if !ok {
		r.changed++
	}
	if n == 0 || addr == 0 {
		return
	}
	if n > maxReachSize {
		r.to.Left(LeftUnread)
		return
	}
	if r.isCovered(addr, n) {
		return
	}
	if r.held && n > maxReachText {
		r.ask(-1, o)
		return
	}
	if r.secret(addr, n) {
		return
	}
	r.block(o, n, 0, frame{run: run{addr: addr}})
}

func (r *Reach) slice(o *leadOp, a uintptr) {
	addr, n, most, ok := tripleAt(a)
	if !ok {
		r.changed++
	}
	if addr == 0 {
		return
	}
	if n > most || most > math.MaxInt {
		r.to.Left(LeftUnread)
		return
	}
	size := o.elem.size
	if size == 0 || most > maxReachSize/size || r.isCovered(addr, most*size) {
		return
	}
	if o.bytes && r.held && n > maxReachText {
		r.ask(-1, o)
		return
	}
	if o.bytes && n > 0 && r.secret(addr, n) {
		return
	}
	r.make(o.elem)
	r.block(o, n*size, (most-n)*size, frame{run: run{p: o.elem, addr: addr, n: n}, how: enterIndex})
}

// content walks what an interface holds.
func (r *Reach) content(o *leadOp, a uintptr) {
	word, data, ok := interfaceAt(a)
	if !ok {
		r.changed++
	}
	if word == 0 {
		return
	}
	c := r.contentOf(o, a, word)
	if c == nil {
		r.ask(-1, o)
		return
	}
	switch {
	case !c.direct:
		if data != 0 {
			r.object(data, frame{run: run{p: c.plan}, how: enterElem}, o)
		}
	case data == 0:
	case c.plan != nil:
		r.object(data, frame{run: run{p: c.plan}, how: enterElem, box: c.typ}, o)
	case c.of != nil:
		r.mapAt(o, c.of, data, c.typ)
	case c.kind == reflect.Func:
		r.to.Left(LeftFunc)
	case c.kind == reflect.UnsafePointer:
		r.to.Left(LeftUnsafe)
	case c.kind != reflect.Invalid:
		r.ask(-1, o)
	}
}

// mapAt walks the map at head, which an interface of type box holds if that is not nil.
func (r *Reach) mapAt(o *leadOp, m *mapPlan, head uintptr, box reflect.Type) {
	used, dir, tables := m.layout.Head(here.memory, head)
	if used <= 0 || uintptr(used) > maxReachSize/m.entryBytes {
		return
	}
	fresh, err := r.to.Cover(head, reachMapHeader)
	if r.err = err; fresh == 0 {
		return
	}
	f := frame{run: mapRun(m, dir, tables), box: box, how: enterTable}
	if box != nil {
		r.met(m.id, used*int(m.entryBytes), o, &f)
	} else {
		r.met(m.id, used*int(m.entryBytes), o, nil)
	}
	if err != nil || !m.walk || dir == 0 {
		return
	}
	r.push(f)
}

// reachMapHeader is the memory that stands for a map in what is covered.
const reachMapHeader = 48
