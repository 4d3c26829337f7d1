package library

import (
	"fmt"
	"reflect"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "size", Args: "x", Min: 1, Reads: Composites, Run: sizeOf,
		Summary: "the bytes of x itself, and of all that it leads to", Example: `size(cache)`},
})

const (
	// maxSized bounds the objects that size follows pointers to.
	maxSized = 500_000
	// maxSizedDepth bounds the pointers in a row: each takes stack.
	maxSizedDepth = 2_000
	// maxSizing bounds the time, with half of what the evaluation may take.
	maxSizing = 2 * time.Second
)

// sizeOf is size(x): the bytes of the object itself and of all that it leads to, each object once,
// as {shallow: …, deep: …, objects: …}. If it has to stop before the end, deep is called atLeast. A
// text counts wherever it is held. What the allocator adds does not count, nor what is redacted,
// beyond its place in a struct.
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
	m := measurer{f: f, until: time.Now().Add(min(maxSizing, f.Budget().Time/2)), seen: map[object]bool{}, known: map[reflect.Type]bool{}}
	src := target.Source()
	if err := m.object(src, 0); err != nil {
		return nil, err
	}
	shallow := typeSize(target.Value().Type())
	deep, about := "deep", ""
	if m.cut {
		deep, about = "atLeast", "at least "
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

// object identifies a piece of memory.
type object struct {
	addr uintptr
	typ  reflect.Type
}

// measurer adds up memory.
type measurer struct {
	f       *machine.Frame
	until   time.Time
	seen    map[object]bool
	known   map[reflect.Type]bool // what hasPointers answered
	bytes   int
	objects int
	unread  int
	cut     bool
}

// object measures an object that a pointer leads to: its own bytes, and what they lead to.
func (m *measurer) object(src render.Source, depth int) error {
	v := src.Value()
	if o := (object{v.Addr(), v.Type()}); o.addr != 0 {
		if m.seen[o] {
			return nil
		}
		if len(m.seen) >= maxSized || depth > maxSizedDepth || len(m.seen)%64 == 63 && time.Now().After(m.until) {
			m.cut = true
			return nil
		}
		if err := m.f.Keep(2 * meter.ElementSize); err != nil {
			return err
		}
		m.seen[o] = true
	}
	m.objects++
	m.bytes += typeSize(v.Type())
	return m.contents(src, depth)
}

// contents measures what the bytes of src lead to.
func (m *measurer) contents(src render.Source, depth int) error {
	v := src.Value()
	if !v.IsValid() || !m.hasPointers(v.Type()) || src.Hidden() {
		return nil
	}
	switch v.Shape() {
	case inspect.Pointer:
		return m.pointer(src, depth)
	case inspect.Interface:
		return m.content(src, depth)
	case inspect.Struct:
		for _, field := range v.Fields() {
			if c, ok := src.Field(field.Index); ok {
				if err := m.contents(c, depth); err != nil {
					return err
				}
			}
		}
		return nil
	case inspect.List:
		return m.list(src, depth)
	case inspect.Map:
		return m.mapping(src, depth)
	case inspect.Scalar:
		if v.Kind() == reflect.String {
			return m.perElement(src, 1)
		}
	case inspect.Chan:
		c, err := capacity(src)
		if err != nil || c == 0 {
			return m.skip(err)
		}
		m.objects++
		m.bytes += c * typeSize(v.Type().Elem())
	}
	return nil
}

func (m *measurer) pointer(src render.Source, depth int) error {
	to, err := src.Elem()
	if err != nil || to == nil {
		return m.skip(err)
	}
	return m.object(to, depth+1)
}

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

// list measures the memory of a slice, and what the elements of a list lead to.
func (m *measurer) list(src render.Source, depth int) error {
	v := src.Value()
	t := v.Type()
	switch t.Kind() {
	case reflect.Slice:
		first, err := v.Index(0)
		if err != nil { // it is empty
			return nil
		}
		o := object{first.Addr(), t}
		if m.seen[o] {
			return nil
		}
		n, err := capacity(src)
		if err != nil {
			return m.skip(err)
		}
		if err := m.f.Keep(2 * meter.ElementSize); err != nil {
			return err
		}
		m.seen[o] = true
		m.objects++
		m.bytes += n * typeSize(t.Elem())
		if !m.hasPointers(t.Elem()) {
			return nil
		}
	case reflect.Struct:
		// An element of a container/list: two pointers, the list's, and the value.
		if err := m.perElement(src, 5*wordBytes); err != nil {
			return err
		}
	}
	return m.skip(src.Each(func(_, elem render.Source) (bool, error) { return m.element(elem, depth) }))
}

// mapping measures the entries of a map, and what they lead to. Empty slots do not count.
func (m *measurer) mapping(src render.Source, depth int) error {
	t := src.Value().Type()
	key, elem := 2*wordBytes, 2*wordBytes // a sync.Map
	walk := true
	if t.Kind() == reflect.Map {
		key, elem = typeSize(t.Key()), typeSize(t.Elem())
		walk = m.hasPointers(t.Key()) || m.hasPointers(t.Elem())
	}
	if err := m.perElement(src, key+elem+1); err != nil || !walk {
		return err
	}
	return m.skip(src.Each(func(key, elem render.Source) (bool, error) {
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
	err := m.contents(elem, depth)
	return !m.cut, err
}

// perElement adds each bytes for each element of src, or for each byte of a text.
func (m *measurer) perElement(src render.Source, each int) error {
	n, err := src.Len()
	if err != nil || n == 0 {
		return m.skip(err)
	}
	m.objects++
	m.bytes += n * each
	return nil
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

// capacity is the capacity of a slice or chan, and the length of a part of a slice.
func capacity(src render.Source) (int, error) {
	n, err := src.Len()
	if err != nil {
		return 0, err
	}
	if whole, err := src.Value().Len(); err != nil || n < whole {
		return n, err
	}
	return src.(interface{ Cap() (int, error) }).Cap()
}

// hasPointers reports whether values of type t hold pointers.
func (m *measurer) hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return false
	case reflect.Array, reflect.Struct:
	default:
		return true
	}
	if is, ok := m.known[t]; ok {
		return is
	}
	is := t.Kind() == reflect.Array && t.Len() > 0 && m.hasPointers(t.Elem())
	for i := 0; t.Kind() == reflect.Struct && i < t.NumField() && !is; i++ {
		is = m.hasPointers(t.Field(i).Type)
	}
	m.known[t] = is
	return is
}
