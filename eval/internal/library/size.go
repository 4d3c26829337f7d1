package library

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "size", Args: "x", Min: 1, Reads: Composites, Run: sizeOf,
		Summary: "the bytes of x itself, and of all that it leads to", Example: `size(cache)`},
})

const (
	// maxSizedDepth bounds the pointers in a row that size follows on its stack. Further ones
	// wait until it is back.
	maxSizedDepth = 200
	// maxBlock bounds what one slice, text or map may be believed to take, in bytes: 1 TiB, or half of
	// what 32 bits can address.
	maxBlock = min(1<<40, math.MaxInt)
)

// sizeOf is size(x): the bytes of the object itself and of all that it leads to, each byte once, as
// {shallow: …, deep: …, objects: …}. If it has to stop before the end, deep is called atLeast. What
// the allocator adds does not count, nor what is redacted, beyond its place in a struct.
func sizeOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	v, err := liveArgument("size", args[0])
	if err != nil {
		return nil, err
	}
	target, err := v.Target()
	if err != nil {
		return nil, err
	}
	if target == nil {
		target = v
	}
	if target.Hidden() {
		return nil, value.ErrRedacted(target.Path())
	}
	defer f.Release(f.Kept())
	m := measurer{f: f, covered: coverage{m: f.Meter, pages: map[uintptr]*coverPage{}}, layouts: map[reflect.Type]*layout{}}
	if err := m.all(target); err != nil {
		return nil, err
	}
	shallow := typeSize(target.Value().Type())
	deep, about := "deep", ""
	if m.cut != "" {
		deep, about = "atLeast", "at least "
		f.Note("size stopped before the end: " + m.cut)
	}
	if m.unread > 0 {
		f.Note(text.Thousands(m.unread) + " values could not be read, and are not in the size")
	}
	text := fmt.Sprintf("%s by itself, %s%s with what it leads to: %s objects",
		text.Bytes(shallow), about, text.Bytes(m.bytes), text.Thousands(m.objects))
	return &value.Snapshot{
		Node: record(field{"shallow", shallow}, field{deep, m.bytes}, field{"objects", m.objects}),
		Page: textPage(text),
	}, nil
}

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
	waiting []*access.View // pointers that wait for the stack to become shorter
	part    bool           // what is asked for is a part of a list or text
	steps   int
	bytes   int
	objects int
	unread  int
	cut     string // why it stopped before the end, "" if it did not

	layouts  map[reflect.Type]*layout
	lastType reflect.Type
	last     *layout
}

// all measures an object and all that it leads to.
func (m *measurer) all(v *access.View) error {
	if shape := v.Shape(); shape == inspect.List || shape == inspect.Scalar {
		n, err := v.Len()
		whole, err2 := v.Value().Len()
		m.part = err == nil && err2 == nil && n != whole
	}
	err := m.object(v.Source(), 0)
	for err == nil && m.cut == "" && len(m.waiting) > 0 {
		last := len(m.waiting) - 1
		next := m.waiting[last]
		m.waiting = m.waiting[:last]
		err = m.contents(next.Source(), 0)
	}
	if err == nil {
		var fresh int
		fresh, err = m.covered.rest()
		m.bytes += fresh
	}
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
	most := m.f.Budget().Time
	if m.f.Elapsed() > most-min(most/10, 200*time.Millisecond) {
		m.cut = fmt.Sprintf("it took longer than %v; set time raises that", most)
	}
	return m.cut == ""
}

// block counts n bytes at an address, and reports whether some of them are new. Of what is a copy
// the address is not known; it counts as new.
func (m *measurer) block(addr uintptr, n int) (fresh bool, err error) {
	if n < 0 || n > maxBlock {
		m.unread++
		return false, nil
	}
	k := n
	if addr != 0 {
		k, err = m.covered.add(addr, uintptr(n))
	}
	if k > 0 {
		m.objects++
		m.bytes += k
	}
	return k > 0, err
}

// object measures an object that a pointer leads to: its own bytes, and what they lead to.
func (m *measurer) object(src render.Source, depth int) error {
	v := src.Value()
	if !m.goOn() {
		return nil
	}
	if fresh, err := m.block(v.Addr(), typeSize(v.Type())); err != nil || !fresh {
		return err
	}
	return m.contents(src, depth)
}

