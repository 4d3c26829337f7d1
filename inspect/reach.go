package inspect

import (
	"math"
	"reflect"
	"strings"
	"time"

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
	rules ReachRules
	to    ReachSink
	plans map[planKey]*plan
	types []*plan // one for each type, by its id
	ids   map[reflect.Type]int

	stack   []frame
	waiting []frame // for room on the stack
	kept    int     // frames in waiting that the sink was told of
	held    bool    // parts that take longer are left to Other, as a guard is held
	work    int     // done under this Try, in steps
	reads   int
	asked   []Found
	text    []byte
	err     error

	changed int // headers that were replaced while what they lead to was read
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
)

// Found is a place that was asked for, or one that a Reach leaves to its caller.
type Found struct {
	ID    int // of the type of a piece that Met wanted; -1 if the place is to be walked by the caller
	Steps []ReachStep
	// Of a place with too many steps: where it lies, and the state that rules gave it.
	Lost  Value
	State uint32
}

// ReachStep is a step of the way to a place.
type ReachStep struct {
	Kind  ReachStepKind
	Index int   // of a field or an element
	Value Value // where it leads; not of a field
	Key   Value // of an entry
}

// ReachStepKind is what a step leads through.
type ReachStepKind uint8

const (
	ElemStep ReachStepKind = iota
	FieldStep
	IndexStep
	EntryStep
	KeyStep
)

type planKey struct {
	typ           reflect.Type
	state         uint32
	shown, inside bool
}

// A plan says where in values of a type the words lie that lead further.
type plan struct {
	planKey
	size uintptr
	id   int
	made bool
	ops  []leadOp
}

type leadKind uint8

const (
	leadPointer leadKind = iota
	leadSlice
	leadText
	leadInterface
	leadMap
	leadFunc
	leadUnsafe
	leadArray
	leadOther
)

type leadOp struct {
	kind  leadKind
	bytes bool // of a slice: it may be a text
	word  bool // of leadOther: a nil word leads nowhere
	off   uintptr
	typ   reflect.Type
	id    int // of typ
	state uint32
	route []hop
	elem  *plan
	n     uintptr
	of    *mapPlan
	holds map[uintptr]*content // of an interface: by its first word
}

// hop is a step within a value.
type hop struct {
	field bool
	index int
	off   uintptr
	typ   reflect.Type
}

type mapPlan struct {
	typ        reflect.Type
	state      uint32
	id         int
	layout     *peek.MapType
	key, elem  *plan
	named      bool // by texts
	walk       bool
	entryBytes uintptr
}

// content is what an interface holds.
type content struct {
	typ    reflect.Type
	direct bool
	plan   *plan // of a direct pointer what it points at
	of     *mapPlan
	kind   reflect.Kind
}

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

// A frame is a run of values, or of the tables or slots of a map.
type frame struct {
	p    *plan
	m    *mapPlan     // of tables and slots
	box  reflect.Type // an interface of this type led here by its own word
	addr uintptr
	n, i uintptr
	op   int
	how  entering
	dir  bool // of tables
	over *covering
}

// covering covers a large piece of memory, a part at a time.
type covering struct {
	id           int
	o            *leadOp
	step         *frame // the step there, nil if that is o alone
	addr, n      uintptr
	beyond, done uintptr
	fresh        int
	next         frame // walks what lies there; nothing does if it has no values
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
	return &Reach{rules: rules, to: to, plans: map[planKey]*plan{}, ids: map[reflect.Type]int{}}
}

// Type returns the type with that id.
func (r *Reach) Type(id int) reflect.Type { return r.types[id].typ }

// Changed is how many headers were replaced while what they lead to was read.
func (r *Reach) Changed() int { return r.changed }

// Depth is how deep the stack is. Begin adds to it, and a walk is over once it is what it was.
func (r *Reach) Depth() int { return len(r.stack) }

// Begin begins to walk what lies in v, of that state. ok is false if v cannot be walked in this way.
func (r *Reach) Begin(v Value, state uint32) (ok bool) {
	addr := v.Addr()
	if addr == 0 || !v.ref.Here() || v.how&(word|bare|lent) != 0 || peek.Uncaught() || here.memory.MapsUnknown() != nil {
		return false
	}
	p := r.planOf(v.typ, state, true, true)
	r.make(p)
	if len(p.ops) == 1 && p.ops[0].kind == leadOther && p.ops[0].off == 0 && p.ops[0].route == nil {
		return false // nobody would get anywhere
	}
	r.stack = append(r.stack, frame{p: p, addr: addr, n: 1})
	return true
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
	if f.op == len(f.p.ops) {
		f.i, f.op = f.i+1, 0
	}
	if f.i >= f.n {
		r.pop()
		return
	}
	if f.op == 0 {
		r.reads++
	}
	o := &f.p.ops[f.op]
	f.op++
	r.do(o, f.addr+f.i*f.p.size+o.off)
}

