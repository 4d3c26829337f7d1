package guard

import (
	"reflect"
	"slices"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
)

// Struct is what guards values of a struct type.
type Struct struct {
	// Locks are the fields that are a sync.Mutex or sync.RWMutex, by value or pointer. The one that
	// guards the others comes first: the best named one of the struct's own, then those of embedded
	// structs, whose methods it has too.
	Locks []Field
	// Independent says that the struct looks after itself, so that a guard of something else says
	// nothing about it: it has a lock of any kind in it, or its type is inspect.Shared.
	Independent bool
}

// Field leads from a struct to one of its locks.
type Field struct {
	Name   string
	goName string
	index  []int
}

// structs caches StructOf. It grows with the types of the program, as reflect's own caches do.
var structs sync.Map // of reflect.Type to *Struct

// StructOf returns what guards values of the struct type t.
func StructOf(t reflect.Type) *Struct {
	if s, ok := structs.Load(t); ok {
		return s.(*Struct)
	}
	s := &Struct{Locks: findLocks(t)}
	s.Independent = inspect.Shared(t) || len(s.Locks) > 0 ||
		slices.ContainsFunc(inspect.Fields(t), func(f inspect.Field) bool { return isLock(f.Type) })
	stored, _ := structs.LoadOrStore(t, s)
	return stored.(*Struct)
}

// Named returns the first lock of s that has one of the names.
func (s *Struct) Named(names []string) (f Field, ok bool) {
	for _, f := range s.Locks {
		if slices.Contains(names, f.Name) || slices.Contains(names, f.goName) {
			return f, true
		}
	}
	return f, false
}

// lockNames are tried in this order before any other field that is a mutex.
var lockNames = []string{"mu", "lock", "mutex", "mtx", "Mu", "Lock", "Mutex", "RWMutex"}

// findLocks returns the locks of t. A field of an interface type is none: what it locks is unknown.
func findLocks(t reflect.Type) []Field {
	var own, embedded []Field
	for i, f := range inspect.Fields(t) {
		switch ft := kind.Deref(f.Type); {
		case IsMutex(ft):
			own = append(own, Field{f.Name, f.GoName, []int{i}})
		case f.Embedded && f.Type.Kind() == reflect.Struct:
			for _, l := range findLocks(f.Type) {
				embedded = append(embedded, Field{l.Name, l.goName, append([]int{i}, l.index...)})
			}
		}
	}
	rank := func(l Field) int {
		if r := slices.Index(lockNames, l.goName); r >= 0 {
			return r
		}
		return len(lockNames)
	}
	slices.SortStableFunc(own, func(a, b Field) int { return rank(a) - rank(b) })
	return append(own, embedded...)
}

// isLock reports whether a field of type t is a lock of the struct around it, even one that reads
// cannot try.
func isLock(t reflect.Type) bool {
	for t.Kind() == reflect.Array && t.Len() > 0 { // stripes
		t = t.Elem()
	}
	switch p := kind.Deref(t); {
	case p.PkgPath() == "sync" && (p.Name() == "Once" || p.Name() == "Cond"), IsMutex(p):
		return true
	case t.Kind() == reflect.Interface:
		return t.Implements(lockerType)
	case t.Size() == 0 || t.Kind() == reflect.Pointer || !reflect.PointerTo(t).Implements(lockerType):
		// A field of no size only tells go vet not to copy the struct.
		return false
	}
	// An object that is a Locker through an embedded lock guards itself, not what it lies in.
	return !slices.ContainsFunc(inspect.Fields(t), func(f inspect.Field) bool {
		return f.Embedded && (f.Type.Implements(lockerType) || reflect.PointerTo(f.Type).Implements(lockerType))
	})
}

var (
	mutexType   = reflect.TypeFor[sync.Mutex]()
	rwMutexType = reflect.TypeFor[sync.RWMutex]()
	lockerType  = reflect.TypeFor[sync.Locker]()
)

// IsMutex reports whether t is a sync.Mutex or sync.RWMutex.
func IsMutex(t reflect.Type) bool { return t == mutexType || t == rwMutexType }

// in returns the lock itself, in the struct v; the zero Value if the field is a nil pointer.
func (f *Field) in(v inspect.Value) (inspect.Value, error) {
	for _, i := range f.index {
		v = v.Field(i)
	}
	if v.Kind() == reflect.Pointer {
		return v.Elem()
	}
	return v, nil
}

// FieldOf returns the field of the struct v that is k, and the lock itself.
func (k *Lock) FieldOf(v inspect.Value) (f Field, m inspect.Value, ok bool) {
	for _, f := range StructOf(v.Type()).Locks {
		if m, err := f.in(v); err == nil && m.IsValid() && m.Addr() == k.addr {
			return f, m, true
		}
	}
	return f, m, false
}
