package guard

import (
	"reflect"
	"slices"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
)

// Rules say how an object and all that is reachable through it is read. At most one of Frozen,
// Unlocked, Lock and Owner is set; if none is, the locks of structs are sought.
type Rules struct {
	Frozen   bool // it never changes, and its pointers are trusted
	Unlocked bool // no lock is sought
	Lock     *Lock
	Owner    *Owner
	// Names name the locks that guard the structs in which they lie, the exposed one and those
	// below it. A Lock beside them guards the rest.
	Names []string
	// Memory is that of the exposed object; zero if each visit may meet another object.
	Memory Memory
}

// Uniform reports whether everything that r covers is read in the same way, under Lock if there is
// one.
func (r *Rules) Uniform() bool {
	return r.Lock != nil && r.Names == nil || r.Frozen || r.Owner != nil || r.Unlocked
}

// Memory is the memory of an object.
type Memory struct {
	Base, Size uintptr
	Type       reflect.Type // of the object; nil if Size is 0
}

// contains reports whether size bytes at addr lie in m.
func (m Memory) contains(addr, size uintptr) bool {
	return size <= m.Size && addr-m.Base <= m.Size-size
}

// mayHold reports whether a value of type t may lie in m.
func (m Memory) mayHold(t reflect.Type) bool {
	return m.Type != nil && m.Size >= t.Size() && holds(m.Type, t)
}

// holds reports whether a value of type outer has one of type t in its own memory.
func holds(outer, t reflect.Type) bool {
	switch {
	case outer == t:
		return true
	case outer.Kind() == reflect.Array:
		return outer.Len() > 0 && holds(outer.Elem(), t)
	case outer.Kind() == reflect.Struct:
		return slices.ContainsFunc(inspect.Fields(outer), func(f inspect.Field) bool { return holds(f.Type, t) })
	}
	return false
}

// NeverTaken reports whether OwnLock gives NotTaken for each struct of type t that is no copy.
func (r *Rules) NeverTaken(t reflect.Type) bool {
	s := StructOf(t)
	if _, declared := s.Named(r.Names); len(s.Locks) == 0 || declared || r.Lock != nil || r.Memory.mayHold(t) {
		return false
	}
	// A pointer may be nil, or lead to a lock in the exposed object.
	for _, i := range s.Locks[0].index {
		t = inspect.Fields(t)[i].Type
	}
	return t.Kind() == reflect.Struct
}

// OwnLock returns the lock that guards the fields of the struct v: nil if v has none, NotTaken if
// it has one that must not be taken.
//
// Taking and releasing a lock writes to it. So its address must be certain, and the same lock must
// still lie there when it is released. An owner who has the only pointer to an object may overwrite
// the object without its lock, as in *r = Request{} before pool.Put(r). If we held r.mu at that
// moment, our unlock or the application's next one would be one of an unlocked mutex, which ends
// the process. That a pointer led us to the object does not mean that it is not being unlinked.
// Only the memory of the exposed object itself cannot become another's before Withdraw. For
// everything else the application promises it with GuardBy.
func (r *Rules) OwnLock(v inspect.Value) *Lock {
	s := StructOf(v.Type())
	if len(s.Locks) == 0 || v.Mark()&inspect.Copied != 0 {
		// The lock of a copy locks nothing.
		return nil
	}
	f, declared := s.Named(r.Names)
	if !declared {
		if r.Lock != nil {
			if _, _, ok := r.Lock.FieldOf(v); ok {
				return r.Lock
			}
			return nil
		}
		f = s.Locks[0]
	}
	if !v.Solid() {
		return NotTaken
	}
	m, err := f.in(v)
	if err != nil || !m.IsValid() {
		return nil
	}
	if !declared && !r.Memory.contains(m.Addr(), m.Type().Size()) {
		return NotTaken
	}
	ptr, ok := m.Pointer()
	if !ok {
		return NotTaken
	}
	k := &Lock{addr: m.Addr(), size: m.Type().Size(), Name: f.Name, Declared: declared, wanted: m.Contended}
	switch m := ptr.(type) {
	case *sync.Mutex:
		k.try, k.unlock = m.TryLock, m.Unlock
	case *sync.RWMutex:
		k.try, k.unlock = m.TryRLock, m.RUnlock
	}
	return k
}
