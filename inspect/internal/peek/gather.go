package peek

import (
	"runtime"
	"unsafe"
)

// The loads of many places, which obey the rules of load.go. The loads of one loop do not depend on
// each other: as many of them wait for memory at a time as the processor can keep track of.

// nowhere is where a nil pointer is followed to: zeros of our own. Whoever adds an offset takes it
// away before.
func nowhere() uintptr { return uintptr(unsafe.Pointer(&zeros)) }

var zeros [2]uint64

// hop loads the word off bytes from each of at, zero where that is in the first page. seen is all
// addresses, or-ed.
//
//go:noinline
//go:norace
//go:nocheckptr
func hop(dst, at []uintptr, off, nowhere uintptr) (seen uintptr) {
	dst = dst[:len(at)]
	for i, a := range at {
		if a < firstPage {
			a = nowhere - off
		}
		a += off
		seen |= a
		dst[i] = *(*uintptr)(unsafe.Add(nil, a))
	}
	return seen
}

// hopFrom loads the pointers that lie off bytes from each of at, places in the object that base
// points at. They are those of loadPtr: what cannot be a pointer is only in end, where all are
// numbers.
//
//go:noinline
//go:norace
//go:nocheckptr
func hopFrom(hold []unsafe.Pointer, end []uintptr, base unsafe.Pointer, at []uintptr, off uintptr) {
	hold, end = hold[:len(at)], end[:len(at)]
	off -= uintptr(base)
	for i, a := range at {
		q := *(*unsafe.Pointer)(unsafe.Add(base, a+off))
		end[i] = uintptr(q)
		if uintptr(q) < firstPage {
			q = nil
		}
		hold[i] = q
	}
}

// hopHeld loads the pointers that lie off bytes from where those in hold point.
//
//go:noinline
//go:norace
//go:nocheckptr
func hopHeld(hold []unsafe.Pointer, end []uintptr, off uintptr) {
	end = end[:len(hold)]
	for i, p := range hold {
		if p == nil {
			end[i] = 0
			continue
		}
		q := *(*unsafe.Pointer)(unsafe.Add(p, off))
		end[i] = uintptr(q)
		if uintptr(q) < firstPage {
			q = nil
		}
		hold[i] = q
	}
}

// gather loads the integer that lies off bytes from each of at. low says that some of at are in the
// first page: these have 0. seen is all addresses, or-ed.
//
//go:noinline
//go:norace
//go:nocheckptr
func gather[T uint8 | uint16 | uint32 | uintptr](dst []uint64, at []uintptr, off, nowhere uintptr) (seen uintptr, low bool) {
	dst = dst[:len(at)]
	for i, a := range at {
		if a < firstPage {
			a, low = nowhere-off, true
		}
		a += off
		seen |= a
		dst[i] = uint64(*(*T)(unsafe.Add(nil, a)))
	}
	return seen, low
}

// gatherBeside is gather of words, and loads a byte from as many cache lines from line on, of which
// it makes nothing: what lies side by side comes while what is scattered is waited for.
//
//go:noinline
//go:norace
//go:nocheckptr
func gatherBeside(dst []uint64, at []uintptr, off, nowhere, line uintptr) (seen uintptr, low bool, sum uint8) {
	dst = dst[:len(at)]
	for i, a := range at {
		sum += *(*uint8)(unsafe.Add(nil, line))
		line += cacheLine
		if a < firstPage {
			a, low = nowhere-off, true
		}
		a += off
		seen |= a
		dst[i] = uint64(*(*uintptr)(unsafe.Add(nil, a)))
	}
	return seen, low, sum
}

// lines is n cache lines, the first of which at is in.
type lines struct {
	at uintptr
	n  int
}

// cacheLine is the least size of a cache line, in bytes.
const cacheLine = 64

// stride loads integers that lie some bytes apart.
//
//go:noinline
//go:norace
//go:nocheckptr
func stride[T uint8 | uint16 | uint32 | uintptr](dst []uint64, a, apart uintptr) {
	for i := range dst {
		dst[i] = uint64(*(*T)(unsafe.Add(nil, a)))
		a += apart
	}
}

// copySum copies n words of 64 bits from a, and returns their sum. small says that each is less than
// 1<<52. As memory is what this waits for, the sum takes hardly any time.
//
//go:noinline
//go:norace
//go:nocheckptr
func copySum(dst []uint64, a uintptr) (sum uint64, small bool) {
	// Two of each, so that none waits for the one before it.
	var s0, s1, all0, all1 uint64
	for ; len(dst) >= 8; dst = dst[8:] {
		p, d := unsafe.Add(nil, a), (*[8]uint64)(dst)
		x0, x1 := *(*uint64)(p), *(*uint64)(unsafe.Add(p, 8))
		x2, x3 := *(*uint64)(unsafe.Add(p, 16)), *(*uint64)(unsafe.Add(p, 24))
		d[0], d[1], d[2], d[3] = x0, x1, x2, x3
		s0, s1 = s0+x0+x2, s1+x1+x3
		all0, all1 = all0|x0|x2, all1|x1|x3
		x0, x1 = *(*uint64)(unsafe.Add(p, 32)), *(*uint64)(unsafe.Add(p, 40))
		x2, x3 = *(*uint64)(unsafe.Add(p, 48)), *(*uint64)(unsafe.Add(p, 56))
		d[4], d[5], d[6], d[7] = x0, x1, x2, x3
		s0, s1 = s0+x0+x2, s1+x1+x3
		all0, all1 = all0|x0|x2, all1|x1|x3
		a += 64
	}
	for i := range dst {
		x := *(*uint64)(unsafe.Add(nil, a))
		dst[i] = x
		s0, all0 = s0+x, all0|x
		a += 8
	}
	return s0 + s1, all0|all1 < 1<<52
}

