package inspect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/goroutine"
)

// Goroutine is what was read of a goroutine of this process. It is plain data, and does not change.
type Goroutine struct {
	id        int           // as in stack traces
	state     string        // running, runnable, waiting, syscall, preempted or leaked
	wait      string        // why it waits, as the runtime says it: "chan receive", "sync.Mutex.Lock"; "" if it does not
	blocked   time.Duration // at least so long; 0 until a collection has seen it wait
	top       string        // the innermost function that is not of the runtime, internal, sync, syscall or time
	entry     string        // the function that it began with
	createdBy string        // the function with its go statement; "" for the first
	parent    int           // the goroutine that ran that; it may have ended
	labels    map[string]string
	waitsFor  []Awaited
	frames    []Frame // innermost first; empty for one that runs, and where there are no frame pointers
}

// Awaited is a chan, or a part of a lock, that a goroutine waits for.
type Awaited struct {
	address string // in hexadecimal
	path    string // the exposed object that owns it, "" if none is known to

	addr   uintptr `inspect:"-"`
	isChan bool    `inspect:"-"`
}

// Frame is a call in a stack.
type Frame struct {
	function string
	file     string
	line     int
}

// Function, File and Line are where the call stands.
func (f Frame) Function() string { return f.function }
func (f Frame) File() string     { return f.file }
func (f Frame) Line() int        { return f.line }

// ID is the number of the goroutine, as in stack traces.
func (g *Goroutine) ID() int { return g.id }

// State and Wait say what it does; see the fields of the same names in docs/expressions.md.
func (g *Goroutine) State() string { return g.state }
func (g *Goroutine) Wait() string  { return g.wait }

// Blocked is for how long it has waited at least.
func (g *Goroutine) Blocked() time.Duration { return g.blocked }

// Top is its innermost function that says what it does, Entry the one that it began with, CreatedBy
// the one with its go statement, and Parent the goroutine that ran that.
func (g *Goroutine) Top() string       { return g.top }
func (g *Goroutine) Entry() string     { return g.entry }
func (g *Goroutine) CreatedBy() string { return g.createdBy }
func (g *Goroutine) Parent() int       { return g.parent }

// Frames is its stack, innermost first. Goroutines with the same stack share it: it must not be
// changed.
func (g *Goroutine) Frames() []Frame { return g.frames }

// Awaits is what it waits for. Path is to be set with Own.
func (g *Goroutine) Awaits() []Awaited { return g.waitsFor }

// Own names the exposed object that owns the ith thing that g waits for.
func (g *Goroutine) Own(i int, path string) { g.waitsFor[i].path = path }

// Addr is the address of the chan or of the part of a lock, and Chan says which it is.
func (a Awaited) Addr() uintptr { return a.addr }
func (a Awaited) Chan() bool    { return a.isChan }
func (a Awaited) Path() string  { return a.path }

// Address is Addr, in hexadecimal.
func (a Awaited) Address() string { return a.address }

// GoroutineBytes is about what a Goroutine takes, in bytes.
const GoroutineBytes = 256

// Goroutines are the goroutines of this process, without the runtime's own, read one after the other while
// they ran.
type Goroutines struct {
	All     []Goroutine // by their numbers
	Running int         // besides the one that reads, of which there is no stack
	Torn    int         // which never held still, and have no stack either
	Cut     int         // whose stack goes further down than it was read; these three are 0 if no stacks were asked for
	// Unlabelled counts those whose labels are laid out in an unknown way: they seem to have none.
	Unlabelled int
	Relabelled int  // which changed their labels each time that these were read: they seem to have none
	Stacks     bool // there are stacks: not on 386 and other machines without frame pointers
}

// ErrGoroutines is the error of goroutines that cannot be read.
var ErrGoroutines = errors.New("goroutines cannot be read")

// goroutines is how goroutines are read, once it is known.
func (s *space) goroutines() (*goroutine.Reader, error) {
	s.list.Lock()
	defer s.list.Unlock()
	if s.list.reader != nil || s.list.tries == maxListTries {
		return s.list.reader, s.list.err
	}
	s.list.tries++
	r, err := goroutine.Open(s.memory)
	if err != nil {
		s.list.err = fmt.Errorf("%w: %w", ErrGoroutines, err)
		return nil, s.list.err
	}
	s.list.reader = r
	return r, nil
}

// maxListTries bounds how often it is tried to find the goroutines. What fails may be due to a
// machine that is too busy for the test of it.
const maxListTries = 3

// A Keeper is told of each goroutine that was read, and of so many bytes that are kept of it or, before
// the first, of all. Its error ends the reading.
type Keeper func(bytes int) error

