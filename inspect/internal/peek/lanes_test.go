package peek

import (
	"reflect"
	"runtime"
	"slices"
	"testing"
	"unsafe"
	"weak"
)

// TestLanesHold: what the pointers on a way lead to lives until it was read, even if the application
// drops them meanwhile.
func TestLanesHold(t *testing.T) {
	type object struct {
		n    int
		next *object
	}
	places := new([100]*object)
	var all [100][2]weak.Pointer[object]
	for i := range places {
		last := &object{n: i}
		places[i] = &object{next: last}
		all[i] = [2]weak.Pointer[object]{weak.Make(places[i]), weak.Make(last)}
	}
	alive := func() (n int) {
		runtime.GC()
		for i := range all {
			if all[i][1].Value() != nil {
				n++
			}
		}
		return n
	}
	var l Lanes
	l.Reset(Of(reflect.ValueOf(places)), len(places), wordSize, true)
	l.choose(nil)
	at, aligned := l.way([]uintptr{0, unsafe.Offsetof(object{}.next), 0})
	if !aligned {
		t.Fatal("the pointers are not aligned")
	}
	clear(places[:])
	if n := alive(); n != len(places) {
		t.Fatalf("%d of %d objects live while they are read", n, len(places))
	}
	for i, a := range at {
		if got := loadWord(a); got != uintptr(i) {
			t.Fatalf("lane %d leads to %d", i, got)
		}
	}
	l.letGo()
	if n := alive(); n != 0 {
		t.Errorf("%d objects live on", n)
	}
	runtime.KeepAlive(&l)
}

// TestNumbersAmongLanes: what cannot be a pointer stays a number in Lanes, too, and its lane is bad.
func TestNumbersAmongLanes(t *testing.T) {
	type place struct {
		p    unsafe.Pointer
		next *place
	}
	places := new([3]unsafe.Pointer) // each to itself by next, and to a number by p
	var l Lanes
	for _, n := range []uintptr{0, 1, 8, firstPage - 1} {
		for i := range places {
			x := new(place)
			x.next = x
			*(*uintptr)(unsafe.Pointer(&x.p)) = n
			places[i] = unsafe.Pointer(x)
		}
		*(*uintptr)(unsafe.Pointer(&places[1])) = n
		next := unsafe.Offsetof(place{}.next)
		for _, way := range []struct {
			offsets []uintptr
			want    uint64 // bad lanes
		}{
			{[]uintptr{0, 0}, 0b010},
			{[]uintptr{0, next, 0}, 0b010},
			{[]uintptr{0, 0, 0}, 0b111},
			{[]uintptr{0, next, 0, 0}, 0b111},
		} {
			var bad Bits
			dst := []uint64{7, 7, 7}
			l.Reset(Of(reflect.ValueOf(places)), len(places), wordSize, true)
			if ok := l.Words(dst, way.offsets, wordSize, Unsigned, nil, &bad); !ok || bad[0] != way.want || dst[1] != 0 {
				t.Errorf("%d by %d: %v, %v, %b", n, way.offsets, ok, dst, bad[0])
			}
			l.choose(nil)
			l.way(way.offsets)
			for i, p := range l.hold {
				if p != nil && way.want>>i&1 != 0 {
					t.Errorf("%d by %d: lane %d holds %p", n, way.offsets, i, p)
				}
			}
			l.letGo()
		}
		clear(places[:])
	}
}

// TestTextsWhereNothingIs: where the bytes of a text, or the header itself, lie in memory that does not answer, none of the texts
// counts.
func TestTextsWhereNothingIs(t *testing.T) {
	const nowhere = 2 * firstPage // no system maps these
	heads := make([][2]uintptr, 100)
	ways := make([]uintptr, len(heads))
	there := uintptr(unsafe.Pointer(&heads[0]))
	var l Lanes
	var texts Texts
	for _, bytes := range []uintptr{there, nowhere} {
		for _, head := range []uintptr{there, nowhere} {
			for i := range heads {
				heads[i], ways[i] = [2]uintptr{there, 8}, there
			}
			heads[70][0], ways[70] = bytes, head
			var bad Bits
			l.Reset(Of(reflect.ValueOf(&heads[0])), len(heads), unsafe.Sizeof(heads[0]), false)
			if ok := l.Texts(&texts, make([]uint16, len(heads)), []uintptr{0}, 100, nil, &bad); ok != (bytes == there) {
				t.Errorf("bytes at %#x are read: %v", bytes, ok)
			}
			l.Reset(Of(reflect.ValueOf(&ways[0])), len(ways), wordSize, false)
			if ok := l.Texts(&texts, make([]uint16, len(ways)), []uintptr{0, 0}, 100, nil, &bad); ok != (head == there) {
				t.Errorf("texts with a header at %#x are read: %v", head, ok)
			}
			pairs := make([]uint64, 2*len(ways))
			if ok := l.Pairs(pairs[:len(ways)], pairs[len(ways):], []uintptr{0, 0}, nil, &bad); ok != (wordSize == 8 && head == there) {
				t.Errorf("pairs at %#x are read: %v", head, ok)
			}
		}
	}
	runtime.KeepAlive(heads)
}

// TestHeadersReadAgain: a header that has changed is noticed, and no other.
func TestHeadersReadAgain(t *testing.T) {
	texts := make([]string, 200)
	for i := range texts {
		texts[i] = "text"[:i%4+1]
	}
	var l Lanes
	l.Reset(Of(reflect.ValueOf(&texts[0])), len(texts), unsafe.Sizeof(""), false)
	addr, n := make([]uintptr, len(texts)), make([]uintptr, len(texts))
	for i := range texts {
		var bad Bits
		heads(addr, n, l.places(), 0, nowhere(), bad[:])
		reheads(addr, n, l.places(), 0, nowhere(), bad[:])
		if bad != (Bits{}) {
			t.Fatalf("nothing changed, and %x is bad", bad)
		}
		texts[i] += "x"
		reheads(addr, n, l.places(), 0, nowhere(), bad[:])
		want := Bits{}
		want[i/64] = 1 << (i % 64)
		if bad != want {
			t.Fatalf("text %d changed, and %x is bad", i, bad)
		}
	}
}

// TestSumOfLanes: the sum of a column is that of all its words, or there is none.
func TestSumOfLanes(t *testing.T) {
	for n := range 40 {
		for _, large := range []uint64{0, 1<<52 - 1, 1 << 52, 1 << 63, ^uint64(0)} {
			for at := range n {
				words := make([]uint64, n)
				want := large
				for i := range words {
					words[i] = uint64(i * i)
					want += words[i]
				}
				want -= words[at]
				words[at] = large
				var l Lanes
				l.Reset(Of(reflect.ValueOf(unsafe.SliceData(words))), n, 8, true)
				var bad Bits
				got := make([]uint64, n)
				if !l.Words(got, []uintptr{0}, 8, Signed, nil, &bad) || !slices.Equal(got, words) {
					t.Fatalf("%d words are %d", words, got)
				}
				if sum, ok := l.Sum(); ok != (large < 1<<52) || ok && sum != want {
					t.Fatalf("the sum of %d is %d, %t", words, sum, ok)
				}
				in := FirstBits(n - 1)
				if l.Words(got, []uintptr{0}, 8, Signed, &in, &bad); l.summed {
					t.Fatal("some of the lanes have a sum")
				}
			}
		}
	}
}
