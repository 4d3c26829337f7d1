package inspect

import (
	"sync"
	"time"

	"github.com/sightglass-go/sightglass/inspect/internal/goroutine"
	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// A space is what this package knows of one process: what it derived from the process's types, and
// the landmarks, values of the standard library that it recognizes by their address. The process's
// peek.Space leads to it.
type space struct {
	memory *peek.Space

	// Derived from types. A program has only so many, so all are kept.
	lenses   sync.Map // reflect.Type to *lens
	fieldsOf sync.Map // reflect.Type to []Field
	directs  sync.Map // reflect.Type to bool
	pins     sync.Map // reflect.Type to bool
	summed   sync.Map // summedKey to summed
	strings  sync.Map // reflect.Type to []uintptr
	found    struct {
		sync.Mutex
		at sync.Map // foundKey to []int
		n  int
	}

	trie struct {
		sync.Once
		known bool
	}
	list struct {
		sync.Mutex
		reader *goroutine.Reader
		err    error
		tries  int
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

// in returns v as a value of s.
func (v Value) in(s *space) Value {
	v.ref = v.ref.In(s.memory)
	return v
}

// location returns the location at addr if it is one of the two that every program has. Both are
// variables of package time, so an application may set them.
func (s *space) location(addr uintptr) (l *time.Location, ok bool) {
	switch addr {
	case 0, Of(time.UTC).ref.Addr():
		return time.UTC, true
	case Of(time.Local).ref.Addr():
		return time.Local, true
	}
	return nil, false
}

// Prepare is for the beginning of each evaluation, before it takes any lock of the application.
// Goroutines may call it concurrently.
//
// The first call tests what this package believes of how the runtime lays out maps, chans and
// types. That takes some milliseconds, and the first read that needs it would otherwise do it.
//
// Each call finds out, in less than a microsecond, whether a read from an unmapped address is an
// error or would end the process, because a C library has taken over SIGSEGV or SIGBUS. While it
// would, only what is reached by pointers alone is read, and the error of other reads is
// ErrUncaught. Only linux on amd64, arm64 and 386 is asked.
func Prepare() { here.memory.Prepare() }