// A Worker is told of so many steps of work, of some nanoseconds each, that were done: after at most 50 µs,
// while no goroutine is read. Its error ends the reading.
type Worker = goroutine.Worker

// Asked says what is read of goroutines.
type Asked struct {
	Most int // how many at most; 0 for all
	// Stacks has what OfStack names read too: it takes several times as long. Without, it is empty.
	Stacks bool
}

// OfStack reports whether a Goroutine has that field from its stack.
func OfStack(field string) bool { return field == "top" || field == "entry" || field == "frames" }

// ReadGoroutines reads the goroutines of this process, by their numbers. Nothing is stopped or asked
// to wait: each is read at its own moment, and a stack counts only if its goroutine has not run
// meanwhile. The first call takes some milliseconds more, to find where the runtime keeps them and to
// test that. Where that fails, as in a future Go release, the error is an ErrGoroutines.
func ReadGoroutines(asked Asked, keep Keeper, worked Worker) (*Goroutines, error) {
	r, err := here.goroutines()
	if err != nil {
		return nil, err
	}
	read := goroutineReading{
		Goroutines: &Goroutines{Stacks: goroutine.HasStacks()}, asked: asked, symbols: r.Symbols(),
		stacks: map[string]*stack{}, entries: map[uintptr]*entry{}, awaited: map[goroutine.Wait][]Awaited{}, keep: keep, worked: worked,
	}
	want := goroutine.Want{Stacks: asked.Stacks}
	if asked.Most > 0 {
		err = r.Each(want, func(g *goroutine.G) error {
			if err := read.add(r, g); err != nil || len(read.All) < asked.Most {
				return err
			}
			return errEnough
		})
	} else {
		err = r.InOrder(want, worked, read.begin, func(g *goroutine.G) error { return read.add(r, g) })
	}
	if err != nil && err != errEnough {
		return nil, err
	}
	return read.Goroutines, read.finish()
}

// errEnough ends a reading of a part.
var errEnough = errors.New("enough")

// goroutineReading collects Goroutines.
type goroutineReading struct {
	*Goroutines
	asked   Asked
	symbols *goroutine.Symbols
	stacks  map[string]*stack // by program counters
	entries map[uintptr]*entry
	awaited map[goroutine.Wait][]Awaited // by what who waits for nothing else waits for
	begun   []*entry                     // with what All began, if stacks are asked for
	key     []byte
	keep    Keeper
	worked  Worker
}

// stack is what goroutines with the same program counters share.
type stack struct {
	frames     []Frame
	top, entry string
}

// entry is a function with which goroutines begin.
type entry struct {
	name   string
	system bool
	called string // by name, a wrapper that the compiler made; "" if it was not seen
}

// begin makes room for so many: less is allocated, and collected, than for a list that grows.
func (r *goroutineReading) begin(most int) error {
	if err := r.keep(GoroutineBytes * most); err != nil {
		return err
	}
	r.All = make([]Goroutine, 0, most)
	if r.asked.Stacks {
		r.begun = make([]*entry, 0, most)
	}
	return nil
}

func (r *goroutineReading) add(from *goroutine.Reader, g *goroutine.G) error {
	e := r.entries[g.Entry]
	if e == nil {
		f := r.symbols.Entry(g.Entry)
		e = &entry{name: f.Function, system: goroutine.System(f)}
		r.entries[g.Entry] = e
	}
	if e.system {
		return r.keep(0)
	}
	bytes := 64 * len(g.Waits)
	out := Goroutine{
		id: int(g.ID), parent: int(g.Parent), state: g.State.String(), wait: g.Reason, blocked: g.Blocked, waitsFor: r.awaits(g.Waits),
	}
	if r.asked.Stacks {
		s, more := r.stackOf(g)
		bytes += more
		if out.frames, out.top = s.frames, s.top; s.entry != "" {
			e.called = s.entry
		}
		switch {
		case g.State == goroutine.Running:
			r.Running++
		case g.Torn:
			r.Torn++
		case r.Stacks && !g.Whole:
			r.Cut++
		}
	}
	if creator := r.symbols.At(g.Creator); len(creator) > 0 && g.Parent != 0 {
		out.createdBy = creator[0].Function
	}
	labels, known := from.Labels(g)
	switch {
	case known:
	case from.KnowsLabels():
		r.Relabelled++
	default:
		r.Unlabelled++
	}
	for _, l := range labels {
		if out.labels == nil {
			out.labels = make(map[string]string)
		}
		out.labels[l.Key] = l.Value
		bytes += 64 + len(l.Key) + len(l.Value)
	}
	if err := r.keep(bytes); err != nil {
		return err
	}
	r.All = append(r.All, out)
	if r.asked.Stacks {
		r.begun = append(r.begun, e)
	}
	return nil
}

