package peek

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// A Fault is the error of a load that memory did not answer: the address is not
// mapped, is not one that a value of that size may have, or lies in the first
// page, where no Go value lives.
type Fault struct {
	Addr uintptr
}

func (f *Fault) Error() string {
	return fmt.Sprintf("memory at %#x cannot be read", f.Addr)
}

// firstPage is the size of the area at address zero that is never mapped. The
// runtime treats a fault there as a nil dereference, which this package must
// be able to tell from a mistake of its own.
const firstPage = 4096

// try runs f, and returns the Fault that ended it, if one did. Any other panic
// passes through. Cost: about 13 ns (go1.26, linux/amd64).
func try(f func()) (err error) {
	defer catch(debug.SetPanicOnFault(true), &err)
	f()
	return nil
}

// catch ends what try began. It must be deferred directly: recover works
// nowhere else.
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
	default:
		panic(r)
	}
}

// check panics with a Fault unless n bytes at a may be asked for with the given
// alignment.
func check(a, n, align uintptr) {
	if a < firstPage || a%align != 0 || a+n < a {
		panic(&Fault{Addr: a})
	}
}
