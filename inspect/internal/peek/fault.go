package peek

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

// A Fault is the error of a load that memory did not answer. The address is not mapped, or
// misaligned for its size, or lies in the first page, where no Go value lives.
type Fault struct {
	Addr uintptr // 0 if the system does not report it, as for a non-canonical address
}

func (f *Fault) Error() string {
	if f.Addr == 0 {
		return "memory cannot be read at the address that stands there"
	}
	return fmt.Sprintf("memory at %#x cannot be read", f.Addr)
}

// firstPage is the size of the area at address zero that is never mapped.
const firstPage = 4096

// atNil is what the runtime panics with after a fault in the first page, and after a fault whose
// address the system reports wrongly or not at all: arm64 ignores the first eight bits of an
// address and so reports a fault at 1<<56 here, and emulators report 0 for addresses beyond those
// that they have.
var atNil = sync.OnceValue(func() (r any) {
	defer func() { r = recover() }()
	return load8(0)
})

// try runs f and returns the Fault that ended it, if one did. Any other panic passes through. It
// costs about 13 ns (go1.26, linux/amd64).
func try(f func()) (err error) {
	defer catch(debug.SetPanicOnFault(true), &err)
	f()
	return nil
}

// Try runs f, in which the runtime reads memory that may not answer, and returns the Fault that
// ended it. Any other panic passes through.
func Try(f func()) error { return try(f) }

// catch ends what try began. It must be deferred directly, since recover works nowhere else.
func catch(before bool, err *error) {
	debug.SetPanicOnFault(before)
	switch r := recover().(type) {
	case nil:
	case *Fault:
		*err = r
	case interface {
		runtime.Error
		Addr() uintptr
	}:
		*err = &Fault{Addr: r.Addr()}
	case runtime.Error:
		if r != atNil() {
			panic(r)
		}
		*err = &Fault{}
	default:
		panic(r)
	}
}

// check panics with a Fault unless a load of n bytes with that alignment is possible at a.
func check(a, n, align uintptr) {
	if a < firstPage || a%align != 0 || a+n < a {
		panic(&Fault{Addr: a})
	}
}
