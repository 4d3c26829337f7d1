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
	// maxRefs bounds the places that refs tells.
	maxRefs = 1000
	// maxPasses bounds how often refs looks at objects in which the way to a place changes.
	maxPasses = 4
)

// refs is refs(x): the places that lead to the object x, or to a part of it, among all that is
// exposed: pointers, slices of the array that it lies in, interfaces, and for a map, a channel, a text or
// the array of a slice what refers to it. Each is {path: …, type: …}; the nearest come first. What
// lies in x itself counts like all else.
//
// Each way is read again before it is told. Where one has changed, all of that exposed object is looked
// at again, and if that does not find it all exposed objects are.
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
	s := &search{nearest: newNearest(f), at: at, n: n, paths: map[string]bool{}, places: map[uintptr]bool{}}
	s.led, s.search = s.leads, f.Visit.NewSearch(inspect.Span{Addr: at, Size: uintptr(n)}, s)
	objects, err := exposedObjects(f)
	if err != nil {
		return nil, err
	}
	if err := s.passes(objects); err != nil {
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
	nearest
	at     uintptr
	n      int
	told   []referrer
	paths  map[string]bool  // of told
	places map[uintptr]bool // and their addresses
	more   int              // places that are not told
	keys   int              // places without a path
	torn   int              // headers that kept changing, in the pass with the most

	moved   []string        // paths through which the ways to places have changed in this pass
	movedIn map[string]bool // the exposed names of those
	lost    int             // places with such ways
	strayed bool            // there were some in any pass
}

// referrer is a place that leads there.
type referrer struct {
	path    string // "" if it has none
	typ     string
	at      uintptr
	exposed string // the name of the object that it was found below
}

// placeCost is about what a place and its row take, in bytes, besides the path.
const placeCost = 500

var _ access.SearchSink = (*search)(nil)

func (s *search) Found(at uintptr) bool {
	switch {
	case s.places[at]:
		return false // it was told in another pass
	case len(s.paths)+s.lost < maxRefs:
		return true
	}
	s.more++
	return false
}

func (s *search) At(_ int, v *access.View) error {
	if v.Hidden() {
		return nil
	}
	return s.add(v.Source())
}

func (s *search) Changed(_ int, v *access.View) error {
	if v.Hidden() {
		return nil
	}
	s.lost++
	s.movedIn[v.Exposed()] = true
	path := cmp.Or(v.Source().Path(), v.Exposed())
	if len(s.moved) == maxMoved || slices.Contains(s.moved, path) {
		return nil
	}
	s.moved = append(s.moved, path)
	return s.f.Keep(len(path))
}

// passes looks for places below the objects, and again below those in which ways have changed, as long as
// the budget has room for it. Where such a way is not found again, what it led to may be below another
// object by now, so it looks below all of them again.
func (s *search) passes(all []*access.View) error {
	base, budget := s.f.Kept(), s.f.Budget()
	began, read := s.f.Elapsed(), s.f.Reads()
	if err := s.stop(s.pass(all)); err != nil {
		return err
	}
	took, reads := s.f.Elapsed()-began, s.f.Reads()-read
	most := s.unfollowed
	defer func() { s.unfollowed = most.most(s.unfollowed) }()
	objects, gone := slices.Clone(all), false
	for range maxPasses - 1 {
		if s.lost == 0 && !gone || s.cut != "" || s.more > 0 || s.f.Elapsed()+took > budget.Time/2 || s.f.Near(reads) {
			break
		}
		if gone {
			objects = slices.Clone(all)
			for _, v := range all {
				s.movedIn[v.Exposed()] = true
			}
		}
		objects = slices.DeleteFunc(objects, func(v *access.View) bool { return !s.movedIn[v.Exposed()] })
		was, err := s.forget(base)
		if err != nil {
			return err
		}
		left, lost := len(s.told), s.lost
		s.search, s.unfollowed = s.search.Again(), unfollowed{}
		if err := s.stop(s.pass(objects)); err != nil {
			return err
		}
		gone = s.lost == 0 && s.unread == 0 && len(objects) < len(all) && len(s.told)-left < len(was)+lost
		for _, p := range was {
			if s.movedIn[p.exposed] || s.cut != "" || s.unread > 0 || s.search.Changed() > 0 {
				if err := s.tell(p); err != nil {
					return err
				}
			}
		}
		most = most.most(s.unfollowed)
	}
	return nil
}