// contents measures what the bytes of src lead to.
func (m *measurer) contents(src render.Source, depth int) error {
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
	switch shape := v.Shape(); {
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
		return m.text(src, depth)
	case shape == inspect.Chan:
		c, err := v.Cap()
		if err != nil || c == 0 || c > maxBlock {
			return m.skip(err)
		}
		if fresh, err := m.header(v, chanHeader); err != nil || !fresh {
			return err
		}
		m.objects++
		m.bytes += c * typeSize(v.Type().Elem())
	}
	return nil
}

func (m *measurer) pointer(src render.Source, depth int) error {
	if depth >= maxSizedDepth {
		kept, err := src.(interface{ Keep() (*access.View, error) }).Keep()
		if err == nil {
			err = m.f.Keep(viewCost)
		}
		if err == nil {
			m.waiting = append(m.waiting, kept)
		}
		return err
	}
	to, err := src.Elem()
	if err != nil || to == nil {
		return m.skip(err)
	}
	return m.object(to, depth+1)
}

// viewCost is about what a pointer that waits takes, in bytes.
const viewCost = 400

// content measures what an interface holds. Unless it is a pointer, it lies in memory of its own.
func (m *measurer) content(src render.Source, depth int) error {
	to, err := src.Elem()
	if err != nil || to == nil {
		return m.skip(err)
	}
	if to.Value().Shape() != inspect.Pointer {
		return m.object(to, depth+1)
	}
	return m.contents(to, depth)
}

// text measures the bytes of a string.
func (m *measurer) text(src render.Source, depth int) error {
	addr, n, err := src.Value().Origin()
	if err != nil || n == 0 || !m.isPart(depth) && m.covered.has(addr, uintptr(n)) {
		return m.skip(err)
	}
	if src.Hidden() {
		return nil
	}
	if m.isPart(depth) {
		if n, err = src.Len(); err != nil {
			return m.skip(err)
		}
		addr = 0
	}
	_, err = m.block(addr, n)
	return err
}

// isPart reports whether a list or text is a part of one. Only what was asked for can be.
func (m *measurer) isPart(depth int) bool { return m.part && depth == 0 }

// list measures the memory of a slice, and what the elements of a list lead to.
func (m *measurer) list(src render.Source, depth int) error {
	v := src.Value()
	if v.Kind() == reflect.Slice {
		addr, err := v.Word()
		if err != nil || addr == 0 {
			return m.skip(err)
		}
		size := typeSize(v.Type().Elem())
		if most, err := v.Cap(); err == nil && !m.isPart(depth) && most < maxBlock/max(size, 1) && m.covered.has(addr, uintptr(most*size)) {
			return nil
		}
		if src.Hidden() {
			return nil
		}
		n, err := v.Len()
		if m.isPart(depth) {
			n, err = src.Len()
		}
		if err != nil {
			return m.skip(err)
		}
		most := n
		if m.isPart(depth) {
			addr = 0
		} else if most, err = v.Cap(); err != nil || n > most {
			return m.skip(err)
		}
		if size == 0 || most > maxBlock/size {
			return nil
		}
		fresh, err := m.block(addr, n*size)
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

// header reports whether the map or channel that v refers to is new.
func (m *measurer) header(v inspect.Value, size uintptr) (fresh bool, err error) {
	addr, err := v.Word()
	if err != nil || addr == 0 {
		return false, m.skip(err)
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
		if fresh, err := m.header(v, mapHeader); err != nil || !fresh {
			return err
		}
	}
	m.objects++
	m.bytes += n * (key + elem + 1)
	if !walk {
		return nil
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
	if !ok {
		l = &layout{}
		m.layouts[t] = l // types have no cycles but through pointers
		switch t.Kind() {
		case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
			reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
			reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		case reflect.Array:
			l.pointers = t.Len() > 0 && m.layoutOf(t.Elem()).pointers
		case reflect.Struct:
			for i := range t.NumField() {
				if m.layoutOf(t.Field(i).Type).pointers {
					l.fields = append(l.fields, i)
				}
			}
			// Locations of times are shared by the whole program.
			l.pointers = l.fields != nil && t != reflect.TypeFor[time.Time]()
		default:
			l.pointers = true
		}
	}
	m.lastType, m.last = t, l
	return l
}
