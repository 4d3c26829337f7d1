package library

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

const (
	// maxSizedDepth bounds the pointers in a row that size follows on its stack, and the lists, maps
	// and interfaces within one another. Further ones wait until it is back.
	maxSizedDepth = 200
	// maxBlock bounds what one slice, text or map may be believed to take, in bytes: 1 TiB, or half of
	// what 32 bits can address.
	maxBlock = min(1<<40, math.MaxInt)
)

func typeSize(t reflect.Type) int {
	if t == nil {
		return 0
	}
	return int(t.Size())
}

// measurer adds up memory.
//
// It covers each piece of memory before it follows what lies in it, and follows nothing in what is
// covered already, so that it comes to an end in cycles too.
type measurer struct {
	f       *machine.Frame
	covered coverage
	waiting []*access.View // what waits for the stack to become shorter
	part    bool           // what is measured next was asked for, and is a part of a list or text
	steps   int
	bytes   int
	objects int
	cut     string // why it stopped before the end, "" if it did not
	unfollowed

	maxDepth int                                                  // pointers in a row that are followed on the stack
	breadth  bool                                                 // what waits longest is followed first
	met      func(src render.Source, t reflect.Type, n int) error // of each new piece of memory; nil for nobody
	led      func(src render.Source, addr uintptr, n int) error   // of all memory that src refers to, new or not; nil for nobody

	tally  func(t reflect.Type, n int) (find bool, err error) // met, where no src is at hand; find asks for one
	found  func(t reflect.Type, src render.Source)            // tells of one
	reach  *access.Reach                                      // nil if each src is needed
	search *access.Search                                     // instead of reach, for what looks for places
	nest   int                                                // places that reach left to this, one within another
	deep   int                                                // lists, maps and interfaces that are on the stack
	err    error                                              // of tally

	layouts  map[reflect.Type]*layout
	lastType reflect.Type
	last     *layout
}

// unfollowed counts what was not followed.
type unfollowed struct {
	closures, unsafes int    // functions and unsafe pointers
	unread            int    // what could not be read
	why               string // the first of that could not, "" if nobody has said
	buried, far       int    // of a search: objects too deep, and places with too long a way
}

// most returns what u and v have at most: they are of two walks of the same.
func (u unfollowed) most(v unfollowed) unfollowed {
	return unfollowed{
		closures: max(u.closures, v.closures), unsafes: max(u.unsafes, v.unsafes), unread: max(u.unread, v.unread), why: cmp.Or(u.why, v.why),
		buried: max(u.buried, v.buried), far: max(u.far, v.far),
	}
}

func newMeasurer(f *machine.Frame) *measurer {
	return &measurer{
		f: f, covered: coverage{m: f.Meter, chunks: map[uintptr]*coverChunk{}}, layouts: map[reflect.Type]*layout{},
		maxDepth: maxSizedDepth,
	}
}

// quick has m walk what it can with raw loads. It tells no src of what it meets then.
func (m *measurer) quick() { m.reach = m.f.Visit.NewReach(reaching{m}) }

// reaching is what a measurer does with what is met by raw loads.
type reaching struct{ *measurer }

var _ access.ReachSink = reaching{}

func (m reaching) Cover(addr, n uintptr) (fresh int, err error) { return m.covered.addQuietly(addr, n) }
func (m reaching) Covered(addr, n uintptr) bool                 { return m.covered.has(addr, n) }
func (m reaching) Keep(n int) error                             { return m.f.Keep(n) }
func (m reaching) Beyond(addr, n uintptr) error                 { return m.covered.later(addr, n) }

func (m reaching) Met(id, n int) (find bool) {
	m.objects++
	m.bytes += n
	if m.tally == nil || m.err != nil {
		return false
	}
	find, m.err = m.tally(m.reach.Type(id), n)
	return find
}

func (m reaching) Left(what inspect.Left) {
	switch what {
	case inspect.LeftFunc:
		m.closures++
	case inspect.LeftUnsafe:
		m.unsafes++
	default:
		m.unread++
	}
}