// awaits returns what a goroutine waits for. Those that wait for the same one thing share it.
func (r *goroutineReading) awaits(waits []goroutine.Wait) []Awaited {
	if len(waits) == 0 {
		return nil
	}
	known := r.awaited[waits[0]]
	if known != nil && len(waits) == 1 {
		return known
	}
	list := make([]Awaited, len(waits))
	for i, w := range waits {
		list[i] = Awaited{address: fmt.Sprintf("%#x", w.Addr), addr: w.Addr, isChan: w.Chan}
	}
	if len(waits) == 1 {
		r.awaited[waits[0]] = list
	}
	return list
}

// stackOf returns the stack of g, and how many bytes are kept of it.
func (r *goroutineReading) stackOf(g *goroutine.G) (s *stack, bytes int) {
	r.key = r.key[:0]
	for _, pc := range g.Stack {
		for range 8 {
			r.key = append(r.key, byte(pc))
			pc >>= 8
		}
	}
	if s := r.stacks[string(r.key)]; s != nil {
		return s, 0
	}
	s = &stack{}
	for _, pc := range g.Stack {
		for _, f := range r.symbols.At(pc) {
			if f.Function != bottom {
				s.frames = append(s.frames, Frame{f.Function, f.File, f.Line})
			}
		}
	}
	for _, f := range s.frames {
		if !plumbing(f.function) {
			s.top = f.function
			break
		}
	}
	if n := len(s.frames); n > 0 {
		if s.top == "" {
			s.top = s.frames[0].function
		}
		if g.Whole {
			s.entry = s.frames[n-1].function
		}
	}
	r.stacks[string(r.key)] = s
	return s, 2*len(r.key) + 48*len(s.frames)
}

// bottom is the function that all goroutines return to.
const bottom = "runtime.goexit"

// plumbing reports whether a function says little about what its goroutine does.
func plumbing(function string) bool {
	pkg, _, _ := strings.Cut(function, "[") // the types of a generic one
	if i := strings.LastIndexByte(pkg, '/'); i >= 0 {
		pkg = pkg[:i]
	} else if i := strings.IndexByte(pkg, '.'); i >= 0 {
		pkg = pkg[:i]
	}
	switch root, _, _ := strings.Cut(pkg, "/"); root {
	case "runtime", "internal", "sync", "syscall", "time":
		return true
	}
	return false
}

// finish puts all in order, and names the functions with which they began. Where the compiler made one
// that calls another, the stack of any that was read tells which.
func (r *goroutineReading) finish() error {
	r.Running = max(r.Running-1, 0) // without the one that reads
	inOrder := true
	for i := range r.All {
		if r.asked.Stacks {
			e := r.begun[i]
			r.All[i].entry = cmp.Or(e.called, e.name)
		}
		inOrder = inOrder && (i == 0 || r.All[i-1].id < r.All[i].id)
		if i%finishedAtOnce == finishedAtOnce-1 {
			if err := r.worked(4 * finishedAtOnce); err != nil {
				return err
			}
		}
	}
	if inOrder {
		return nil
	}
	return r.sort() // some have begun meanwhile
}

// finishedAtOnce is how many goroutines are looked at or moved between two calls of the Worker.
const finishedAtOnce = 512

// sort puts all in order. Each is moved once, as they are large.
func (r *goroutineReading) sort() error {
	if err := r.keep(2 * numberedBytes * len(r.All)); err != nil {
		return err
	}
	order := make([]goroutine.Numbered, len(r.All))
	for i := range r.All {
		order[i] = goroutine.Numbered{ID: uint64(r.All[i].id), At: uintptr(i)}
	}
	if err := goroutine.Sort(order, r.worked); err != nil {
		return err
	}
	const done = ^uintptr(0)
	moved := 0
	for i := range order {
		if order[i].At == done {
			continue
		}
		// A circle of them: to each place goes the one that belongs there, and to the last the first.
		first, to := r.All[i], i
		for {
			from := int(order[to].At)
			order[to].At = done
			if moved++; moved%finishedAtOnce == 0 {
				if err := r.worked(8 * finishedAtOnce); err != nil {
					return err
				}
			}
			if from == i {
				break
			}
			r.All[to] = r.All[from]
			to = from
		}
		r.All[to] = first
	}
	return nil
}

const numberedBytes = 16

// ByID returns the goroutine of that number, nil if there is none.
func (g *Goroutines) ByID(id int) *Goroutine {
	i, ok := slices.BinarySearchFunc(g.All, id, func(g Goroutine, id int) int { return cmp.Compare(g.id, id) })
	if !ok {
		return nil
	}
	return &g.All[i]
}