// heads loads the headers of strings, address and length, that lie off bytes from each of at. Places
// in the first page are bad, and have none. seen is all addresses, or-ed.
//
//go:noinline
//go:norace
//go:nocheckptr
func heads(addr, n, at []uintptr, off, nowhere uintptr, bad []uint64) (seen uintptr) {
	addr, n = addr[:len(at)], n[:len(at)]
	for i, a := range at {
		if a < firstPage {
			bad[i/64] |= 1 << (i % 64)
			a = nowhere - off
		}
		a += off
		seen |= a
		addr[i] = *(*uintptr)(unsafe.Add(nil, a))
		n[i] = *(*uintptr)(unsafe.Add(nil, a+wordSize))
	}
	return seen
}

// reheads loads the same headers again. Those that are others now are bad.
//
//go:noinline
//go:norace
//go:nocheckptr
func reheads(addr, n, at []uintptr, off, nowhere uintptr, bad []uint64) {
	addr, n = addr[:len(at)], n[:len(at)]
	for w := 0; len(at) > 0; w++ {
		some := min(len(at), 64)
		var changed uint64
		for i, a := range at[:some] {
			if a < firstPage {
				a = nowhere - off
			}
			a += off
			if addr[i]^*(*uintptr)(unsafe.Add(nil, a))|n[i]^*(*uintptr)(unsafe.Add(nil, a+wordSize)) != 0 {
				changed |= 1 << i
			}
		}
		bad[w] |= changed
		addr, n, at = addr[some:], n[some:], at[some:]
	}
}

// strideHeads is heads of those that lie some bytes apart, from a on.
//
//go:noinline
//go:norace
//go:nocheckptr
func strideHeads(addr, n []uintptr, a, apart uintptr) {
	n = n[:len(addr)]
	for i := range addr {
		addr[i] = *(*uintptr)(unsafe.Add(nil, a))
		n[i] = *(*uintptr)(unsafe.Add(nil, a+wordSize))
		a += apart
	}
}

// strideReheads is reheads of the same.
//
//go:noinline
//go:norace
//go:nocheckptr
func strideReheads(addr, n []uintptr, a, apart uintptr, bad []uint64) {
	n = n[:len(addr)]
	for w := 0; len(addr) > 0; w++ {
		some := min(len(addr), 64)
		var changed uint64
		for i, x := range addr[:some] {
			if x^*(*uintptr)(unsafe.Add(nil, a))|n[i]^*(*uintptr)(unsafe.Add(nil, a+wordSize)) != 0 {
				changed |= 1 << i
			}
			a += apart
		}
		bad[w] |= changed
		addr, n = addr[some:], n[some:]
	}
}

// touchTexts loads the first byte of each text, of those that have one, and makes nothing of it.
//
//go:noinline
//go:norace
//go:nocheckptr
func touchTexts(addr, n []uintptr, nowhere uintptr) (sum uint8) {
	addr = addr[:len(n)]
	for i, n := range n {
		a := addr[i]
		if n == 0 {
			a = nowhere
		}
		sum += *(*uint8)(unsafe.Add(nil, a))
	}
	return sum
}

// wide says that this machine loads 64 bits at any address, the lowest first.
const wide = runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64"

// copyTexts copies texts of n bytes each, eight or more, from the addresses in from to where they
// begin in arena, and fills them up with zeros to whole words. It loads no byte of anything else. The
// machine must be wide.
//
//go:noinline
//go:norace
//go:nocheckptr
func copyTexts(arena unsafe.Pointer, begin []uint32, from, n []uintptr) {
	begin, from = begin[:len(n)], from[:len(n)]
	for i, n := range n {
		a, d := from[i], unsafe.Add(arena, begin[i])
		j := uintptr(0)
		for ; j+8 <= n; j += 8 {
			*(*uint64)(unsafe.Add(d, j)) = *(*uint64)(unsafe.Add(nil, a+j))
		}
		if rest := n & 7; rest != 0 {
			*(*uint64)(unsafe.Add(d, j)) = *(*uint64)(unsafe.Add(nil, a+n-8)) >> (64 - 8*rest)
		}
	}
}