func (m reaching) At(id int, v *access.View) { m.measurer.found(m.reach.Type(id), v.Source()) }

// maxNested bounds the places within one another that are walked step by step on the stack. Further
// ones wait until it is back.
const maxNested = 32

func (m reaching) Other(v *access.View) error {
	if m.nest >= maxNested {
		m.waiting = append(m.waiting, v)
		return m.f.Keep(viewCost)
	}
	m.nest++
	defer func() { m.nest-- }()
	return m.stepwise(v.Source(), 0)
}

func (m reaching) GoOn() bool { return m.err == nil && m.inTime() }

// note tells what the function of that name has left out.
func (m *measurer) note(name string) {
	if m.cut != "" {
		m.f.Note(name + " stopped before the end: " + m.cut)
	}
	if m.reach != nil && m.reach.Changed() > 0 {
		m.f.Note(name + " is about right: " + counted(m.reach.Changed(), "value") + " kept changing while they were read")
	}
	if m.unread > 0 {
		m.f.Note(name + " leaves out " + counted(m.unread, "value") + " that could not be read" + m.because())
	}
}

// because says why the first that could not be read could not.
func (m *measurer) because() string {
	switch {
	case m.why == "":
		return ""
	case m.unread == 1:
		return ": " + m.why
	}
	return ", one of them because " + m.why
}

// leftOut says what was not followed, "" if there is nothing of the kind.
func (m *measurer) leftOut() string {
	var kinds []string
	for _, kind := range []struct {
		n    int
		name string
	}{{m.closures, "function"}, {m.unsafes, "unsafe pointer"}} {
		if kind.n > 0 {
			kinds = append(kinds, counted(kind.n, kind.name))
		}
	}
	switch m.closures + m.unsafes {
	case 0:
		return ""
	case 1:
		return kinds[0] + " was not followed"
	}
	return text.List(kinds, "and") + " were not followed"
}

// all measures an object and all that it leads to.
func (m *measurer) all(v *access.View) error {
	if shape := v.Shape(); shape == inspect.List || shape == inspect.Scalar {
		n, err := v.Len()
		whole, err2 := v.Value().Len()
		m.part = err == nil && err2 == nil && n != whole
	}
	err := m.object(v.Source(), 0)
	if err == nil {
		err = m.rest()
	}
	if err == nil {
		var fresh int
		fresh, err = m.covered.rest()
		m.bytes += fresh
	}
	return m.stop(err)
}

// rest measures what waits.
func (m *measurer) rest() error {
	for m.cut == "" && len(m.waiting) > 0 {
		at := len(m.waiting) - 1
		if m.breadth {
			at = 0
		}
		next := m.waiting[at]
		m.waiting[at] = nil
		if m.breadth {
			m.waiting = m.waiting[1:]
		} else {
			m.waiting = m.waiting[:at]
		}
		if err := m.contents(next.Source(), 0); err != nil {
			return err
		}
	}
	return nil
}

// stop returns err, but nil if it says that a budget is spent: what was measured until then is an
// answer.
func (m *measurer) stop(err error) error {
	if err == nil {
		return nil
	}
	e := fault.From(err)
	if e.Code != "budget" || m.f.Context().Err() != nil {
		return err
	}
	// There is no room to remember more, or no entry is left.
	m.cut = e.Error()
	return nil
}

// goOn reports whether there is time to go on: an answer has to be made of what there is.
func (m *measurer) goOn() bool {
	if m.steps++; m.cut != "" || m.steps%64 != 0 {
		return m.cut == ""
	}
	return m.inTime()
}

func (m *measurer) inTime() bool {
	most := m.f.Budget().Time
	if m.f.Elapsed() > most-min(most/10, 200*time.Millisecond) {
		m.cut = fmt.Sprintf("it took longer than %v; set time raises that", most)
	}
	return m.cut == ""
}

