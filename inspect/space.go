package inspect

import (
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// A space is what this package keeps of one process: what it derived from the process's types, and
// the landmarks, values of the standard library that it recognises by their address. It stands beside
// the peek.Space of the process, which leads to it.
type space struct {
	memory *peek.Space

	// What is derived of types is kept: a program has only so many.
	lenses   sync.Map // reflect.Type to *lens
	fieldsOf sync.Map // reflect.Type to []Field
	directs  sync.Map // reflect.Type to bool
	pins     sync.Map // reflect.Type to bool
	spans    sync.Map // spanned to []peek.Span
	texts    sync.Map // reflect.Type to []uintptr
	found    struct {
		sync.Mutex
		at sync.Map // foundKey to []int
		n  int
	}

	trie struct {
		sync.Once
		known bool
	}
	netip struct {
		sync.Once
		handles
	}
}

// here is this process.
var here = space{memory: peek.Here()}

// space returns the process that v lies in.
func (v Value) space() *space { return spaceOf(v.ref) }

func spaceOf(r peek.Ref) *space {
	if r.Here() {
		return &here
	}
	return r.Space().Data.(*space)
}

// in returns v as one of s.
func (v Value) in(s *space) Value {
	v.ref = v.ref.In(s.memory)
	return v
}

// location returns the location that lies at addr, if it is one of the two that every program has.
// Both are variables of package time, so an application may set them.
func (s *space) location(addr uintptr) (l *time.Location, ok bool) {
	switch addr {
	case 0, Of(time.UTC).ref.Addr():
		return time.UTC, true
	case Of(time.Local).ref.Addr():
		return time.Local, true
	}
	return nil, false
}
