package scan

import (
	"math/bits"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Sum adds the lanes of v from lo up to hi that are in in, nil for all of these, to t, in their
// order. The values are numbers or durations, which is the caller's to see to.
func Sum(t *number.Tally, v *Vector, in *inspect.Mask, lo, hi int) {
	whole := in == nil && lo == 0 && hi == len(v.Bits)
	if whole && v.Summed && v.Kind != inspect.FloatDatum {
		t.AddWide(0, v.Sum)
		return
	}
	if in == nil {
		add(t, v.Kind, v.Bits[lo:hi])
		return
	}
	lanes := Between(lo, hi)
	lanes.And(in)
	var run [64]uint64
	for w, m := range lanes[:(hi+63)/64] {
		n := 0
		for ; m != 0; m &= m - 1 {
			run[n] = v.Bits[w*64+bits.TrailingZeros64(m)]
			n++
		}
		add(t, v.Kind, run[:n])
	}
}

func add(t *number.Tally, k inspect.DatumKind, words []uint64) {
	switch k {
	case inspect.UintDatum:
		t.AddWide(sumUints(words))
	case inspect.FloatDatum, inspect.Float32Datum:
		t.AddFloats(words)
	default:
		t.AddWide(sumInts(words))
	}
}

// sumInts returns the sum of int64s in 128 bits, as two's complement. There are less than 1<<31 of
// them.
func sumInts(words []uint64) (hi, lo uint64) {
	if sum, ok := sumSmall(words); ok {
		return uint64(sum >> 63), uint64(sum)
	}
	// The halves of the words are summed apart, so that nothing is carried from one to the other.
	var high, high2 int64
	var low, low2 uint64
	for len(words) >= 2 {
		x, y := words[0], words[1]
		high, low = high+int64(x)>>32, low+uint64(uint32(x))
		high2, low2 = high2+int64(y)>>32, low2+uint64(uint32(y))
		words = words[2:]
	}
	for _, x := range words {
		high, low = high+int64(x)>>32, low+uint64(uint32(x))
	}
	high, low = high+high2, low+low2
	lo, carry := bits.Add64(uint64(high)<<32, low, 0)
	return uint64(high>>32) + carry, lo
}

// sumSmall returns the sum of up to 2048 int64s. ok is false if one is not within ±1<<52.
func sumSmall(words []uint64) (sum int64, ok bool) {
	if len(words) > 2048 {
		return 0, false
	}
	const half = 1 << 52
	// Four of each, so that none waits for the one before it.
	var s0, s1, s2, s3, all0, all1, all2, all3 uint64
	for ; len(words) >= 8; words = words[8:] {
		w := (*[8]uint64)(words)
		s0, all0 = s0+w[0]+w[4], all0|(w[0]+half)|(w[4]+half)
		s1, all1 = s1+w[1]+w[5], all1|(w[1]+half)|(w[5]+half)
		s2, all2 = s2+w[2]+w[6], all2|(w[2]+half)|(w[6]+half)
		s3, all3 = s3+w[3]+w[7], all3|(w[3]+half)|(w[7]+half)
	}
	for _, x := range words {
		s0, all0 = s0+x, all0|(x+half)
	}
	return int64(s0 + s1 + s2 + s3), all0|all1|all2|all3 < 2*half
}

// sumUints is sumInts of uint64s.
func sumUints(words []uint64) (hi, lo uint64) {
	var carry uint64
	for _, x := range words {
		lo, carry = bits.Add64(lo, x, 0)
		hi += carry
	}
	return hi, lo
}
