package peek

import (
	"runtime"
	"runtime/debug"
	"slices"
	"unsafe"
)

// Chase loads an unsigned integer of size bytes, at most a word, at the end of a chain of pointers:
// it loads the pointer offsets[0] bytes from r, then the pointer offsets[1] bytes from where that
// points, and so on, and the integer at the last offset. held is as for Ptr. ok is false if a
// pointer is nil or memory does not answer. Chase is Ptr, Add and Uint under one guard.
func (r Ref) Chase(offsets []uintptr, size uintptr, held bool) (u uint64, ok bool) {
	if !(held && r.Held()) && uncaught.Load() {
		return 0, false
	}
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	a, last := r.chase(offsets, held)
	if a == 0 {
		return 0, false
	}
	u = loadUint(a, size)
	runtime.KeepAlive(last)
	return u, true
}

// ChaseText is Chase for a string of at most max bytes, which it appends to dst. ok is also false
// if the string is longer, or its header changes meanwhile.
func (r Ref) ChaseText(dst []byte, offsets []uintptr, max int, held bool) (b []byte, ok bool) {
	if uncaught.Load() { // the text lies at a bare address
		return dst, false
	}
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	a, last := r.chase(offsets, held)
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
	// While its header stays the same a string lives, and its bytes never change.
	ok = loadWord(a) == w[0] && loadWord(a+wordSize) == w[1]
	runtime.KeepAlive(last)
	return b, ok
}

// ChasePair is Chase for two numbers of 64 bits that lie side by side. ok is also false if they change
// meanwhile.
func (r Ref) ChasePair(offsets []uintptr, held bool) (first, second uint64, ok bool) {
	if !(held && r.Held()) && uncaught.Load() {
		return 0, 0, false
	}
	var fault error
	defer catch(debug.SetPanicOnFault(true), &fault)
	a, last := r.chase(offsets, held)
	if a == 0 {
		return 0, 0, false
	}
	var w [16 / wordSize]uintptr
	check(a, 16, wordSize)
	still := words(a, w[:])
	runtime.KeepAlive(last)
	b := unsafe.Slice((*byte)(unsafe.Pointer(&w)), 16)
	return Uint(b[:8]), Uint(b[8:]), still
}

// chase returns where a chain of pointers ends, 0 if one of them is nil. If the pointers are held,
// last is the last one and keeps its target alive.
func (r Ref) chase(offsets []uintptr, held bool) (a uintptr, last unsafe.Pointer) {
	end := len(offsets) - 1
	if held && r.ptr != nil {
		last = r.ptr
		for _, off := range offsets[:end] {
			// The caller says that the collector scans this place; see Ptr.
			if last, _ = loadPtr(unsafe.Add(last, off)); last == nil {
				return 0, nil
			}
		}
		return uintptr(last) + offsets[end], last
	}
	a = r.Addr()
	for _, off := range offsets[:end] {
		check(a+off, wordSize, wordSize)
		if a = loadWord(a + off); a == 0 {
			return 0, nil
		}
	}
	return a + offsets[end], nil
}

// loadUint loads an unsigned integer of 1, 2, 4 or 8 bytes, at most a word.
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