// block counts n bytes at an address, which src is or refers to, and reports whether some of them
// are new. Of what is a copy the address is not known; it counts as new.
func (m *measurer) block(src render.Source, t reflect.Type, addr uintptr, n int) (fresh bool, err error) {
	if n < 0 || n > maxBlock {
		m.unread++
		return false, nil
	}
	k := n
	if addr != 0 {
		k, err = m.covered.add(addr, uintptr(n))
	}
	if k > 0 {
		if failed := m.add(src, t, k); err == nil {
			err = failed
		}
	}
	return k > 0, err
}

// add counts a piece of n bytes of memory that holds what has type t.
func (m *measurer) add(src render.Source, t reflect.Type, n int) error {
	m.objects++
	m.bytes += n
	if m.met == nil {
		return nil
	}
	return m.met(src, t, n)
}

// refers tells led that src refers to n bytes at an address.
func (m *measurer) refers(src render.Source, addr uintptr, n int) error {
	if m.led == nil || addr == 0 {
		return nil
	}
	return m.led(src, addr, n)
}

// object measures an object that a pointer leads to: its own bytes, and what they lead to.
func (m *measurer) object(src render.Source, depth int) error {
	v := src.Value()
	if !m.goOn() {
		return nil
	}
	addr := v.Addr()
	if v.IsWord() {
		addr = 0 // of what the word points at
	}
	if fresh, err := m.block(src, v.Type(), addr, typeSize(v.Type())); err != nil || !fresh {
		return err
	}
	return m.contents(src, depth)
}

// contents measures what the bytes of src lead to.
func (m *measurer) contents(src render.Source, depth int) error {
	if m.search != nil && m.layoutOf(src.Value().Type()).pointers {
		v, ok := src.(interface {
			Search(*access.Search) (bool, error)
		})
		if ok {
			if ok, err := v.Search(m.search); ok || err != nil {
				return m.skip(err)
			}
		}
	}
	if m.reach != nil && m.layoutOf(src.Value().Type()).pointers {
		v, ok := src.(interface {
			Reach(*access.Reach) (bool, error)
		})
		if ok {
			ok, err := v.Reach(m.reach)
			if err == nil {
				err = m.err
			}
			if ok || err != nil {
				return m.skip(err)
			}
		}
	}
	return m.stepwise(src, depth)
}

// stepwise is contents with a Source for each step.
func (m *measurer) stepwise(src render.Source, depth int) error {
	v := src.Value()
	if !v.IsValid() {
		return nil
	}
	layout := m.layoutOf(v.Type())
	switch k := v.Kind(); {
	case !layout.pointers:
		return nil
	case k == reflect.Slice || k == reflect.String:
		// To know whether it is hidden, it has to be read: only what is new is.
	case src.Hidden():
		return nil
	}
	shape := v.Shape()
	switch shape {
	case inspect.Interface, inspect.List, inspect.Map, inspect.Chan:
		// They may lie in one another without a pointer between them, as in a type of lists of itself.
		if m.deep >= maxSizedDepth {
			return m.wait(src)
		}
		m.deep++
		defer func() { m.deep-- }()
	}
	switch {
	case shape == inspect.Pointer:
		return m.pointer(src, depth)
	case shape == inspect.Interface:
		return m.content(src, depth)
	case shape == inspect.Struct, shape == inspect.List && v.Kind() == reflect.Struct:
		// The elements of a container/list are objects like others, to which other pointers
		// may lead too.
		for _, i := range layout.fields {
			if c, ok := src.Field(i); ok {
				if err := m.contents(c, depth); err != nil {
					return err
				}
			}
		}
		return nil
	case shape == inspect.List:
		return m.list(src, depth)
	case shape == inspect.Map:
		return m.mapping(src, depth)
	case shape == inspect.Scalar && v.Kind() == reflect.String:
		return m.text(src)
	case shape == inspect.Chan:
		c, err := v.Cap()
		if err != nil || c == 0 || c > maxBlock {
			return m.skip(err)
		}
		if fresh, err := m.header(src, chanHeader); err != nil || !fresh {
			return err
		}
		if err := m.add(src, v.Type(), c*typeSize(v.Type().Elem())); err != nil || !m.layoutOf(v.Type().Elem()).pointers {
			return err
		}
		return m.items(src, depth)
	case shape == inspect.Func:
		if is, err := v.IsNil(); err == nil && !is {
			m.closures++
		}
	case v.Kind() == reflect.UnsafePointer:
		if addr, err := v.Word(); err == nil && addr != 0 {
			m.unsafes++
			return m.refers(src, addr, 1)
		}
	}
	return nil
}

