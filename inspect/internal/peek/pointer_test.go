package peek

import (
	"reflect"
	"sync"
	"testing"
	"unsafe"
)

// TestNumbersAmongPointers: what stands in a pointer's place and lies in the first page stays a
// number. As a pointer it would end the process when a stack moves that has it.
func TestNumbersAmongPointers(t *testing.T) {
	type place struct {
		p    unsafe.Pointer
		next *place
	}
	at := new(place)
	at.next = at
	var move func(r Ref, depth int) uintptr
	move = func(r Ref, depth int) uintptr {
		if depth == 0 {
			return r.Addr()
		}
		return move(r, depth-1)
	}
	for _, n := range []uintptr{0, 1, 2, 8, firstPage - 1} {
		*(*uintptr)(unsafe.Pointer(&at.p)) = n
		var all sync.WaitGroup
		all.Go(func() { // on a stack that is small, and grows
			p, err := Of(reflect.ValueOf(at)).Ptr(true)
			if err != nil || p.Held() || p.IsNil() != (n == 0) || move(p, 5000) != n {
				t.Errorf("%d: %#x, held %v, %v", n, p.Addr(), p.Held(), err)
			}
			if u, ok := Of(reflect.ValueOf(at)).Chase([]uintptr{unsafe.Offsetof(at.next), 0, 0}, wordSize, true); ok {
				t.Errorf("%d is followed to %d", n, u)
			}
		})
		all.Wait()
	}
	*(*uintptr)(unsafe.Pointer(&at.p)) = 0
}

// TestPointings: pointers of Go's own are what the collector follows.
func TestPointings(t *testing.T) {
	for range 2 { // remembered too
		for _, typ := range []reflect.Type{
			reflect.TypeFor[*int](), reflect.TypeFor[**int](), reflect.TypeFor[*struct{}](), reflect.TypeFor[*any](), reflect.TypeFor[*[0]int](),
			reflect.PointerTo(reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeFor[int]()}})),
		} {
			if got := PointingOf(typ); got != Collected {
				t.Errorf("%v: %v", typ, got)
			}
		}
	}
}
