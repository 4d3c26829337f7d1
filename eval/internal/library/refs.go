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
	// refsDepth is how many pointers in a row refs follows before it looks at others, so that it
	// meets what is near first and does not have to remember each pointer.
	refsDepth = 4
	// maxRefs bounds the places that refs tells.
	maxRefs = 1000
)

// refs is refs(x): the places that lead to the object x, or to a part of it, among all that is
// exposed: pointers, slices of the array that it lies in, interfaces, and for a map, a channel or
// the array of a slice what refers to it. Each is {path: …, type: …}; those with the shortest paths come first. What lies
// in x itself does not count.
func refs(f *machine.Frame, args []value.Value) (value.Value, error) {
	target, err := objectArgument("refs", args[0])
	if err != nil {
		return nil, err
	}
	s := search{f: f, seen: map[string]bool{}}
	if s.at, s.n, err = memoryOf(target); err != nil {
		return nil, err
	}
	if s.at == 0 {
		return nil, value.WrongArgument("refs", 1, "an object that lies in the application's memory", args[0])
	}
	defer f.Release(f.Kept())
	m := newMeasurer(f)
	m.maxDepth, m.breadth, m.led = refsDepth, true, s.led
	objects, err := exposedObjects(f)
	if err != nil {
		return nil, err
	}
	for _, from := range objects {
		if err := m.all(from); err != nil {
			return nil, err
		}
	}
	if m.cut != "" {
		f.Note("refs stopped before the end: " + m.cut)
	}
	if s.more > 0 {
		f.Note(text.Thousands(s.more) + " more places lead to it")
	}
	if s.keys > 0 {
		f.Note("places without a path, in keys of maps or below hidden keys, that lead to it: " + text.Thousands(s.keys))
	}
	if m.unread > 0 {
		f.Note(counted(m.unread, "value") + " could not be read, and may lead to it")
	}
	if left := m.leftOut(); left != "" {
		f.Note(left + ", and may lead to it")
	}
	return s.answer()
}

// memoryOf returns the memory that x stands for: its own, and of a map, a channel or a slice the one
// that it refers to. The address is 0 if there is none.
func memoryOf(x *access.View) (addr uintptr, n int, err error) {
	v := x.Value()
	switch v.Kind() {
	case reflect.Map:
		addr, err = v.Word()
		return addr, mapHeader, err
	case reflect.Chan:
		addr, err = v.Word()
		return addr, chanHeader, err
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
	f     *machine.Frame
	at    uintptr
	n     int
	found []referrer
	seen  map[string]bool // their paths
	more  int             // places that are not among found
	keys  int             // places without a path
}

// referrer is a place that leads there.
type referrer struct {
	path, typ string
	steps     int // of the path
}

// placeCost is about what a place and its row take, in bytes, besides the path.
const placeCost = 500

func (s *search) led(src render.Source, addr uintptr, n int) error {
	if addr+uintptr(max(n, 1)) <= s.at || addr >= s.at+uintptr(max(s.n, 1)) {
		return nil
	}
	if src.Hidden() {
		return nil // a slice is followed before it is known whether it is shown
	}
	switch path := src.Path(); {
	case path == "":
		s.keys++
	case s.seen[path]:
	case len(s.found) == maxRefs:
		s.more++
	default:
		return s.add(path, src.Value().Type())
	}
	return nil
}

func (s *search) add(path string, t reflect.Type) error {
	if err := s.f.Keep(placeCost + 2*len(path)); err != nil {
		return err
	}
	s.seen[path] = true
	s.found = append(s.found, referrer{path, inspect.TypeName(t), steps(path)})
	return nil
}

// steps counts the steps of a path, about: a key may have dots too.
func steps(path string) int { return strings.Count(path, ".") + strings.Count(path, "[") }

func (s *search) answer() (value.Value, error) {
	slices.SortStableFunc(s.found, func(a, b referrer) int { return cmp.Compare(a.steps, b.steps) })
	var rows [][]string
	for _, p := range s.found {
		if err := s.f.Tick(stepsPerRow); err != nil {
			return nil, err
		}
		rows = append(rows, []string{p.path, p.typ})
	}
	if len(rows)+s.keys == 0 {
		s.f.Note("nothing else that is exposed leads to it")
	}
	return table(rows, "path", "type"), nil
}
