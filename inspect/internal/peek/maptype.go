package peek

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"unsafe"
)

const (
	groupSlots = 8
	// maxTable is the most slots that a table has: it splits before it grows
	// beyond (internal/runtime/maps.maxTableCapacity).
	maxTable = 1024
)

// MapType is how maps of one type lie in memory.
type MapType struct {
	Key, Elem reflect.Type

	groupSize           uintptr
	keys, keyStride     uintptr // of slot i's key: keys + i*keyStride
	elems, elemStride   uintptr
	keyByRef, elemByRef bool // the slot holds a pointer to it
	leads               []lead
	hasher              func(key unsafe.Pointer, seed uintptr) uintptr
}

// lead is a word of each slot that is the address of what a reader looks at next.
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

// errMaps is the reason for not walking maps when what is believed of them does
// not hold.
var errMaps = errors.New("this Go version lays maps out in an unknown way")

var mapTypes sync.Map // reflect.Type to *MapType or error

// MapsUnknown is the reason why this Go's maps cannot be walked; nil if they
// can.
func MapsUnknown() error { return mapsProved() }

// Maps returns how maps of type t lie in memory. The error says why this Go's
// maps cannot be walked.
func Maps(t reflect.Type) (*MapType, error) {
	if err := mapsProved(); err != nil {
		return nil, err
	}
	return mapType(t)
}

func mapType(t reflect.Type) (*MapType, error) {
	switch m, _ := mapTypes.Load(t); m := m.(type) {
	case *MapType:
		return m, nil
	case error:
		return nil, m
	}
	m, err := deriveMap(t)
	if err != nil {
		mapTypes.Store(t, err)
		return nil, err
	}
	mapTypes.Store(t, m)
	return m, nil
}

// deriveMap reads the layout off the group type that the map's descriptor
// names: a word of control bytes, then eight slots of key and elem, or eight
// keys and eight elems.
func deriveMap(t reflect.Type) (*MapType, error) {
	drift := func(what string) error { return fmt.Errorf("%w: %s of %v", errMaps, what, t) }
	m := &MapType{Key: t.Key(), Elem: t.Elem()}
	desc := Ref{ptr: descriptor(t)}.Add(where.descEnd)
	var w [mapDescWords]uintptr
	if _, err := desc.Words(w[:]); err != nil {
		return nil, err
	}
	if w[where.mapKey/wordSize] != TypeWord(m.Key) || w[where.mapElem/wordSize] != TypeWord(m.Elem) {
		return nil, drift("the descriptor")
	}
	// Reflect may be asked about a type only. The group's may be one that reflect
	// made, on the heap, where t is one: then t keeps it.
	word := w[where.mapGroup/wordSize]
	kind, err := At(word).Add(where.descKind).byte()
	if err != nil || reflect.Kind(kind) != reflect.Struct {
		return nil, drift("the group's type")
	}
	if s := binary(); s.err == nil && s.has(TypeWord(t)) && !s.has(word) {
		return nil, drift("the group's type")
	}
	// It is the address of a descriptor, in the binary or on the heap, where t's keeps it.
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
	if m.keyByRef = key != m.Key; m.keyByRef && key != reflect.PointerTo(m.Key) {
		return nil, drift("the keys")
	}
	if m.elemByRef = elem != m.Elem; m.elemByRef && elem != reflect.PointerTo(m.Elem) {
		return nil, drift("the elems")
	}
	if l, ok := leadOf(key, m.keys, m.keyStride); ok {
		m.leads = append(m.leads, l)
	}
	if l, ok := leadOf(elem, m.elems, m.elemStride); ok {
		m.leads = append(m.leads, l)
	}
	// It will be called: it must be where a function begins.
	pc, err := At(w[where.mapHasher/wordSize]).uintptr()
	if f := runtime.FuncForPC(pc); err != nil || f == nil || f.Entry() != pc {
		return nil, drift("the hasher")
	}
	m.hasher = *(*func(unsafe.Pointer, uintptr) uintptr)(desc.Add(where.mapHasher).ptr)
	return m, nil
}
