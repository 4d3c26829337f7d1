package peek

import "unsafe"

// The loads. Each is a leaf that is not inlined, so that the pointer made from
// the address lives in no frame that the garbage collector reads precisely: an
// asynchronous preemption inside is scanned conservatively, and a fault ends
// the frame. norace and nocheckptr keep the application's -race and
// -d=checkptr builds quiet about reads that are racy by design.

//go:noinline
//go:norace
//go:nocheckptr
func load8(a uintptr) uint8 { return *(*uint8)(unsafe.Add(nil, a)) }

//go:noinline
//go:norace
//go:nocheckptr
func load16(a uintptr) uint16 { return *(*uint16)(unsafe.Add(nil, a)) }

//go:noinline
//go:norace
//go:nocheckptr
func load32(a uintptr) uint32 { return *(*uint32)(unsafe.Add(nil, a)) }

//go:noinline
//go:norace
//go:nocheckptr
func loadWord(a uintptr) uintptr { return *(*uintptr)(unsafe.Add(nil, a)) }

// touch loads a byte from each address and makes nothing of it.
//
//go:noinline
//go:norace
//go:nocheckptr
func touch(at []uintptr) (sum uint8) {
	for _, a := range at {
		sum += *(*uint8)(unsafe.Add(nil, a))
	}
	return sum
}

// loadPtr loads a pointer that the garbage collector may meet: p is a place that
// it scans itself, in memory that the application keeps typed. What cannot be a
// pointer, since it is below the first page, comes back as a number: the runtime
// ends a process in whose stack it finds one (minLegalPointer in
// runtime/stack.go).
//
//go:noinline
//go:norace
//go:nocheckptr
func loadPtr(p unsafe.Pointer) (unsafe.Pointer, uintptr) {
	q := *(*unsafe.Pointer)(p)
	if uintptr(q) < firstPage {
		return nil, uintptr(q)
	}
	return q, 0
}

// copyIn copies n bytes from a to dst, whole words where a is aligned.
//
//go:noinline
//go:norace
//go:nocheckptr
func copyIn(dst unsafe.Pointer, a, n uintptr) {
	i := uintptr(0)
	for ; i < n && (a+i)%wordSize != 0; i++ {
		*(*uint8)(unsafe.Add(dst, i)) = *(*uint8)(unsafe.Add(nil, a+i))
	}
	for ; i+4*wordSize <= n; i += 4 * wordSize {
		from, to := (*[4]uintptr)(unsafe.Add(nil, a+i)), (*[4]uintptr)(unsafe.Add(dst, i))
		w0, w1, w2, w3 := from[0], from[1], from[2], from[3]
		to[0], to[1], to[2], to[3] = w0, w1, w2, w3
	}
	for ; i+wordSize <= n; i += wordSize {
		*(*uintptr)(unsafe.Add(dst, i)) = *(*uintptr)(unsafe.Add(nil, a+i))
	}
	for ; i < n; i++ {
		*(*uint8)(unsafe.Add(dst, i)) = *(*uint8)(unsafe.Add(nil, a+i))
	}
}

// settleIn is copyIn for bytes that were copied before: it reports whether any
// of them had changed.
//
//go:noinline
//go:norace
//go:nocheckptr
func settleIn(dst unsafe.Pointer, a, n uintptr) bool {
	changed := false
	i := uintptr(0)
	for i < n {
		if (a+i)%wordSize == 0 {
			for i+4*wordSize <= n {
				from, to := (*[4]uintptr)(unsafe.Add(nil, a+i)), (*[4]uintptr)(unsafe.Add(dst, i))
				w0, w1, w2, w3 := from[0], from[1], from[2], from[3]
				if w0^to[0]|w1^to[1]|w2^to[2]|w3^to[3] != 0 {
					to[0], to[1], to[2], to[3] = w0, w1, w2, w3
					changed = true
				}
				i += 4 * wordSize
			}
			for i+wordSize <= n {
				w := *(*uintptr)(unsafe.Add(nil, a+i))
				if p := (*uintptr)(unsafe.Add(dst, i)); *p != w {
					*p, changed = w, true
				}
				i += wordSize
			}
			if i == n {
				break
			}
		}
		b := *(*uint8)(unsafe.Add(nil, a+i))
		if p := (*uint8)(unsafe.Add(dst, i)); *p != b {
			*p, changed = b, true
		}
		i++
	}
	return changed
}

// sumIn adds n bytes at a to the checksum h, whole words where a is aligned: FNV-1a, by words.
//
//go:noinline
//go:norace
//go:nocheckptr
func sumIn(h uint64, a, n uintptr) uint64 {
	const prime = 1099511628211
	i := uintptr(0)
	for i < n {
		if (a+i)%wordSize == 0 && i+wordSize <= n {
			h = (h ^ uint64(*(*uintptr)(unsafe.Add(nil, a+i)))) * prime
			h ^= h >> 32
			i += wordSize
			continue
		}
		h = (h ^ uint64(*(*uint8)(unsafe.Add(nil, a+i)))) * prime
		i++
	}
	return h
}