// items measures what waits in a channel, and what that leads to.
func (m *measurer) items(src render.Source, depth int) error {
	ch, ok := src.(interface {
		EachItem(func(item *access.View) (bool, error)) error
	})
	if !ok {
		return nil
	}
	return m.skip(ch.EachItem(func(item *access.View) (bool, error) { return m.element(item.Source(), depth) }))
}

func (m *measurer) pointer(src render.Source, depth int) error {
	if m.led != nil {
		// The object may have been covered already: then nobody else says who leads to it.
		addr, err := src.Value().Word()
		if err == nil {
			err = m.refers(src, addr, 1)
		}
		if err != nil {
			return m.skip(err)
		}
	}
	if depth >= m.maxDepth {
		return m.wait(src)
	}
	to, err := src.Elem()
	if err != nil || to == nil {
		return m.skip(err)
	}
	return m.object(to, depth+1)
}

// wait has rest measure what src leads to.
func (m *measurer) wait(src render.Source) error {
	kept, err := src.(interface{ Keep() (*access.View, error) }).Keep()
	if err == nil {
		err = m.f.Keep(viewCost)
	}
	if err == nil {
		m.waiting = append(m.waiting, kept)
	}
	return err
}

// viewCost is about what a View that waits takes, in bytes.
const viewCost = 400

// content measures what an interface holds. Unless it is a pointer, or a struct of nothing but a
// pointer, a map or the like, it lies in memory of its own.
func (m *measurer) content(src render.Source, depth int) error {
	to, err := src.Elem()
	if err != nil || to == nil {
		return m.skip(err)
	}
	if v := to.Value(); !v.IsWord() {
		if err := m.refers(src, v.Addr(), typeSize(v.Type())); err != nil {
			return err
		}
		return m.object(to, depth+1)
	}
	return m.contents(to, depth)
}

// text measures the bytes of a string.
func (m *measurer) text(src render.Source) error {
	part := m.takePart()
	addr, n, err := src.Value().Origin()
	if err == nil && n > 0 {
		err = m.refers(src, addr, n)
	}
	if err != nil || n == 0 || !part && m.covered.has(addr, uintptr(n)) {
		return m.skip(err)
	}
	if src.Hidden() {
		return nil
	}
	if part {
		if n, err = src.Len(); err != nil {
			return m.skip(err)
		}
		addr = 0
	}
	_, err = m.block(src, src.Value().Type(), addr, n)
	return err
}

// takePart reports whether a list or text is a part of one. Only what was asked for can be, and it is
// the first that is measured.
func (m *measurer) takePart() bool {
	part := m.part
	m.part = false
	return part
}

