package library

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "refs", Args: "x", Min: 1, Reads: Composites, Run: refs,
		Summary: "who leads to x, among all that is exposed", Example: `refs(cache.items.ax)`},
})

const (
	// refsDepth is how many pointers in a row refs follows before it looks at others, where it goes
	// step by step.
	refsDepth = 4
	// maxRefs bounds the places that refs tells.
	maxRefs = 1000
)

// refs is refs(x): the places that lead to the object x, or to a part of it, among all that is
// exposed: pointers, slices of the array that it lies in, interfaces, and for a map, a channel, a text or
// the array of a slice what refers to it. Each is {path: …, type: …}; the nearest come first. What lies
// in x itself does not count.
func refs(f *machine.Frame, args []value.Value) (value.Value, error) {
	target, err := objectArgument("refs", args[0])
	if err != nil {
		return nil, err
	}
	at, n, err := memoryOf(target)
	if err != nil {
		return nil, err
	}
	if at == 0 {
		return nil, value.WrongArgument("refs", 1, "an object that lies in the application's memory", args[0])
	}
	defer f.Release(f.Kept())
	m := newMeasurer(f)
	s := &search{measurer: m, at: at, n: n, paths: map[string]bool{}, places: map[uintptr]bool{}, met: map[uint32]*coverage{}}
	m.maxDepth, m.breadth, m.led = refsDepth, true, s.led
	m.search = f.Visit.NewSearch(inspect.Span{Addr: at, Size: uintptr(n)}, s)
	objects, err := exposedObjects(f)
	if err != nil {
		return nil, err
	}
	for _, from := range objects {
		if err := m.stop(m.object(from.Source(), 0)); err != nil {
			return nil, err
		}
	}
	if err := m.stop(s.all()); err != nil {
		return nil, err
	}
	s.notes()
	return s.answer()
}

// memoryOf returns the memory that x stands for: its own, and of a map, a channel, a slice or a text the
// one that it refers to. The address is 0 if there is none.
func memoryOf(x *access.View) (addr uintptr, n int, err error) {
	v := x.Value()
	switch v.Kind() {
	case reflect.Map:
		addr, err = v.Word()
		return addr, mapHeader, err
	case reflect.Chan:
		addr, err = v.Word()
		return addr, chanHeader, err
	case reflect.String:
		return v.Origin()
	case reflect.Slice:
		if n, err = v.Cap(); err == nil {
			addr, err = v.Word()
		}
		return addr, min(n, maxBlock/max(typeSize(v.Type().Elem()), 1)) * typeSize(v.Type().Elem()), err
	}
	return v.Addr(), typeSize(v.Type()), nil
}

// search looks for what leads to some memory.
type search struct {
	*measurer
	at     uintptr
	n      int
	told   []referrer
	paths  map[string]bool      // of told
	places map[uintptr]bool     // their addresses
	met    map[uint32]*coverage // what was walked by raw loads, by its state
	last   *coverage            // of lastOf
	lastOf uint32
	kept   int  // bytes of records
	full   bool // there was no room for further records
	more   int  // places that are not told
	keys   int  // places without a path
	far    int  // places with too long a way
	deep   int  // what lies too deep to be followed
}

// referrer is a place that leads there.
type referrer struct {
	path, typ string
	steps     int // of the path
}

// placeCost is about what a place and its row take, in bytes, besides the path.
const placeCost = 500

var _ access.SearchSink = (*search)(nil)

func (s *search) Cover(state uint32, addr, n uintptr) (fresh int, holes []inspect.Span, err error) {
	c := s.last
	if c == nil || state != s.lastOf {
		if c = s.met[state]; c == nil {
			c = &coverage{m: s.f.Meter, chunks: map[uintptr]*coverChunk{}}
			s.met[state] = c
		}
		s.last, s.lastOf = c, state
	}
	if c.touches(addr, n) {
		holes = c.holes(addr, n)
	}
	fresh, err = c.addQuietly(addr, n)
	return fresh, holes, err
}

