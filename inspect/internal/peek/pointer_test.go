package peek

import (
	"errors"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestNumbersAmongPointers: a word in the place of a pointer that lies in the first page stays a
// number. As a pointer it would end the process when a stack that holds it moves.
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
		all.Go(func() { // on a small stack, which grows
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

// TestPointings: the collector follows pointers to Go types.
func TestPointings(t *testing.T) {
	for range 2 { // the second answer comes from the cache
		for _, typ := range []reflect.Type{
			reflect.TypeFor[*int](), reflect.TypeFor[**int](), reflect.TypeFor[*struct{}](), reflect.TypeFor[*any](), reflect.TypeFor[*[0]int](),
			reflect.PointerTo(reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeFor[int]()}})),
		} {
			if got := here.PointingOf(typ); got != Collected {
				t.Errorf("%v: %v", typ, got)
			}
		}
	}
}

// TestAttackPointers: a pointer that is loaded with the words beside it is one of them, even if
// somebody changes them against the rules.
func TestAttackPointers(t *testing.T) {
	targets := new([2]int)
	place := &pair{unsafe.Pointer(&targets[0]), 0}
	stop := attack.Stop(t)
	var writer sync.WaitGroup
	writer.Go(func() { place.alternate(targets, stop) })
	reads, still, met := 0, 0, 0
	for ; !stop.Load(); reads++ {
		var w [2]uintptr
		p, ok, err := Of(reflect.ValueOf(place)).WordsPtr(w[:], 0)
		if err != nil || p.Addr() != w[0] || p.Held() != ok {
			t.Fatalf("%#x beside %#x, still %v, held %v, %v", p.Addr(), w, ok, p.Held(), err)
		}
		if ok {
			still++
		}
		if w[0] == uintptr(unsafe.Pointer(&targets[1])) {
			met++
		}
		if reads%1000 == 0 {
			runtime.Gosched()
		}
	}
	writer.Wait()
	t.Logf("%d reads, %d still, %d of the second pointer", reads, still, met)
	if still == 0 || met == 0 {
		t.Error("the attack missed")
	}
}

type pair struct {
	p unsafe.Pointer
	n int
}

//go:norace
func (p *pair) alternate(targets *[2]int, stop *atomic.Bool) {
	for i := 0; !stop.Load(); i++ {
		p.p, p.n = unsafe.Pointer(&targets[i&1]), i&1
		if i%1000 == 0 {
			runtime.Gosched() // an emulator may find no place to preempt it
		}
	}
}

// TestFirstStore: during the first Store of an atomic.Value its type word is no type. The runtime
// is not asked about it, whoever vouches for the place.
func TestFirstStore(t *testing.T) {
	type words struct{ typ, data unsafe.Pointer }
	under := new([32]byte) // what the word points at, like firstStoreInProgress in sync/atomic
	for _, typ := range []reflect.Type{reflect.TypeFor[any](), reflect.TypeFor[error]()} {
		for _, trusted := range []bool{false, true} {
			x := &words{typ: unsafe.Pointer(under)}
			if d, err := Of(reflect.ValueOf(x)).Interface(typ, trusted); !errors.Is(err, ErrTypeWord) {
				t.Errorf("%v, trusted %v: %+v, %v", typ, trusted, d, err)
			}
		}
	}
	// About types that reflect made at run time it may be asked by callers that vouch for the
	// place.
	x := any(reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Made", Type: reflect.TypeFor[int]()}})).Elem().Interface())
	if d, err := Of(reflect.ValueOf(&x)).Interface(reflect.TypeFor[any](), true); err != nil || d.Type != reflect.TypeOf(x) {
		t.Errorf("a type of reflect's: %+v, %v", d, err)
	}
}