// table goes on to the next table of a map.
func (r *Reach) table(f *frame) {
	if f.i >= f.n {
		r.pop()
		return
	}
	f.i++
	if groups, n := f.m.layout.Table(here.memory, f.addr, int(f.i-1)); n > 0 {
		r.push(frame{m: f.m, addr: groups, n: uintptr(n) * peek.GroupSlots, how: enterTable})
	}
}

// slot goes on to the key or the elem of a slot of a map.
func (r *Reach) slot(f *frame) {
	if f.i >= f.n {
		r.pop()
		return
	}
	m, i := f.m, f.i
	first := f.op == 0
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
		r.reads++
		if len(m.key.ops) > 0 {
			r.push(frame{p: m.key, addr: key, n: 1, how: enterKey})
		}
	default:
		p := r.entryOf(m, key)
		if p == nil {
			return
		}
		if r.make(p); len(p.ops) > 0 {
			r.push(frame{p: p, addr: elem, n: 1, how: enterEntry})
		}
	}
}

// entryOf returns the plan of the elem beside a key, nil if it is not shown.
func (r *Reach) entryOf(m *mapPlan, key uintptr) *plan {
	if !m.named {
		return m.elem
	}
	at, n := peek.Word(key), peek.Word(key+peek.WordSize)
	if n > MaxKey {
		return nil // it can neither be looked up nor named
	}
	r.text = grown(r.text, int(n))
	peek.CopyBytes(r.text, at)
	if !r.rules.SuspectKey(r.text) {
		return m.elem
	}
	state, shown := r.rules.Entry(m.state, m.typ.Elem(), r.text)
	if !shown {
		return nil
	}
	return r.planOf(m.typ.Elem(), state, true, false)
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
			r.object(w, frame{p: o.elem, how: enterElem}, o)
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
		r.push(frame{p: o.elem, addr: a, n: o.n, how: enterIndex})
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

// object walks the object at addr, to which the step f leads.
func (r *Reach) object(addr uintptr, f frame, o *leadOp) {
	r.make(f.p)
	_ = peek.Word(addr &^ (peek.WordSize - 1)) // it has to be there
	f.addr, f.n = addr, 1
	if f.p.size > maxReachBlock {
		step := f
		r.stack = append(r.stack, frame{over: &covering{id: f.p.id, o: o, step: &step, addr: addr, n: f.p.size, next: f}})
		return
	}
	fresh, err := r.to.Cover(addr, f.p.size)
	if r.err = err; fresh == 0 || err != nil {
		return
	}
	if r.to.Met(f.p.id, fresh) {
		r.stack = append(r.stack, f)
		r.ask(f.p.id, nil)
		r.pop()
	}
	if len(f.p.ops) > 0 {
		r.push(f)
	}
}

// block covers a piece of n bytes, and walks what lies there, as next says, unless all of it is
// covered already. There are more bytes beyond its end.
func (r *Reach) block(o *leadOp, n, beyond uintptr, next frame) {
	if n > maxReachBlock {
		r.stack = append(r.stack, frame{over: &covering{id: o.id, o: o, addr: next.addr, n: n, beyond: beyond, next: next}})
		return
	}
	fresh, err := r.to.Cover(next.addr, n)
	if err == nil && beyond > 0 {
		err = r.to.Beyond(next.addr+n, beyond)
	}
	if r.err = err; fresh == 0 || err != nil {
		return
	}
	if id := o.id; r.to.Met(id, fresh) {
		r.ask(id, o)
	}
	if next.n > 0 && len(next.p.ops) > 0 {
		r.push(next)
	}
}

// cover covers the next part of a large piece, which lies on top of the stack.
func (r *Reach) cover(c *covering) {
	n := min(c.n-c.done, maxReachBlock)
	_ = peek.Word((c.addr + c.done + n - 1) &^ (peek.WordSize - 1)) // it has to be there
	fresh, err := r.to.Cover(c.addr+c.done, n)
	c.done += n
	if c.fresh, r.err = c.fresh+fresh, err; err == nil && c.done == c.n {
		r.pop()
		r.covered(c)
	}
}

// covered goes on to what lies in a piece that is covered.
func (r *Reach) covered(c *covering) {
	if c.beyond > 0 {
		r.err = r.to.Beyond(c.addr+c.n, c.beyond)
	}
	if c.fresh == 0 || r.err != nil {
		return
	}
	r.met(c.id, c.fresh, c.o, c.step)
	if c.next.n > 0 && len(c.next.p.ops) > 0 {
		r.push(c.next)
	}
}

// secret reports whether the n bytes at addr are a text that must not be told.
func (r *Reach) secret(addr, n uintptr) bool {
	r.text = grown(r.text, int(min(n, searchedText)))
	r.work += len(r.text) / maxReachText
	peek.CopyBytes(r.text, addr)
	return r.rules.SecretText(r.text)
}

// isCovered reports whether all of that memory was met before.
func (r *Reach) isCovered(addr, n uintptr) bool {
	if !r.to.Covered(addr, n) {
		return false
	}
	r.work += int(n / maxReachBlock)
	return true
}

// maxReachSize bounds what a header is believed, in bytes.
const maxReachSize = min(1<<40, math.MaxInt)

func (r *Reach) string(o *leadOp, a uintptr) {
	addr, n := peek.Word(a), peek.Word(a+peek.WordSize)
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
	if peek.Word(a) != addr || peek.Word(a+peek.WordSize) != n {
		r.changed++
		return
	}
	r.block(o, n, 0, frame{addr: addr})
}

func (r *Reach) slice(o *leadOp, a uintptr) {
	addr, n, most := peek.Word(a), peek.Word(a+peek.WordSize), peek.Word(a+2*peek.WordSize)
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
	if peek.Word(a) != addr || peek.Word(a+peek.WordSize) != n || peek.Word(a+2*peek.WordSize) != most {
		r.changed++
		return
	}
	r.make(o.elem)
	r.block(o, n*size, (most-n)*size, frame{p: o.elem, addr: addr, n: n, how: enterIndex})
}

// content walks what an interface holds.
func (r *Reach) content(o *leadOp, a uintptr) {
	word, data := peek.Word(a), peek.Word(a+peek.WordSize)
	if word == 0 {
		return
	}
	if peek.Word(a) != word {
		r.changed++
		return
	}
	c := o.holds[word]
	if c == nil {
		if c = r.contentOf(o, a, word); c == nil {
			r.ask(-1, o)
			return
		}
		if o.holds == nil {
			o.holds = map[uintptr]*content{}
		}
		o.holds[word] = c
	}
	switch {
	case !c.direct:
		if data != 0 {
			r.object(data, frame{p: c.plan, how: enterElem}, o)
		}
	case data == 0:
	case c.plan != nil:
		r.object(data, frame{p: c.plan, how: enterElem, box: c.typ}, o)
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

// contentOf finds out what the interface at a holds, whose first word is known; nil if that is not to
// be believed. The words of types and tables of the binary stay what they are.
func (r *Reach) contentOf(o *leadOp, a, word uintptr) *content {
	d, err := here.memory.At(a).Interface(o.typ, false)
	if err != nil || d.Type == nil || peek.Word(a) != word {
		return nil
	}
	t := d.Type
	c := &content{typ: t, direct: here.direct(t)}
	state, shown := r.rules.Elem(o.state, t)
	if !c.direct {
		c.plan = r.planOf(t, state, shown, false)
		return c
	}
	if !shown || !Leads(t) {
		return c
	}
	switch c.kind = t.Kind(); c.kind {
	case reflect.Pointer:
		state, shown = r.rules.Elem(state, t.Elem())
		c.plan = r.planOf(t.Elem(), state, shown, false)
	case reflect.Map:
		c.of = r.mapOf(t, state)
	}
	return c
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
	f := frame{m: m, box: box, addr: dir, n: uintptr(tables), how: enterTable, dir: true}
	if box != nil {
		r.met(m.id, used*int(m.entryBytes), o, &f)
	} else {
		r.met(m.id, used*int(m.entryBytes), o, nil)
	}
	if err != nil || !m.walk || dir == 0 {
		return
	}
	if tables == 0 {
		f.dir, f.n = false, peek.GroupSlots
	}
	r.push(f)
}

// reachMapHeader is the memory that stands for a map in what is covered.
const reachMapHeader = 48

// ask adds a place to those that the caller sees to: that of o in the value of the last frame, or if
// o is nil that which the last frame leads to.
func (r *Reach) ask(id int, o *leadOp) {
	found := Found{ID: id}
	if len(r.stack) > maxReachWay {
		// Nobody types such a path.
		f := &r.stack[len(r.stack)-1]
		if id >= 0 || o == nil || f.p == nil {
			return
		}
		found.Lost, found.State = placed(o.typ, f.addr+f.i*f.p.size+o.off), o.state
		r.asked = append(r.asked, found)
		return
	}
	for i := range r.stack {
		f := &r.stack[i]
		last := i == len(r.stack)-1
		if f.how == enterLost {
			found.Steps, found.Lost = nil, Value{}
			if f.p != nil {
				found.Lost, found.State = placed(f.p.typ, f.addr), f.p.state
			}
		} else if f.over == nil && f.how != enterStart {
			found.Steps = r.enter(found.Steps, f, i)
		}
		if f.p == nil {
			continue // of a map, or of what is being covered
		}
		via := o
		if !last {
			if via = nil; f.op > 0 {
				via = &f.p.ops[f.op-1]
			}
			if next := r.stack[i+1].how; next == enterStart {
				// Another walk began here.
				found.Steps, found.Lost, via = nil, Value{}, nil
			}
		}
		if via == nil {
			continue
		}
		base := f.addr + f.i*f.p.size
		for _, h := range via.route {
			if h.field {
				found.Steps = append(found.Steps, ReachStep{Kind: FieldStep, Index: h.index})
			} else {
				found.Steps = append(found.Steps, ReachStep{Kind: IndexStep, Index: h.index, Value: placed(h.typ, base+h.off)})
			}
		}
	}
	r.asked = append(r.asked, found)
}

// enter appends the step by which f was entered, the frame with that number.
func (r *Reach) enter(steps []ReachStep, f *frame, i int) []ReachStep {
	if f.box != nil {
		in := Value{typ: f.box, ref: here.memory.At(f.addr), mark: Racy, how: fixed | word}
		if f.m != nil {
			return append(steps, ReachStep{Kind: ElemStep, Value: in})
		}
		steps = append(steps, ReachStep{Kind: ElemStep, Value: in})
	}
	switch f.how {
	case enterElem:
		steps = append(steps, ReachStep{Kind: ElemStep, Value: placed(f.p.typ, f.addr)})
	case enterIndex:
		steps = append(steps, ReachStep{Kind: IndexStep, Index: int(f.i), Value: placed(f.p.typ, f.addr+f.i*f.p.size)})
	case enterKey:
		steps = append(steps, ReachStep{Kind: KeyStep, Value: placed(f.p.typ, f.addr)})
	case enterEntry:
		up := &r.stack[i-1]
		step := ReachStep{Kind: EntryStep, Value: placed(f.p.typ, f.addr)}
		if at := up.i - 1; up.m != nil { // its slot has been counted already
			if key, _, ok := up.m.layout.Slot(up.addr, at); ok {
				step.Key = placed(up.m.typ.Key(), key)
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// placed is the value of type t at a bare address.
func placed(t reflect.Type, addr uintptr) Value {
	return Value{typ: t, ref: here.memory.At(addr), mark: Racy}
}

func (r *Reach) idOf(t reflect.Type) int {
	if id, ok := r.ids[t]; ok {
		return id
	}
	p := &plan{planKey: planKey{typ: t}, id: len(r.types)}
	r.types = append(r.types, p)
	r.ids[t] = p.id
	return p.id
}

func (r *Reach) planOf(t reflect.Type, state uint32, shown, inside bool) *plan {
	k := planKey{t, state, shown, inside}
	p := r.plans[k]
	if p == nil {
		p = &plan{planKey: k, size: t.Size(), id: r.idOf(t)}
		p.made = !shown
		r.plans[k] = p
	}
	return p
}

// make finds the ops of p. Types may be recursive, so that is done when p is first met.
func (r *Reach) make(p *plan) {
	if !p.made {
		p.made = true
		p.ops = r.ops(nil, p, p.typ, p.state, 0, nil)
	}
}

// Leads reports whether values of type t may lead to other memory that belongs to the application.
// Locations of times are shared by the whole program, and what the runtime has is its own.
func Leads(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && Leads(t.Elem())
	case reflect.Struct:
		if ofRuntime(t.PkgPath()) || t == reflect.TypeFor[time.Time]() {
			return false
		}
		for i := range t.NumField() {
			if Leads(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return shapeOf(t.Kind()) != Scalar || t.Kind() == reflect.String
}

// ofRuntime reports whether a package is of the runtime. What package sync keeps in internal/sync is
// the application's.
func ofRuntime(path string) bool {
	return path == "runtime" || strings.HasPrefix(path, "runtime/") || strings.HasPrefix(path, "internal/") && path != "internal/sync"
}

// ops appends the ops of a value of type t, off bytes into one of p.
func (r *Reach) ops(ops []leadOp, p *plan, t reflect.Type, state uint32, off uintptr, route []hop) []leadOp {
	if !Leads(t) {
		return ops
	}
	o := leadOp{off: off, typ: t, id: r.idOf(t), state: state, route: route}
	shape := ShapeOf(t)
	switch t.Kind() {
	case reflect.Pointer:
		if shape != Pointer {
			return ops
		}
		part, shown := r.rules.Elem(state, t.Elem())
		o.kind, o.elem = leadPointer, r.planOf(t.Elem(), part, shown, false)
	case reflect.Struct:
		return r.structOps(ops, p, o, shape)
	case reflect.Array:
		part, shown := r.rules.Index(state, t.Elem())
		if !shown {
			return ops
		}
		if t.Len() <= maxFlat && len(ops) < maxFlatOps {
			for i := range t.Len() {
				at := off + uintptr(i)*t.Elem().Size()
				way := append(route[:len(route):len(route)], hop{index: i, off: at, typ: t.Elem()})
				ops = r.ops(ops, p, t.Elem(), part, at, way)
			}
			return ops
		}
		if p.inside && t.Elem().Kind() == reflect.Struct && r.rules.Apart(t.Elem()) {
			o.kind = leadOther
			break
		}
		o.kind, o.n, o.elem = leadArray, uintptr(t.Len()), r.planOf(t.Elem(), part, true, p.inside)
		if r.make(o.elem); len(o.elem.ops) == 0 {
			return ops
		}
	case reflect.Slice:
		if shape != List {
			return ops
		}
		part, shown := r.rules.Index(state, t.Elem())
		o.kind, o.elem, o.bytes = leadSlice, r.planOf(t.Elem(), part, shown, false), t.Elem().Kind() == reflect.Uint8
	case reflect.String:
		o.kind = leadText
	case reflect.Interface:
		o.kind = leadInterface
	case reflect.Map:
		if o.kind, o.of = leadMap, r.mapOf(t, state); o.of == nil {
			o.kind, o.word = leadOther, true
		}
	case reflect.Func:
		o.kind = leadFunc
	case reflect.UnsafePointer:
		o.kind = leadUnsafe
	default:
		o.kind, o.word = leadOther, true
	}
	return append(ops, o)
}

func (r *Reach) structOps(ops []leadOp, p *plan, o leadOp, shape Shape) []leadOp {
	l := here.lensOf(o.typ)
	switch {
	case p.inside && o.route != nil && r.rules.Apart(o.typ):
		o.kind = leadOther
		return append(ops, o)
	case shape == Pointer && l.field >= 0 && l.typ != nil:
		part, shown := r.rules.Elem(o.state, l.typ.Elem())
		o.kind, o.elem = leadPointer, r.planOf(l.typ.Elem(), part, shown, false)
		o.off += o.typ.Field(l.field).Offset
		return append(ops, o)
	case shape != Struct && shape != List:
		o.kind = leadOther
		return append(ops, o)
	}
	for i, f := range Fields(o.typ) {
		part, shown := r.rules.Field(o.state, o.typ, i)
		if !shown {
			continue
		}
		way := append(o.route[:len(o.route):len(o.route)], hop{field: true, index: i})
		ops = r.ops(ops, p, f.Type, part, o.off+f.offset, way)
	}
	return ops
}

// mapOf returns the plan of maps of type t, nil if they are left to the caller.
func (r *Reach) mapOf(t reflect.Type, state uint32) *mapPlan {
	if t.Key().Kind() == reflect.Interface {
		return nil // its content decides what of the entry is shown
	}
	layout, err := here.memory.Maps(t)
	if err != nil {
		return nil
	}
	m := &mapPlan{typ: t, state: state, layout: layout, id: r.idOf(t), entryBytes: t.Key().Size() + t.Elem().Size() + 1}
	part, shown := r.rules.Key(state, t.Key())
	m.key = r.planOf(t.Key(), part, shown, false)
	r.make(m.key)
	part, shown = r.rules.Entry(state, t.Elem(), nil)
	m.elem = r.planOf(t.Elem(), part, shown, false)
	m.named = t.Key().Kind() == reflect.String && Leads(t.Elem())
	m.walk = Leads(t.Key()) || Leads(t.Elem())
	return m
}
