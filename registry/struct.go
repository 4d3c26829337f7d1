package registry

import (
	"reflect"
	"slices"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
)

// structInfo is what policy knows of a struct type.
type structInfo struct {
	fields []fieldInfo
	// mutex leads from the struct to the lock that is taken to guard its
	// fields; nil if there is none.
	mutex     []int
	mutexName string
}

type fieldInfo struct {
	inspect.Field
	absent bool // does not exist for anybody who looks
	secret bool // is never shown
}

// structs caches structInfo by type. It grows with the types of the program, as reflect's own caches do.
var structs sync.Map // of reflect.Type to *structInfo

func structOf(t reflect.Type) *structInfo {
	if s, ok := structs.Load(t); ok {
		return s.(*structInfo)
	}
	s := new(structInfo)
	for _, f := range inspect.Fields(t) {
		s.fields = append(s.fields, fieldInfo{
			Field:  f,
			absent: f.Tagged("-"),
			secret: f.Tagged("secret") || secretField(f.Name, f.Type) || secretField(f.GoName, f.Type),
		})
	}
	s.mutex, s.mutexName = findMutex(t)
	stored, _ := structs.LoadOrStore(t, s)
	return stored.(*structInfo)
}

// mutexNames are tried in this order before any other field that is a mutex.
var mutexNames = []string{"mu", "lock", "mutex", "mtx", "Mu", "Lock", "Mutex", "RWMutex"}

// findMutex finds the field of t that is a sync.Mutex or sync.RWMutex, by value or
// pointer: the best named one of t's own, else that of an embedded struct,
// whose methods t has too. An interface is not considered: what it locks is unknown.
func findMutex(t reflect.Type) (index []int, name string) {
	best := len(mutexNames) + 1
	fields := inspect.Fields(t)
	for i, f := range fields {
		if ft := deref(f.Type); ft != mutexType && ft != rwMutexType {
			continue
		}
		rank := slices.Index(mutexNames, f.GoName)
		if rank < 0 {
			rank = len(mutexNames)
		}
		if rank < best {
			index, name, best = []int{i}, f.Name, rank
		}
	}
	if index != nil {
		return index, name
	}
	for i, f := range fields {
		if !f.Embedded || f.Type.Kind() != reflect.Struct {
			continue
		}
		if below, name := findMutex(f.Type); below != nil {
			return append([]int{i}, below...), name
		}
	}
	return nil, ""
}

var (
	mutexType   = reflect.TypeFor[sync.Mutex]()
	rwMutexType = reflect.TypeFor[sync.RWMutex]()
)

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// needsNoLock reports whether values of type t may be read at any time: those
// of packages sync and sync/atomic.
func needsNoLock(t reflect.Type) bool {
	path := t.PkgPath()
	return path == "sync" || path == "sync/atomic"
}

// word reports whether values of kind k are read in one piece.
func word(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Func, reflect.Map:
		return true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return t.Size() <= reflect.TypeFor[uintptr]().Size()
	}
	return false
}
