package access

import (
	"reflect"
	"slices"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/access/internal/redact"
)

// structInfo is what policy knows of a struct type.
type structInfo struct {
	fields []redact.Field
	// locks are the fields that are a sync.Mutex or sync.RWMutex, by value or pointer, the one that
	// guards the others first: the best named one of the struct's own, then those of embedded
	// structs, whose methods it has too.
	locks []lockField
	// alone says that it looks after itself: it has a lock in it, or its type is inspect.Shared. A
	// guard of something else says nothing about it.
	alone bool
}

// lockField leads from a struct to one of its locks.
type lockField struct {
	index  []int
	name   string
	goName string
}

// structs caches structInfo by type. It grows with the types of the program, as reflect's own
// caches do.
var structs sync.Map // of reflect.Type to *structInfo

func structOf(t reflect.Type) *structInfo {
	if s, ok := structs.Load(t); ok {
		return s.(*structInfo)
	}
	s := new(structInfo)
	s.fields = redact.FieldsOf(t)
	s.locks = findLocks(t)
	s.alone = inspect.Shared(t) || len(s.locks) > 0 || slices.ContainsFunc(s.fields, func(f redact.Field) bool { return locking(f.Type) })
	stored, _ := structs.LoadOrStore(t, s)
	return stored.(*structInfo)
}

// mutexNames are tried in this order before any other field that is a mutex.
var mutexNames = []string{"mu", "lock", "mutex", "mtx", "Mu", "Lock", "Mutex", "RWMutex"}

// findLocks finds the locks of t. An interface is not considered: what it locks is unknown.
func findLocks(t reflect.Type) []lockField {
	var own, below []lockField
	for i, f := range inspect.Fields(t) {
		switch ft := kind.Deref(f.Type); {
		case ft == mutexType || ft == rwMutexType:
			own = append(own, lockField{[]int{i}, f.Name, f.GoName})
		case f.Embedded && f.Type.Kind() == reflect.Struct:
			for _, l := range findLocks(f.Type) {
				below = append(below, lockField{append([]int{i}, l.index...), l.name, l.goName})
			}
		}
	}
	rank := func(l lockField) int {
		if r := slices.Index(mutexNames, l.goName); r >= 0 {
			return r
		}
		return len(mutexNames)
	}
	slices.SortStableFunc(own, func(a, b lockField) int { return rank(a) - rank(b) })
	return append(own, below...)
}

// locking reports whether a field of type t is a lock of the struct that it is in, be it one that
// reads cannot try.
func locking(t reflect.Type) bool {
	for t.Kind() == reflect.Array && t.Len() > 0 { // stripes
		t = t.Elem()
	}
	switch p := kind.Deref(t); {
	case p.PkgPath() == "sync" && (p.Name() == "Once" || p.Name() == "Cond"), p == mutexType, p == rwMutexType:
		return true
	case t.Kind() == reflect.Interface:
		return t.Implements(lockerType)
	case t.Size() == 0 || t.Kind() == reflect.Pointer || !reflect.PointerTo(t).Implements(lockerType):
		// One of no size only tells go vet that the struct is not to be copied.
		return false
	}
	// An object that has Lock from its embedded lock is no lock of what it lies in.
	return !slices.ContainsFunc(inspect.Fields(t), func(f inspect.Field) bool {
		return f.Embedded && (f.Type.Implements(lockerType) || reflect.PointerTo(f.Type).Implements(lockerType))
	})
}

// named is the first lock of that struct with one of these names; ok is false if it has none.
func (s *structInfo) named(names []string) (l lockField, ok bool) {
	for _, l := range s.locks {
		if slices.Contains(names, l.name) || slices.Contains(names, l.goName) {
			return l, true
		}
	}
	return l, false
}

var (
	mutexType   = reflect.TypeFor[sync.Mutex]()
	rwMutexType = reflect.TypeFor[sync.RWMutex]()
	lockerType  = reflect.TypeFor[sync.Locker]()
)
