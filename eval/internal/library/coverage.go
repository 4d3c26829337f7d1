package library

import (
	"math/bits"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/inspect"
)

// coverage is a set of bytes of memory. It takes an eighth of the memory that holds texts, a
// sixtieth of other memory, and next to nothing for large arrays.
type coverage struct {
	m      *meter.Meter
	chunks map[uintptr]*coverChunk
	last   *coverChunk // the chunk that was looked up last, nil if there is none, and its number
	number uintptr
	tail   []span // to be added last, see later
	room   int    // bytes that the meter was told of ahead
}

type span struct{ from, n uintptr }

const (
	coverPageBits = 12
	coverPageSize = 1 << coverPageBits
	granule       = 8 // bytes that are mostly covered together
)

// coverChunk has the pages of a chunk of memory.
type coverChunk [coverChunkPages]*coverPage

const (
	coverChunkBits  = 10
	coverChunkPages = 1 << coverChunkBits
)

// page returns a page, nil if nothing of it is covered.
func (c *coverage) page(number uintptr) *coverPage {
	if at := number >> coverChunkBits; at != c.number || c.last == nil {
		c.last, c.number = c.chunks[at], at
	}
	if c.last == nil {
		return nil
	}
	return c.last[number%coverChunkPages]
}

// set makes p that page.
func (c *coverage) set(number uintptr, p *coverPage, cost int) error {
	at := number >> coverChunkBits
	k := c.chunks[at]
	if k == nil {
		cost += coverChunkCost
	}
	if err := c.keep(cost); err != nil {
		return err
	}
	if k == nil {
		k = new(coverChunk)
		c.chunks[at] = k
	}
	k[number%coverChunkPages] = p
	c.last, c.number = k, at
	return nil
}

// coverPage has a bit for each granule of a page of memory, and once a granule was covered in part
// a bit for each byte instead.
type coverPage struct {
	granules [coverPageSize / granule / 64]uint64
	bytes    *[coverPageSize / 64]uint64
}

// wholePage is a page of which all is covered.
var wholePage = new(coverPage)

// What a page takes, and what its bits for bytes do.
const (
	coverPageCost  = 128
	coverChunkCost = 8 * coverChunkPages
	coverBytesCost = coverPageSize / 8
)

// keep tells the meter of n bytes for pages, some of them at a time: how many pages some objects lie
// in says where they happen to lie, and what an answer costs must not depend on that.
func (c *coverage) keep(n int) error {
	if c.room -= n; c.room >= 0 {
		return nil
	}
	if err := c.m.Keep(keptAhead); err != nil {
		c.room += n
		return err
	}
	c.room += keptAhead
	return nil
}

// keptAhead is more than what any page takes, with its chunk.
const keptAhead = 64 << 10

// add covers n bytes and returns how many of them were not covered before.
func (c *coverage) add(from, n uintptr) (fresh int, err error) {
	for n > 0 {
		if err := c.m.Tick(1); err != nil {
			return fresh, err
		}
		part := min(n, coverPageSize-from&(coverPageSize-1))
		k, err := c.addQuietly(from, part)
		if fresh += k; err != nil {
			return fresh, err
		}
		if from += part; from == 0 {
			break // the end of all memory
		}
		n -= part
	}
	return fresh, nil
}

// addQuietly is add of a few pages, while a guard may be held: it does not yield.
func (c *coverage) addQuietly(from, n uintptr) (fresh int, err error) {
	for n > 0 {
		number, off := from>>coverPageBits, from&(coverPageSize-1)
		part := min(n, coverPageSize-off)
		k, err := c.addTo(number, off, off+part)
		if err != nil {
			return fresh, err
		}
		fresh += k
		if from += part; from == 0 {
			break // the end of all memory
		}
		n -= part
	}
	return fresh, nil
}

// holes returns the spans of n bytes that are not covered, nil if all or none are.
func (c *coverage) holes(from, n uintptr) (list []inspect.Span) {
	left := uintptr(0)
	for at := from; at-from < n; {
		p := c.page(at >> coverPageBits)
		off := at & (coverPageSize - 1)
		part := min(n-(at-from), coverPageSize-off)
		step, is := part, false // of p == nil
		if p != nil {
			step, is = part, p == wholePage
		}
		if p != nil && p != wholePage {
			if p.bytes != nil {
				step, is = 1, p.bytes[off/64]>>(off%64)&1 != 0
			} else {
				step, is = min(part, granule-off%granule), p.granules[off/granule/64]>>(off/granule%64)&1 != 0
			}
		}
		if !is {
			left += step
			if k := len(list); k > 0 && list[k-1].Addr+list[k-1].Size == at {
				list[k-1].Size += step
			} else {
				list = append(list, inspect.Span{Addr: at, Size: step})
			}
		}
		if at += step; at == 0 {
			break
		}
	}
	if left == n {
		return nil
	}
	return list
}

