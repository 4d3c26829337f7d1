package peek

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

const (
	groupSlots = 8
	// GroupSlots is how many slots of a map lie side by side.
	GroupSlots = groupSlots
	// maxTable is the most slots that a table has. A larger one splits
	// (internal/runtime/maps.maxTableCapacity).
	maxTable = 1024
)

// MapType says how maps of one type lie in the memory of one Space.
type MapType struct {
	Key, Elem reflect.Type

	groupSize           uintptr
	keys, keyStride     uintptr // slot i's key lies at keys + i*keyStride
	elems, elemStride   uintptr
	keyByRef, elemByRef bool // the slot holds a pointer to it
	leads               []lead
	hasher              func(key unsafe.Pointer, seed uintptr) uintptr
}

// A lead is the word of each slot that holds the address a reader follows next.
type lead struct{ off, stride uintptr }

// leadOf returns the lead of a slot's part of type t; ok is false if it has none.
func leadOf(t reflect.Type, off, stride uintptr) (l lead, ok bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.String, reflect.Slice, reflect.Map:
		return lead{off, stride}, true
	case reflect.Interface:
		return lead{off + wordSize, stride}, true
	}
	return lead{}, false
}

// errMaps is the error of maps whose layout is not as expected.
var errMaps = errors.New("this Go version lays maps out in an unknown way")

// MapsUnknown returns why the maps of s cannot be walked, nil if they can.
func (s *Space) MapsUnknown() error { return s.mapsProved() }

// Maps returns how maps of type t lie in memory. The error says why the maps of s cannot be walked.
func (s *Space) Maps(t reflect.Type) (*MapType, error) {
	if err := s.mapsProved(); err != nil {
		return nil, err
	}
	return s.mapType(t)
}

func (s *Space) mapType(t reflect.Type) (*MapType, error) {
	switch m, _ := s.mapTypes.Load(t); m := m.(type) {
	case *MapType:
		return m, nil
	case error:
		return nil, m
	}
	m, err := s.deriveMap(t)
	if err != nil {
		s.mapTypes.Store(t, err)
		return nil, err
	}
	s.mapTypes.Store(t, m)
	return m, nil
}

// deriveMap reads the layout off the group type that the map's descriptor names: a word of control
// bytes, then eight slots of key and elem, or eight keys and eight elems.
func (s *Space) deriveMap(t reflect.Type) (*MapType, error) {
	drift := func(what string) error { return fmt.Errorf("%w: %s of %v", errMaps, what, t) }
	m := &MapType{Key: t.Key(), Elem: t.Elem()}
	where := &s.where
	desc := Ref{ptr: descriptor(t)}.In(s).Add(where.descEnd)
	var w [mapDescWords]uintptr
	if _, err := desc.Words(w[:]); err != nil {
		return nil, err
	}
	if w[where.mapKey/wordSize] != TypeWord(m.Key) || w[where.mapElem/wordSize] != TypeWord(m.Elem) {
		return nil, drift("the descriptor")
	}
	// reflect may be asked about a type, and nothing else. The group's may lie on the heap, if
	// reflect made t; then t keeps it alive.
	word := w[where.mapGroup/wordSize]
	kind, err := desc.At(word).Add(where.descKind).byte()
	if err != nil || reflect.Kind(kind) != reflect.Struct {
		return nil, drift("the group's type")
	}
	if types := s.binary(); types.err == nil && types.has(TypeWord(t)) && !types.has(word) {
		return nil, drift("the group's type")
	}
	// The word is the address of a descriptor, in the binary or kept alive by t's.
	p, err := desc.Add(where.mapGroup).Ptr(true)
	if err != nil {
		return nil, err
	}
	group := typeAt(p.ptr)
	if group.Kind() != reflect.Struct || group.NumField() < 2 || group.Field(0).Type.Size() != groupSlots {
		return nil, drift("the group")
	}
	m.groupSize = group.Size()
	var key, elem reflect.Type
	eight := func(f reflect.StructField) bool {
		return f.Type.Kind() == reflect.Array && f.Type.Len() == groupSlots
	}
	first := group.Field(1)
	switch n := group.NumField(); {
	case n == 2 && eight(first) && first.Type.Elem().Kind() == reflect.Struct && first.Type.Elem().NumField() == 2:
		slot := first.Type.Elem()
		key, elem = slot.Field(0).Type, slot.Field(1).Type
		m.keys, m.keyStride = first.Offset+slot.Field(0).Offset, slot.Size()
		m.elems, m.elemStride = first.Offset+slot.Field(1).Offset, slot.Size()
	case n == 3 && eight(first) && eight(group.Field(2)):
		key, elem = first.Type.Elem(), group.Field(2).Type.Elem()
		m.keys, m.keyStride = first.Offset, key.Size()
		m.elems, m.elemStride = group.Field(2).Offset, elem.Size()
	default:
		return nil, drift("the slots")
	}
	if m.keyByRef = key != m.Key; m.keyByRef && !pointsAt(key, m.Key) {
		return nil, drift("the keys")
	}
	if m.elemByRef = elem != m.Elem; m.elemByRef && !pointsAt(elem, m.Elem) {
		return nil, drift("the elems")
	}
	if l, ok := leadOf(key, m.keys, m.keyStride); ok {
		m.leads = append(m.leads, l)
	}
	if l, ok := leadOf(elem, m.elems, m.elemStride); ok {
		m.leads = append(m.leads, l)
	}
	// The hasher will be called: it must be the beginning of a function.
	pc, err := desc.At(w[where.mapHasher/wordSize]).uintptr()
	if err != nil || !s.funcAt(pc) {
		return nil, drift("the hasher")
	}
	m.hasher = *(*func(unsafe.Pointer, uintptr) uintptr)(desc.Add(where.mapHasher).ptr)
	return m, nil
}

// pointsAt reports whether p is the type of pointers to t.
func pointsAt(p, t reflect.Type) bool { return p.Kind() == reflect.Pointer && p.Elem() == t }
