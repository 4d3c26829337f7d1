package guard

import (
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
type Memory struct{ Base, Size uintptr }

// contains reports whether size bytes at addr lie in m.
func (m Memory) contains(addr, size uintptr) bool {
	return size <= m.Size && addr-m.Base <= m.Size-size
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