// touches reports whether some of n bytes are covered, as far as whole granules tell.
func (c *coverage) touches(from, n uintptr) bool {
	for n > 0 {
		p := c.page(from >> coverPageBits)
		off := from & (coverPageSize - 1)
		part := min(n, coverPageSize-off)
		if p != nil && (p == wholePage || p.bytes != nil || anySet(p.granules[:], off/granule, (off+part+granule-1)/granule)) {
			return true
		}
		if from += part; from == 0 {
			break
		}
		n -= part
	}
	return false
}

// anySet reports whether some of the bits [lo, hi) are set.
func anySet(set []uint64, lo, hi uintptr) bool {
	for lo < hi {
		mask, end := maskOf(lo, hi)
		if set[lo/64]&mask != 0 {
			return true
		}
		lo = end
	}
	return false
}

// addTo covers the bytes [lo, hi) of a page.
func (c *coverage) addTo(number, lo, hi uintptr) (fresh int, err error) {
	p := c.page(number)
	switch {
	case p == wholePage:
		return 0, nil
	case p == nil && hi-lo == coverPageSize:
		if err := c.set(number, wholePage, coverPageCost/2); err != nil {
			return 0, err
		}
		return coverPageSize, nil
	case p == nil:
		p = new(coverPage)
		if err := c.set(number, p, coverPageCost); err != nil {
			return 0, err
		}
	}
	if p.bytes == nil && lo%granule == 0 && hi%granule == 0 {
		return granule * setBits(p.granules[:], lo/granule, hi/granule), nil
	}
	if p.bytes == nil {
		if err := c.keep(coverBytesCost); err != nil {
			return 0, err
		}
		p.bytes = new([coverPageSize / 64]uint64)
		for i := range uintptr(coverPageSize / granule) {
			if p.granules[i/64]>>(i%64)&1 != 0 {
				setBits(p.bytes[:], i*granule, (i+1)*granule)
			}
		}
	}
	return setBits(p.bytes[:], lo, hi), nil
}

// has reports whether all of n bytes are covered.
func (c *coverage) has(from, n uintptr) bool {
	for n > 0 {
		p := c.page(from >> coverPageBits)
		if p == nil {
			return false
		}
		off := from & (coverPageSize - 1)
		part := min(n, coverPageSize-off)
		switch lo, hi := off, off+part; {
		case p == wholePage:
		case p.bytes != nil:
			if !areSet(p.bytes[:], lo, hi) {
				return false
			}
		case !areSet(p.granules[:], lo/granule, (hi+granule-1)/granule):
			return false
		}
		if from += part; from == 0 {
			break
		}
		n -= part
	}
	return true
}

// areSet reports whether the bits [lo, hi) are set.
func areSet(set []uint64, lo, hi uintptr) bool {
	for lo < hi {
		mask, end := maskOf(lo, hi)
		if set[lo/64]&mask != mask {
			return false
		}
		lo = end
	}
	return true
}

// setBits sets the bits [lo, hi) and returns how many were not set before.
func setBits(set []uint64, lo, hi uintptr) (fresh int) {
	for lo < hi {
		mask, end := maskOf(lo, hi)
		word := &set[lo/64]
		fresh += bits.OnesCount64(mask &^ *word)
		*word |= mask
		lo = end
	}
	return fresh
}

// maskOf returns those of the bits [lo, hi) that lie in the word of lo, and the bit behind them.
func maskOf(lo, hi uintptr) (mask uint64, end uintptr) {
	end = min(hi, (lo|63)+1)
	mask = ^uint64(0) << (lo % 64)
	if end%64 != 0 {
		mask &= 1<<(end%64) - 1
	}
	return mask, end
}

// later has rest add these bytes. What lies behind the elements of a slice is counted after all
// else: the elements of another slice may lie there, which have to be met as new.
func (c *coverage) later(from, n uintptr) error {
	if n == 0 {
		return nil
	}
	c.tail = append(c.tail, span{from, n})
	return c.m.Keep(meter.ElementSize)
}

// rest adds what was left for later.
func (c *coverage) rest() (fresh int, err error) {
	for _, s := range c.tail {
		k, err := c.add(s.from, s.n)
		fresh += k
		if err != nil {
			return fresh, err
		}
	}
	c.tail = nil
	return fresh, nil
}
