package peek

import (
	"runtime"
	"runtime/debug"
	"unsafe"
)

// Chase loads an unsigned integer of size bytes, no more than a word, at the end of a chain of pointers: it
// loads the pointer that lies way[0] bytes from r, then the one way[1] bytes from where that points, and so on,
// and the integer at the last offset. held is as in Ptr. ok is false if a pointer is nil, or
// memory does not answer. It is Ptr, Add and Uint under one guard.
func (r Ref) Chase(way []uintptr, size uintptr, held bool) (u uint64, ok bool) {
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	last := len(way) - 1
	if held && r.ptr != nil {
		p := r.ptr
		for _, off := range way[:last] {
			// Held all the while: the object lives until its word is loaded.
			if p = loadPtr(unsafe.Add(p, off)); p == nil {
				return 0, false
			}
		}
		u = loadUint(uintptr(p)+way[last], size)
		runtime.KeepAlive(p)
		return u, true
	}
	a := r.Addr()
	for _, off := range way[:last] {
		check(a+off, wordSize, wordSize)
		if a = loadWord(a + off); a == 0 {
			return 0, false
		}
	}
	return loadUint(a+way[last], size), true
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
