package peek

import (
	"runtime"
	"runtime/debug"
	"slices"
	"unsafe"
)

// Chase loads an unsigned integer of size bytes, no more than a word, at the end of a chain of pointers: it
// loads the pointer that lies way[0] bytes from r, then the one way[1] bytes from where that points, and so on,
// and the integer at the last offset. held is as in Ptr. ok is false if a pointer is nil, or
// memory does not answer. It is Ptr, Add and Uint under one guard.
func (r Ref) Chase(way []uintptr, size uintptr, held bool) (u uint64, ok bool) {
	if !(held && r.Held()) && uncaught.Load() {
		return 0, false
	}
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	a, last := r.chase(way, held)
	if a == 0 {
		return 0, false
	}
	u = loadUint(a, size)
	runtime.KeepAlive(last)
	return u, true
}

// ChaseText is Chase for a string of at most max bytes, which it appends to dst. ok is false also if it is
// longer, or its header changes meanwhile.
func (r Ref) ChaseText(dst []byte, way []uintptr, max int, held bool) (b []byte, ok bool) {
	if uncaught.Load() { // the text lies at a bare address
		return dst, false
	}
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	a, last := r.chase(way, held)
	if a == 0 {
		return dst, false
	}
	check(a, 2*wordSize, wordSize)
	var w [2]uintptr
	if !words(a, w[:]) || w[1] > uintptr(max) || w[1] > 0 && w[0] == 0 {
		return dst, false
	}
	b = slices.Grow(dst, int(w[1]))[:len(dst)+int(w[1])]
	if w[1] > 0 {
		check(w[0], w[1], 1)
		copyIn(unsafe.Pointer(&b[len(dst)]), w[0], w[1])
	}
	// While the header is the same its bytes live, and a string's never change.
	ok = loadWord(a) == w[0] && loadWord(a+wordSize) == w[1]
	runtime.KeepAlive(last)
	return b, ok
}

// chase is where a chain of pointers ends, 0 if one is nil. Where they are held the last is, and with it what lives there.
func (r Ref) chase(way []uintptr, held bool) (a uintptr, last unsafe.Pointer) {
	end := len(way) - 1
	if held && r.ptr != nil {
		last = r.ptr
		for _, off := range way[:end] {
			// The caller says that the collector scans this place (see Ptr).
			if last, _ = loadPtr(unsafe.Add(last, off)); last == nil {
				return 0, nil
			}
		}
		return uintptr(last) + way[end], last
	}
	a = r.Addr()
	for _, off := range way[:end] {
		check(a+off, wordSize, wordSize)
		if a = loadWord(a + off); a == 0 {
			return 0, nil
		}
	}
	return a + way[end], nil
}

// loadUint loads an unsigned integer of 1, 2, 4 or 8 bytes that is no larger than a word.
func loadUint(a, size uintptr) uint64 {
	check(a, size, size)
	switch size {
	case 1:
		return uint64(load8(a))
	case 2:
		return uint64(load16(a))
	case 4:
		return uint64(load32(a))
	}
	return uint64(loadWord(a))
}