// forget takes back what was told of objects in which ways have changed, and returns it. base is what was
// kept before anything was told.
func (s *search) forget(base int) (was []referrer, err error) {
	told := s.told
	s.told, s.paths, s.places, s.keys = nil, map[string]bool{}, map[uintptr]bool{}, 0
	s.f.Release(base)
	for _, p := range told {
		if s.movedIn[p.exposed] {
			was = append(was, p)
		} else if err := s.tell(p); err != nil {
			return nil, err
		}
	}
	return was, s.f.Keep(placeCost * len(was))
}

// pass looks for places below the objects, once.
func (s *search) pass(objects []*access.View) error {
	s.moved, s.movedIn, s.lost = nil, map[string]bool{}, 0
	err := s.below(objects)
	s.torn, s.strayed = max(s.torn, s.search.Changed()), s.strayed || s.lost > 0
	return err
}

// leads is told of what is walked step by step.
func (s *search) leads(src render.Source, addr uintptr, n int) error {
	if addr+uintptr(max(n, 1)) <= s.at || addr >= s.at+uintptr(max(s.n, 1)) {
		return nil
	}
	if src.Hidden() {
		return nil // a slice is followed before it is known whether it is shown
	}
	return s.add(src)
}

// add tells of a place.
func (s *search) add(src render.Source) error {
	v := src.Value()
	if v.Addr() != 0 && s.places[v.Addr()] {
		return nil
	}
	p := referrer{path: src.Path(), typ: inspect.TypeName(v.Type()), at: v.Addr()}
	if x, ok := src.(interface{ Exposed() string }); ok {
		p.exposed = x.Exposed()
	}
	return s.tell(p)
}

// tell adds p to what is told, once.
func (s *search) tell(p referrer) error {
	switch {
	case p.at != 0 && s.places[p.at] || p.path != "" && s.paths[p.path]:
		return nil
	case p.path == "":
		s.keys++
	case len(s.paths) == maxRefs:
		s.more++
		return nil
	default:
		s.paths[p.path] = true
	}
	if p.at != 0 {
		s.places[p.at] = true
	}
	s.told = append(s.told, p)
	return s.f.Keep(placeCost + 2*len(p.path))
}

// steps counts the steps of a path, about: a key may have dots too.
func steps(path string) int { return strings.Count(path, ".") + strings.Count(path, "[") }

const (
	maxMoved = 1000 // names that are remembered
	maxNamed = 4    // names in a note
)

func (s *search) notes() {
	note := func(n int, line string) {
		if n > 0 {
			s.f.Note(line)
		}
	}
	if s.cut != "" {
		s.f.Note("refs stopped before the end: " + s.cut)
	}
	if s.full > 0 {
		s.f.Note("the first are the nearest, others need not be: there was no room to remember the way to more than " +
			text.Thousands(s.full/inspect.SearchRecord) + " objects; set bytes raises that")
	}
	note(s.more, text.Thousands(s.more)+" more places lead to it")
	note(s.keys, "places without a path, in keys of maps or below hidden keys, that lead to it: "+text.Thousands(s.keys))
	note(s.far, "places too far away for a path that lead to it: "+text.Thousands(s.far))
	note(s.unread, counted(s.unread, "value")+" that could not be read may lead to it"+s.because())
	note(s.buried, counted(s.buried, "object")+" too deep to be followed may lead to it")
	note(s.torn, "refs is about right: "+counted(s.torn, "value")+" kept changing while they were read")
	switch slices.Sort(s.moved); {
	case len(s.moved) == 1:
		s.f.Note("a way through " + s.moved[0] + " changed while it was read, and may lead to it")
	case len(s.moved) > 1:
		s.f.Note("ways through " + text.Few(s.moved, maxNamed) + " changed while they were read, and may lead to it")
	}
	if left := s.leftOut(); left != "" {
		s.f.Note(left + ", and may lead to it")
	}
}

func (s *search) answer() (value.Value, error) {
	var rows [][]string
	for _, p := range s.told {
		if err := s.f.Tick(1); err != nil {
			return nil, err
		}
		if p.path != "" {
			rows = append(rows, []string{p.path, p.typ})
		}
	}
	if err := s.f.Tick(stepsPerRow * len(rows)); err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b []string) int { return cmp.Compare(steps(a[0]), steps(b[0])) })
	switch {
	case len(rows)+s.keys+s.far > 0:
	case s.cut != "" || s.strayed || s.unread+s.buried+s.torn+s.closures+s.unsafes > 0:
		s.f.Note("no other place was found that leads to it")
	default:
		s.f.Note("nothing else that is exposed leads to it")
	}
	return table(rows, "path", "type"), nil
}
