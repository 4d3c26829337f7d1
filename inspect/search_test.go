package inspect

import (
	"reflect"
	"runtime"
	"testing"
	"unsafe"
)

// remembered is a SearchSink to which each address is new once.
type remembered struct {
	met   map[uintptr]bool
	found int
	room  int // bytes of records that there is room for, 0 for any number
	kept  int
	left  []Left
}

func (r *remembered) Cover(_ uint32, addr, n uintptr) (int, []Span, error) {
	if r.met[addr] {
		return 0, nil, nil
	}
	r.met[addr] = true
	return int(n), nil, nil
}

func (r *remembered) Room(n int) bool {
	r.kept += n
	return r.room == 0 || r.kept <= r.room
}

func (r *remembered) Found(uintptr) bool {
	r.found++
	return true
}

func (r *remembered) Keep(int) error     { return nil }
func (r *remembered) Far()               {}
func (r *remembered) Left(what Left)     { r.left = append(r.left, what) }
func (r *remembered) Enter(reflect.Type) {}

// searchFor returns a Search below what pointer leads to, for what leads to target.
func searchFor(t *testing.T, to SearchSink, pointer any, target unsafe.Pointer, size uintptr) *Search {
	v, err := Of(pointer).Elem()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { runtime.KeepAlive(pointer) }) // a Search holds nothing
	s := NewSearch(&allShown{}, to, Span{Addr: uintptr(target), Size: size})
	if added, ok, err := s.Begin(v, 0); !added || !ok || err != nil {
		t.Fatal("it cannot be walked", added, ok, err)
	}
	return s
}

// all steps to the end, and returns what was found. f is called after each step.
func (s *Search) all(t *testing.T, f func(step int)) (all []Found) {
	for step := 0; ; step++ {
		if _, ok := s.Next(); !ok {
			return all
		}
		_, found, err := s.Step()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
		f(step)
	}
}

// TestSearchReadsWaysAgain: a place is told with a way only if that still leads there. If not, the place on
// the way that has changed is.
func TestSearchReadsWaysAgain(t *testing.T) {
	type node struct {
		next *node
		to   *int
	}
	target := new(int)
	last := &node{to: target}
	first := last
	for range 3 * searchBatch {
		first = &node{next: first}
	}
	list := &struct {
		name string
		head *node
	}{"list", first}
	byKey := &struct{ heads map[int]*node }{map[int]*node{1: first}}
	boxed := &struct{ head any }{first}
	sliced := &struct{ heads []*node }{[]*node{nil, first}}
	for name, c := range map[string]struct {
		of     any
		change func()
		steps  []ReachStepKind // to what has changed
	}{
		"pointer":   {list, func() { list.head = &node{next: first} }, []ReachStepKind{FieldStep}},
		"entry":     {byKey, func() { byKey.heads[1] = &node{next: first} }, []ReachStepKind{FieldStep, EntryStep}},
		"deleted":   {byKey, func() { clear(byKey.heads) }, []ReachStepKind{FieldStep}},
		"map":       {byKey, func() { byKey.heads = map[int]*node{1: first} }, []ReachStepKind{FieldStep}},
		"interface": {boxed, func() { boxed.head = &node{next: first} }, []ReachStepKind{FieldStep}},
		"slice":     {sliced, func() { sliced.heads = []*node{nil, first} }, []ReachStepKind{FieldStep}},
		"element":   {sliced, func() { sliced.heads[1] = last }, []ReachStepKind{FieldStep, IndexStep}},
		"deep":      {list, func() { first.next = last }, []ReachStepKind{FieldStep, ElemStep, FieldStep}},
		"nothing":   {list, func() { list.name = "other" }, nil},
	} {
		list.head, byKey.heads, boxed.head, sliced.heads = first, map[int]*node{1: first}, first, []*node{nil, first}
		next := first.next
		sink := &remembered{met: map[uintptr]bool{}}
		s := searchFor(t, sink, c.of, unsafe.Pointer(target), unsafe.Sizeof(*target))
		found := s.all(t, func(step int) {
			if step == 0 {
				c.change()
			}
		})
		first.next = next
		if len(found) != 1 || found[0].ID != 0 || found[0].Base != 0 || sink.found != 1 {
			t.Errorf("%s: %+v, %d", name, found, sink.found)
			continue
		}
		if found[0].Changed != (c.steps != nil) {
			t.Errorf("%s: changed is %v", name, found[0].Changed)
		}
		var steps []ReachStepKind
		for _, step := range found[0].Steps {
			steps = append(steps, step.Kind)
		}
		if c.steps != nil && !reflect.DeepEqual(steps, c.steps) {
			t.Errorf("%s: %v, want %v", name, steps, c.steps)
		}
		if want := 1 + 2*(3*searchBatch+1); c.steps == nil && len(steps) != want {
			t.Errorf("%s: %d steps, want %d", name, len(steps), want)
		}
	}
}
