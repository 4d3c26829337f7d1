package goroutine

import (
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// Reader reads the goroutines of a process. It is safe for concurrent use, and belongs to its Space.
type Reader struct {
	at      layout
	space   *peek.Space
	lists   []uintptr // where the slice of all goroutines is (runtime.allgs): one place, or see find
	text    peek.Area
	reasons []string // why a goroutine waits, by the runtime's number

	// The runtime's clock was at clock when began was now.
	began time.Time
	clock int64

	unchecked bool        // tests leave the second look out
	pause     func(i int) // tests stop in the middle of a stack, and before labels
}

// State is what a goroutine does.
type State uint32

// The states of goroutines (runtime/runtime2.go), in the runtime's own numbers.
const (
	idle      State = 0
	Runnable  State = 1
	Running   State = 2
	Syscall   State = 3
	Waiting   State = 4
	dead      State = 6
	copying   State = 8
	Preempted State = 9
	Leaked    State = 10
	deadExtra State = 11

	scanned = 0x1000 // the collector is looking at its stack
)

func (s State) String() string {
	switch s {
	case Runnable:
		return "runnable"
	case Running:
		return "running"
	case Syscall:
		return "syscall"
	case Waiting, copying: // its stack is being moved
		return "waiting"
	case Preempted:
		return "preempted"
	case Leaked:
		return "leaked"
	}
	return "unknown"
}

// Wait is something that a goroutine waits for.
type Wait struct {
	Addr uintptr // of the chan, or of the semaphore or list in a lock
	Chan bool
}

// G is a goroutine at the moment when it was read.
type G struct {
	ID, Parent uint64
	State      State
	Reason     string        // why it waits, "" if it does not
	Blocked    time.Duration // at least so long; 0 before a collection has seen it wait
	Entry      uintptr       // the function that it began with
	Creator    uintptr       // behind the go statement that made it; 0 for the first
	Waits      []Wait        // of a select all
	// Stack has program counters, innermost first; all but the first are places to return to. It is
	// empty for a goroutine that runs.
	Stack []uintptr
	Whole bool // the stack goes down to where the goroutine began
	Torn  bool // it kept running while it was read: there is no stack
	// Words are the stack's own, if they were asked for, from Low upwards, and Frames where the
	// frame of each entry of Stack ends in them, as indexes.
	Words  []uintptr
	Low    uintptr
	Frames []int

	addr, labels uintptr
	low, high    uintptr
	frames       []uintptr // of each entry of Stack: where its frame begins
}

// Want says what is read of each goroutine, beside what it is.
type Want struct {
	Stacks bool
	Words  bool // of the stack, with Stacks
}

// HasStacks reports whether stacks can be read on this machine.
func HasStacks() bool { return hasFrames }

const (
	maxFrames = 256
	maxWaits  = 64      // of a select that are told
	maxWords  = 1 << 13 // of a stack, from its top: 64 KiB
	tries     = 4
	chunk     = 256
	// maxListed bounds the goroutines that a list can have.
	maxListed = 1 << 28
)

// Each calls f for each goroutine of the program, in the order in which the runtime keeps them, with
// a G that is valid until f returns. The runtime's own are not left out: see System. It ends with the
// error of f. Goroutines begin and end meanwhile: one that began before Each and lives until it ends
// is met once.
func (r *Reader) Each(w Want, f func(*G) error) error {
	reading := r.reading(w)
	return r.parts(func(addrs []uintptr) error { return reading.each(addrs, f) })
}

// InOrder is Each in the order of their numbers, but for those that begin meanwhile. It calls begin
// before with how many there are, or a few more. It ends with the error of begin or worked, too.
func (r *Reader) InOrder(w Want, worked Worker, begin func(most int) error, f func(*G) error) error {
	all := make([]Numbered, 0, r.listed())
	if err := r.parts(func(addrs []uintptr) error {
		if err := peek.Try(func() {
			for _, a := range addrs {
				if status := peek.Word32(a + r.at.status); State(status)&^scanned != dead {
					all = append(all, Numbered{r.idAt(a), a})
				}
			}
		}); err != nil {
			return err
		}
		return worked(len(addrs))
	}); err != nil {
		return err
	}
	if err := Sort(all, worked); err != nil {
		return err
	}
	if err := begin(len(all)); err != nil {
		return err
	}
	reading := r.reading(w)
	addrs := make([]uintptr, 0, chunk)
	for i, a := range all {
		if addrs = append(addrs, a.At); len(addrs) < chunk && i+1 < len(all) {
			continue
		}
		if err := reading.each(addrs, f); err != nil {
			return err
		}
		addrs = addrs[:0]
	}
	return nil
}

// listed is about how many goroutines the list has, with those that have ended.
func (r *Reader) listed() int {
	if _, n := r.list(); n <= maxListed {
		return int(n)
	}
	return 0
}

// list returns where the list is, and how many it has at least. Of two that looked the same it is the
// longer one: the other is a copy of what the list was, or nothing.
func (r *Reader) list() (at peek.Ref, n uintptr) {
	for _, a := range r.lists {
		other := r.space.At(a)
		if m, err := other.Add(wordSize).Uintptr(); err == nil && (m > n || at.IsNil()) {
			at, n = other, m
		}
	}
	return at, n
}

// idAt is the number of the goroutine at a. It is called under Try.
func (r *Reader) idAt(a uintptr) uint64 {
	if wordSize == 8 {
		return uint64(peek.Word(a + r.at.goid))
	}
	return uint64(peek.Word(a+r.at.goid)) | uint64(peek.Word(a+r.at.goid+4))<<32
}

// parts calls f with the addresses of all goroutines, a part of them at a time.
func (r *Reader) parts(f func(addrs []uintptr) error) error {
	all := make([]uintptr, chunk)
	for i := 0; ; i += chunk {
		n, err := r.part(all, i)
		if err != nil {
			return err
		}
		if err := f(all[:n]); err != nil || n < chunk {
			return err
		}
	}
}

// reading returns a reading of what is wanted.
func (r *Reader) reading(w Want) *reading {
	d := &reading{
		r: r, want: w, words: make([]uintptr, r.at.gWords),
		stack: make([]uintptr, maxFrames), again: make([]uintptr, maxFrames), frames: make([]uintptr, maxFrames),
	}
	if w.Words {
		d.copied = make([]uintptr, maxWords)
	}
	return d
}

// each calls f for the goroutines at some addresses.
func (d *reading) each(addrs []uintptr, f func(*G) error) error {
	d.now = d.r.now()
	for _, a := range addrs {
		if g, ok := d.load(a); ok {
			if err := f(g); err != nil {
				return err
			}
		}
	}
	return nil
}

// part copies a part of the list, from i on. The list moves as it grows, and where it was is freed:
// what was copied counts only if the list was still there afterwards.
func (r *Reader) part(dst []uintptr, i int) (n int, err error) {
	var head, again [3]uintptr
	for range 1000 {
		at, least := r.list()
		still, err := at.Words(head[:])
		if err != nil {
			return 0, err
		}
		if !still || head[1] < least || head[1] > head[2] || head[2] > maxListed {
			continue
		}
		n = min(len(dst), max(int(head[1])-i, 0))
		if err = peek.Try(func() { peek.CopyWords(dst[:n], head[0]+uintptr(i)*wordSize) }); err != nil && n > 0 {
			continue
		}
		if still, err := at.Words(again[:]); err == nil && still && again[0] == head[0] && again[1] >= head[1] {
			return n, nil
		}
	}
	return 0, ErrLayout
}

// reading is the memory of one Each.
type reading struct {
	r                            *Reader
	want                         Want
	now                          int64     // on the runtime's clock, a moment ago
	words                        []uintptr // of the goroutine
	stack, again, frames, copied []uintptr
	ends                         []int
	waits                        []Wait
	g                            G
}

func (d *reading) word(off uintptr) uintptr { return d.words[off/wordSize] }

// long is a field of 64 bits.
func (d *reading) long(off uintptr) uint64 {
	if wordSize == 8 {
		return uint64(d.word(off))
	}
	return uint64(d.word(off)) | uint64(d.word(off+4))<<32 // the 32-bit ports that run today are little-endian, but for mips
}

func (d *reading) state() State {
	w, shift := d.word(d.r.at.status), d.r.at.status%wordSize*8
	return State(uint32(w>>shift)) &^ scanned
}

// load reads the goroutine at a; ok is false if there is none.
func (d *reading) load(a uintptr) (g *G, ok bool) {
	for range tries {
		var still bool
		if err := peek.Try(func() { ok, still = d.once(a) }); err != nil {
			ok, still = true, false
		}
		if !ok || still {
			return &d.g, ok
		}
	}
	d.g.Torn, d.g.Stack, d.g.Words, d.g.Frames = true, nil, nil, nil
	return &d.g, d.g.ID != 0
}

// once reads the goroutine at a once. still says that it did not run meanwhile.
func (d *reading) once(a uintptr) (ok, still bool) {
	l := &d.r.at
	d.g = G{addr: a}
	peek.CopyWords(d.words, a)
	g := &d.g
	g.State = d.state()
	switch g.State {
	case Runnable, Running, Syscall, Waiting, copying, Preempted, Leaked:
	default:
		return false, true
	}
	g.ID, g.Parent = d.long(l.goid), d.long(l.parent)
	g.Entry, g.Creator = d.word(l.entry), d.word(l.creator)
	g.low, g.high, g.labels = d.word(l.lo), d.word(l.hi), d.word(l.labels)
	if g.ID == 0 {
		return false, true
	}
	if g.State == Waiting || g.State == Leaked {
		reason := uint8(d.word(l.reason) >> (l.reason % wordSize * 8))
		if g.Reason = "for a reason that is not known"; int(reason) < len(d.r.reasons) {
			g.Reason = d.r.reasons[reason]
		}
		if since := int64(d.long(l.since)); since > 0 {
			g.Blocked = max(0, time.Duration(d.now-since))
		}
		d.waitsOf(g)
	}
	if g.State == Running || g.State == copying {
		return true, d.long(l.goid) == g.ID && peek.Word(a+l.lo) == g.low
	}
	twice := true
	if d.want.Stacks && hasFrames {
		twice = d.unwind(g)
	}
	if d.r.unchecked {
		return true, true
	}
	if !twice {
		return true, false
	}
	for _, off := range [...]uintptr{l.sp, l.bp, l.lo, l.hi, l.goid, l.callSP, l.callBP, l.waits} {
		if peek.Word(a+off) != d.word(off) {
			return true, false
		}
	}
	return true, State(peek.Word32(a+l.status))&^scanned == g.State
}

// waitsOf reads what g waits for.
func (d *reading) waitsOf(g *G) {
	l := &d.r.at
	d.waits = d.waits[:0]
	for s := d.word(l.waits); s != 0 && len(d.waits) < maxWaits; s = peek.Word(s + l.next) {
		if peek.Word(s+l.waiter) != g.addr {
			break
		}
		if ch := peek.Word(s + l.ch); ch != 0 {
			d.waits = append(d.waits, Wait{Addr: ch, Chan: true})
			continue // the next is another case of a select
		}
		// Behind it in the queue are others that wait for the same lock.
		d.waits = append(d.waits, Wait{Addr: peek.Word(s + l.elem)})
		break
	}
	g.Waits = d.waits
}

// unwind reads the stack of g, twice, and reports whether it read the same. What cannot be a stack is
// left empty.
func (d *reading) unwind(g *G) (twice bool) {
	l := &d.r.at
	sp, pc, bp := d.word(l.sp), d.word(l.pc), d.word(l.bp)
	if g.State == Syscall {
		sp, pc, bp = d.word(l.callSP), d.word(l.callPC), d.word(l.callBP)
	}
	if sp < g.low || sp >= g.high || !d.r.text.Has(pc) {
		return true
	}
	n := 0
	put := func(at, frame uintptr) { d.stack[n], d.frames[n] = at, frame; n++ }
	put(pc, bp)
	if above, ok := d.unframed(g, pc, sp); ok {
		put(above, bp)
	}
	first := n
	n = d.follow(d.stack, d.frames, first, bp, g)
	if d.r.pause != nil {
		d.r.pause(n)
	}
	again := d.follow(d.again, nil, first, bp, g)
	g.Stack, g.frames = d.stack[:n], d.frames[:n]
	last := d.stack[n-1]
	g.Whole = n < maxFrames && (isBottom(last) || n == 1 && pc == g.Entry)
	if d.want.Words {
		d.copyWords(g, sp)
	}
	return slices.Equal(d.again[first:again], d.stack[first:n])
}

// follow follows the frames from the one that begins at bp on, and returns how many entries the stack
// has then.
func (d *reading) follow(stack, frames []uintptr, n int, bp uintptr, g *G) int {
	for last := g.low - 1; n < maxFrames && bp > last && bp+2*wordSize <= g.high && bp%wordSize == 0; n++ {
		back := peek.Word(bp + wordSize)
		if !d.r.text.Has(back) {
			break
		}
		stack[n] = back
		if d.r.pause != nil && frames != nil {
			d.r.pause(n)
		}
		last, bp = bp, peek.Word(bp)
		if frames != nil {
			frames[n] = bp
		}
	}
	return n
}

// unframed returns where the function at pc returns to if it was stopped before it had a frame, as a
// function is that asks for a larger stack and is told to give way. Whoever stops by itself does so
// in the runtime.
func (d *reading) unframed(g *G, pc, sp uintptr) (back uintptr, ok bool) {
	if g.State != Runnable && g.State != Preempted || pc == g.Entry || inRuntime(pc) {
		return 0, false
	}
	if d.r.at.lr != 0 {
		back = d.word(d.r.at.lr)
	} else {
		back = peek.Word(sp)
	}
	return back, d.r.text.Has(back)
}

// copyWords copies the words of the stack from sp on.
func (d *reading) copyWords(g *G, sp uintptr) {
	n := int(min(uintptr(maxWords), (g.high-sp)/wordSize))
	peek.CopyWords(d.copied[:n], sp)
	g.Words, g.Low = d.copied[:n], sp
	d.ends = d.ends[:0]
	for _, frame := range g.frames {
		end := n
		if frame >= sp && frame < g.high {
			end = min(n, int((frame-sp)/wordSize))
		}
		d.ends = append(d.ends, end)
	}
	g.Frames = d.ends
}

// now is the runtime's clock.
func (r *Reader) now() int64 { return r.clock + int64(time.Since(r.began)) }
