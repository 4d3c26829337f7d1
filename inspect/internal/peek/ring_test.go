package peek

import (
	"reflect"
	"runtime"
	"testing"
)

// TestTornRing: a ring whose parts do not fit together, as while a goroutine sends or receives, is
// told to be torn, and one that cannot be is an error.
func TestTornRing(t *testing.T) {
	if err := here.ringsProved(); err != nil {
		t.Fatal(err)
	}
	typ, slots := reflect.TypeFor[chan int](), new([3]int)
	for _, tc := range []struct {
		name             string
		n, size          uintptr
		sent, next       uintptr
		first, torn, bad int
	}{
		{"empty", 0, 3, 0, 0, 0, 0, 0},
		{"full", 3, 3, 2, 2, 2, 0, 0},
		{"in order", 2, 3, 2, 0, 0, 0, 0},
		{"goes on at its beginning", 2, 3, 1, 2, 2, 0, 0},
		{"received, and not counted yet", 2, 3, 2, 1, 1, 1, 0},
		{"sent, and not counted yet", 1, 3, 2, 0, 0, 1, 0},
		{"the next index goes back to the first slot", 1, 3, 0, 3, 0, 1, 0},
		{"the index of sending goes back to the first slot", 1, 3, 3, 2, 2, 1, 0},
		{"received of a buffer of one", 0, 1, 0, 1, 0, 1, 0},
		{"more than fits", 4, 3, 0, 0, 0, 0, 1},
		{"an index out of range", 1, 3, 0, 4, 0, 0, 1},
		{"an index of sending out of range", 1, 3, 4, 0, 0, 0, 1},
	} {
		var head [chanType + 6]uintptr
		head[here.where.chanLen/wordSize], head[here.where.chanCap/wordSize] = tc.n, tc.size
		head[here.where.chanSlots/wordSize] = Of(reflect.ValueOf(slots)).Addr()
		head[chanType] = TypeWord(typ.Elem())
		head[chanType+here.where.chanSent/wordSize], head[chanType+here.where.chanNext/wordSize] = tc.sent, tc.next
		r, err := RingOf(Of(reflect.ValueOf(&head)), typ)
		if (err != nil) != (tc.bad > 0) || err == nil && (r.First != tc.first || r.Torn != (tc.torn > 0)) {
			t.Errorf("%s: %+v, %v", tc.name, r, err)
		}
	}
	runtime.KeepAlive(slots)
}
