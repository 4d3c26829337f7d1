package inspect

import (
	"math/bits"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// BatchSize is the most entries of a Batch.
const BatchSize = 1024

// Mask is a set of lanes, the entries of a [Batch] by their number. The zero Mask is empty.
type Mask [BatchSize / 64]uint64

// FirstLanes returns the Mask of lanes 0 up to n, which is at most BatchSize.
func FirstLanes(n int) Mask { return peek.FirstBits(n) }

// Set adds lane i.
func (m *Mask) Set(i int) { m[uint(i)/64] |= 1 << (uint(i) % 64) }

// Has reports whether lane i is in m.
func (m *Mask) Has(i int) bool { return m[uint(i)/64]>>(uint(i)%64)&1 != 0 }

// Count is the number of lanes.
func (m *Mask) Count() (n int) {
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// Any reports whether m is not empty.
func (m *Mask) Any() bool { return *m != Mask{} }

// Next returns the first lane from i on, BatchSize if there is none. All lanes, in order:
//
//	for i := m.Next(0); i < BatchSize; i = m.Next(i + 1) { ... }
func (m *Mask) Next(i int) int {
	if i >= BatchSize {
		return BatchSize
	}
	w := m[i/64] >> (i % 64) << (i % 64)
	for i /= 64; w == 0; w = m[i] {
		if i++; i == len(m) {
			return BatchSize
		}
	}
	return i*64 + bits.TrailingZeros64(w)
}

// And keeps the lanes that are in o, too.
func (m *Mask) And(o *Mask) {
	for i := range m {
		m[i] &= o[i]
	}
}

// AndNot takes the lanes of o away.
func (m *Mask) AndNot(o *Mask) {
	for i := range m {
		m[i] &^= o[i]
	}
}

// Or adds the lanes of o.
func (m *Mask) Or(o *Mask) {
	for i := range m {
		m[i] |= o[i]
	}
}