// Room leaves half of the memory to what is met, and to what is told.
func (s *search) Room(n int) bool {
	if s.kept+n > s.f.Budget().Bytes/2 || s.f.Keep(n) != nil {
		s.full = true
		return false
	}
	s.kept += n
	return true
}

func (s *search) Keep(n int) error     { return s.f.Keep(n) }
func (s *search) Skip(err error) error { return s.skip(err) }
func (s *search) GoOn() bool           { return s.inTime() }
func (s *search) Enter(reflect.Type)   {}
func (s *search) Far()                 { s.far++ }

func (s *search) Left(what inspect.Left) {
	if what == inspect.LeftDeep {
		s.deep++
		return
	}
	reaching{s.measurer}.Left(what)
}

func (s *search) Found() bool {
	if len(s.told) < maxRefs {
		return true
	}
	s.more++
	return false
}

func (s *search) At(v *access.View) error {
	if v.Hidden() {
		return nil
	}
	return s.add(v.Source())
}

func (s *search) Other(v *access.View) error { return reaching{s.measurer}.Other(v) }

// all walks what the objects lead to.
func (s *search) all() error {
	for s.cut == "" {
		if err := s.search.Run(); err != nil {
			return err
		}
		if len(s.waiting) == 0 {
			return nil
		}
		if err := s.rest(); err != nil {
			return err
		}
	}
	return nil
}

// led is told of what is walked step by step.
func (s *search) led(src render.Source, addr uintptr, n int) error {
	if addr+uintptr(max(n, 1)) <= s.at || addr >= s.at+uintptr(max(s.n, 1)) {
		return nil
	}
	if src.Hidden() {
		return nil // a slice is followed before it is known whether it is shown
	}
	return s.add(src)
}

// add tells of a place, once.
func (s *search) add(src render.Source) error {
	at := src.Value().Addr()
	if at != 0 && s.places[at] {
		return nil
	}
	path := src.Path()
	switch {
	case path == "":
		s.keys++
	case s.paths[path]:
		return nil
	case len(s.told) == maxRefs:
		s.more++
		return nil
	default:
		s.paths[path] = true
		t := src.Value().Type()
		s.told = append(s.told, referrer{path, inspect.TypeName(t), steps(path)})
	}
	if at != 0 {
		s.places[at] = true
	}
	return s.f.Keep(placeCost + 2*len(path))
}

// steps counts the steps of a path, about: a key may have dots too.
func steps(path string) int { return strings.Count(path, ".") + strings.Count(path, "[") }

func (s *search) notes() {
	note := func(n int, line string) {
		if n > 0 {
			s.f.Note(line)
		}
	}
	if s.cut != "" {
		s.f.Note("refs stopped before the end: " + s.cut)
	}
	if s.full {
		s.f.Note("the first are the nearest, others need not be: there was no room to remember the way to more than " +
			text.Thousands(s.kept/inspect.SearchRecord) + " objects; set bytes raises that")
	}
	note(s.more, text.Thousands(s.more)+" more places lead to it")
	note(s.keys, "places without a path, in keys of maps or below hidden keys, that lead to it: "+text.Thousands(s.keys))
	note(s.far, "places too far away for a path that lead to it: "+text.Thousands(s.far))
	note(s.unread, counted(s.unread, "value")+" could not be read, and may lead to it")
	note(s.deep, counted(s.deep, "object")+" too deep to be followed may lead to it")
	if n := s.search.Changed(); n > 0 {
		s.f.Note("refs is about right: " + counted(n, "value") + " changed while they were read")
	}
	if left := s.leftOut(); left != "" {
		s.f.Note(left + ", and may lead to it")
	}
}

func (s *search) answer() (value.Value, error) {
	slices.SortStableFunc(s.told, func(a, b referrer) int { return cmp.Compare(a.steps, b.steps) })
	var rows [][]string
	for _, p := range s.told {
		if err := s.f.Tick(stepsPerRow); err != nil {
			return nil, err
		}
		rows = append(rows, []string{p.path, p.typ})
	}
	if len(rows)+s.keys+s.far == 0 {
		s.f.Note("nothing else that is exposed leads to it")
	}
	return table(rows, "path", "type"), nil
}
