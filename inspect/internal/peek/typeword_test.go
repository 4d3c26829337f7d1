package peek

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

// A face is the two words of an interface, to be set to anything.
type face [2]uintptr

func (f *face) open(t reflect.Type) (Dynamic, error) {
	return Of(reflect.ValueOf(f)).Interface(t, false)
}

// TestWrongTypeWords feeds the check every kind of word that is not the address of a type. The
// check must refuse it, and nothing may throw.
func TestWrongTypeWords(t *testing.T) {
	heap := &witness{name: strings.Repeat("heap", 10)}
	text := "a constant string, which lies among the types' names"
	var stringer fmt.Stringer = heap
	made := reflect.StructOf([]reflect.StructField{{Name: "Made", Type: reflect.TypeFor[int]()}})
	freed := new([16]uintptr)
	for i := range freed {
		freed[i] = TypeWord(witnesses[0])
	}
	stale := uintptr(unsafe.Pointer(freed))
	runtime.KeepAlive(freed)
	freed = nil
	runtime.GC()
	// The bytes of a real descriptor, where no type can be.
	copied := NewSlab(descBytes)
	if err := here.At(TypeWord(witnesses[0])).Copy(copied.Bytes(descBytes)); err != nil {
		t.Fatal(err)
	}
	copy(asBytes(&imitation), copied.Bytes(descBytes))
	words := map[string]uintptr{
		"a copy on the heap":      copied.Ref(Ref{}).Addr(),
		"a copy among the data":   uintptr(unsafe.Pointer(&imitation)),
		"before the types":        here.binary().base - wordSize,
		"the end of the types":    here.binary().end,
		"what no processor reads": 1 << (8*wordSize - 1),

		"zero's neighbour": 1,
		"a heap object":    uintptr(unsafe.Pointer(heap)),
		"heap text":        uintptr(unsafe.Pointer(unsafe.StringData(heap.name))),
		"a constant":       uintptr(unsafe.Pointer(unsafe.StringData(text))),
		"a type's name":    uintptr(unsafe.Pointer(unsafe.StringData(witnesses[0].String()))),
		"an itab":          (*[2]uintptr)(unsafe.Pointer(&stringer))[0],
		"a made type":      TypeWord(made),
		"freed memory":     stale,
		"code":             reflect.ValueOf(pointsAt).Pointer(),
		"the anchor":       uintptr(unsafe.Pointer(&anchor)),
		"the stack":        uintptr(unsafe.Pointer(&text)),
		"nowhere":          ^uintptr(0) &^ 7,
	}
	for off := uintptr(0); off < 128; off++ {
		words[fmt.Sprintf("%d bytes into a made type", off)] = TypeWord(made) + off
		words[fmt.Sprintf("%d bytes into an itab", off+1)] = words["an itab"] + off + 1
	}
	for _, w := range witnesses {
		for off := range extent(w.Kind()) - 1 {
			off++
			words[fmt.Sprintf("%d bytes into %v", off, w)] = TypeWord(w) + off
		}
	}
	for name, w := range words {
		for _, data := range []uintptr{0, w, uintptr(unsafe.Pointer(heap))} {
			f := &face{w, data}
			if d, err := f.open(reflect.TypeFor[any]()); !errors.Is(err, ErrTypeWord) {
				t.Errorf("%s passes for a type: %v, %v", name, d.Type, err)
			}
			if name == "an itab" {
				continue
			}
			if d, err := f.open(reflect.TypeFor[fmt.Stringer]()); !errors.Is(err, ErrTypeWord) {
				t.Errorf("%s passes for an itab: %v, %v", name, d.Type, err)
			}
		}
	}
	// What looks like an itab, but names a type with another hash.
	tab := **(**[4]uintptr)(unsafe.Pointer(&stringer))
	tab[here.where.itabType/wordSize] = TypeWord(reflect.TypeFor[int]())
	if d, err := (&face{uintptr(unsafe.Pointer(&tab)), 0}).open(reflect.TypeFor[fmt.Stringer]()); !errors.Is(err, ErrTypeWord) {
		t.Errorf("an itab with another type in it passes: %v, %v", d.Type, err)
	}
	// An itab of another interface is as wrong as anything.
	f := &face{words["an itab"], 0}
	if d, err := f.open(reflect.TypeFor[io.Reader]()); !errors.Is(err, ErrTypeWord) {
		t.Errorf("an itab of fmt.Stringer passes for io.Reader's: %v, %v", d.Type, err)
	}
}

// imitation lies in the binary's data.
var imitation [descBytes]byte

// typelinks is the runtime's own list of types: where each part of the program begins, and how far
// from there the descriptors of types lie. It has those that reflect could be asked to make.
//
//go:linkname typelinks reflect.typelinks
func typelinks() (sections []unsafe.Pointer, offsets [][]int32)