// list measures the memory of a slice, and what the elements of a list lead to.
func (m *measurer) list(src render.Source, depth int) error {
	v, part := src.Value(), m.takePart()
	if v.Kind() == reflect.Slice {
		addr, err := v.Word()
		if err != nil || addr == 0 {
			return m.skip(err)
		}
		size := typeSize(v.Type().Elem())
		if most, err := v.Cap(); err == nil && most < maxBlock/max(size, 1) && !part {
			if err := m.refers(src, addr, most*size); err != nil {
				return err
			}
		}
		if most, err := v.Cap(); err == nil && !part && most < maxBlock/max(size, 1) && m.covered.has(addr, uintptr(most*size)) {
			return nil
		}
		if src.Hidden() {
			return nil
		}
		n, err := v.Len()
		if part {
			n, err = src.Len()
		}
		if err != nil {
			return m.skip(err)
		}
		most := n
		if part {
			addr = 0
		} else if most, err = v.Cap(); err != nil || n > most {
			return m.skip(err)
		}
		if size == 0 || most > maxBlock/size {
			return nil
		}
		fresh, err := m.block(src, v.Type(), addr, n*size)
		if err == nil && most > n {
			err = m.covered.later(addr+uintptr(n*size), uintptr((most-n)*size))
		}
		if err != nil || !fresh || !m.layoutOf(v.Type().Elem()).pointers {
			return err
		}
	}
	return m.skip(src.Each(math.MaxInt, func(_, elem render.Source) (bool, error) { return m.element(elem, depth) }))
}

// The memory that stands for a map or a channel in what is covered. It does not count.
const (
	mapHeader  = 48
	chanHeader = 96
)

// header reports whether the map or channel that src refers to is new.
func (m *measurer) header(src render.Source, size uintptr) (fresh bool, err error) {
	addr, err := src.Value().Word()
	if err != nil || addr == 0 {
		return false, m.skip(err)
	}
	if err := m.refers(src, addr, int(size)); err != nil {
		return false, err
	}
	k, err := m.covered.add(addr, size)
	return k > 0, err
}

// mapping measures the entries of a map, and what they lead to. Empty slots do not count.
func (m *measurer) mapping(src render.Source, depth int) error {
	v := src.Value()
	key, elem := 2*wordBytes, 2*wordBytes // a sync.Map
	walk := true
	n, err := src.Len()
	if err != nil || n == 0 || n > maxBlock {
		return m.skip(err)
	}
	if t := v.Type(); t.Kind() == reflect.Map {
		key, elem = typeSize(t.Key()), typeSize(t.Elem())
		walk = m.layoutOf(t.Key()).pointers || m.layoutOf(t.Elem()).pointers
		if fresh, err := m.header(src, mapHeader); err != nil || !fresh {
			return err
		}
	}
	if err := m.add(src, v.Type(), n*(key+elem+1)); err != nil || !walk {
		return err
	}
	return m.skip(src.Each(math.MaxInt, func(key, elem render.Source) (bool, error) {
		if more, err := m.element(key, depth); err != nil || !more {
			return more, err
		}
		return m.element(elem, depth)
	}))
}

// element measures what an element leads to, and reports whether to go on.
func (m *measurer) element(elem render.Source, depth int) (bool, error) {
	if err := m.f.Tick(1); err != nil {
		return false, err
	}
	if !m.goOn() {
		return false, nil
	}
	err := m.contents(elem, depth)
	return m.cut == "", err
}

// skip counts a value that could not be read. A spent budget stays an error.
func (m *measurer) skip(err error) error {
	if err == nil {
		return nil
	}
	switch e := fault.From(err); e.Code {
	case "budget", "cancelled":
		return e
	}
	m.unread++
	m.why = cmp.Or(m.why, fault.From(err).Text)
	return nil
}

// wordBytes is the size of a pointer.
const wordBytes = 4 << (^uintptr(0) >> 63)

// layout is what of a type may lead to other memory.
type layout struct {
	pointers bool
	fields   []int // of a struct, by their indices
}

// layoutOf returns the layout of t. Most values have the type of the one before.
func (m *measurer) layoutOf(t reflect.Type) *layout {
	if t == m.lastType {
		return m.last
	}
	l, ok := m.layouts[t]
	if t == nil {
		return &layout{}
	}
	if !ok {
		l = &layout{}
		m.layouts[t] = l // types have no cycles but through pointers
		l.pointers = inspect.Leads(t)
		if t.Kind() == reflect.Struct && l.pointers {
			for i := range t.NumField() {
				if m.layoutOf(t.Field(i).Type).pointers {
					l.fields = append(l.fields, i)
				}
			}
		}
	}
	m.lastType, m.last = t, l
	return l
}