// listed returns the types that the runtime lists, and all that reflect reaches from them and from
// the witnesses, by the addresses of their descriptors.
func listed() map[uintptr]reflect.Type {
	all := make(map[uintptr]reflect.Type)
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		if all[TypeWord(t)] != nil {
			return
		}
		all[TypeWord(t)] = t
		switch t.Kind() {
		case reflect.Map:
			add(t.Key())
			add(t.Elem())
			// The group itself is in no interface, and is named like no other type.
			group := typeAt(*(*unsafe.Pointer)(unsafe.Add(descriptor(t), here.where.descEnd+here.where.mapGroup)))
			for i := range group.NumField() {
				add(group.Field(i).Type)
			}
		case reflect.Array, reflect.Chan, reflect.Pointer, reflect.Slice:
			add(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				add(t.Field(i).Type)
			}
		case reflect.Func:
			for i := range t.NumIn() {
				add(t.In(i))
			}
			for i := range t.NumOut() {
				add(t.Out(i))
			}
		}
	}
	sections, offsets := typelinks()
	for i, section := range sections {
		for _, off := range offsets[i] {
			add(typeAt(unsafe.Add(section, off)))
		}
	}
	for _, t := range witnesses {
		add(t)
	}
	return all
}

// extent is the smallest size of a descriptor of that kind. (internal/abi has a structure for
// each.)
func extent(k reflect.Kind) uintptr {
	switch k {
	case reflect.Func, reflect.Pointer, reflect.Slice:
		return here.where.descEnd + wordSize
	case reflect.Chan:
		return here.where.descEnd + 2*wordSize
	case reflect.Array:
		return here.where.descEnd + 3*wordSize
	case reflect.Interface, reflect.Map, reflect.Struct:
		return here.where.descEnd + 4*wordSize
	}
	return here.where.descEnd
}

// TestEveryWordOfTheTypes asks of every word in the types' area whether it is a type's. The answer
// must be yes for all types that the runtime knows of, and no for all words within them. Of the
// others that are said to be types, reflect must tell what it tells of types, without harm. A wrong
// yes ends the process, lies in another descriptor, or shows as a type that its own pointer type
// denies.
func TestEveryWordOfTheTypes(t *testing.T) {
	s := here.binary()
	if s.err != nil {
		t.Fatal(s.err)
	}
	known, n, unlisted := listed(), 0, 0
	last, end := reflect.Type(nil), s.base
	for w := s.base &^ (wordSize - 1); w < s.end; w += wordSize {
		typ, ok := s.typeOf(w)
		if want := known[w]; want != nil && typ != want {
			t.Errorf("%v at %#x is refused", want, w)
			typ, ok = want, true
		}
		if !ok {
			continue
		}
		if w < end {
			t.Errorf("%#x passes for a type, and lies in the descriptor of %v", w, last)
			continue
		}
		last, end = typ, w+extent(typ.Kind())
		n++
		if known[w] == nil && !strings.HasPrefix(typ.String(), "struct { F uintptr; ") {
			unlisted++
		}
		if typ.String() == "" || reflect.PointerTo(typ).Elem() != typ || typ.Align() == 0 {
			t.Errorf("%#x is no type: %v", w, typ)
		}
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				if f := typ.Field(i); f.Offset > typ.Size() || f.Name == "" {
					t.Errorf("%v has the field %v at %d of %d", typ, f.Name, f.Offset, typ.Size())
				}
			}
		case reflect.Map:
			if _, err := here.mapType(typ); err != nil {
				t.Error(err)
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d types were found", n)
	}
	// Some are beyond reflect's reach: the variables of closures, which are left out above, and a
	// few such as interfaces that are only asserted.
	if unlisted > n/50 {
		t.Errorf("%d of %d types are not known to the runtime", unlisted, n)
	}
	t.Logf("%d types in %d words, %d of them not listed", n, (s.end-s.base)/wordSize, unlisted)
}

// TestMadeTypes reads values of types that reflect made, in places that are trusted.
func TestMadeTypes(t *testing.T) {
	made := reflect.StructOf([]reflect.StructField{{Name: "Made", Type: reflect.TypeFor[int]()}})
	x := reflect.New(made).Elem().Interface()
	d, err := Of(reflect.ValueOf(&x)).Interface(reflect.TypeFor[any](), true)
	if err != nil || d.Type != made {
		t.Errorf("%v, %v", d.Type, err)
	}
	if d, err := Of(reflect.ValueOf(&x)).Interface(reflect.TypeFor[any](), false); !errors.Is(err, ErrTypeWord) {
		t.Errorf("a made type is believed from anywhere: %v, %v", d.Type, err)
	}
	m := reflect.MakeMap(reflect.MapOf(made, made))
	m.SetMapIndex(reflect.Zero(made), reflect.Zero(made))
	typ, err := here.Maps(m.Type())
	if err != nil {
		t.Fatal(err)
	}
	w := typ.Walk(Of(m))
	if err := w.Load(0, wholeTable); err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range w.Slots() {
		if _, _, _, _, ok := w.Slot(i); ok {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
}

func FuzzTypeWord(f *testing.F) {
	for _, w := range witnesses {
		f.Add(uint64(TypeWord(w)), uint64(0))
		f.Add(uint64(TypeWord(w)), uint64(1))
	}
	f.Fuzz(func(t *testing.T, w, off uint64) {
		x := &face{uintptr(w + off), 1}
		for _, typ := range []reflect.Type{reflect.TypeFor[any](), reflect.TypeFor[error]()} {
			if d, err := x.open(typ); err == nil && d.Type != nil && TypeWord(d.Type) != uintptr(w+off) {
				t.Errorf("%#x: %v", w+off, d.Type)
			}
		}
	})
}
