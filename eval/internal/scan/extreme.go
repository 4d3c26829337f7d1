package scan

import (
	"math"
	"math/bits"

	"github.com/sightglass-go/sightglass/inspect"
)

// Extreme returns the lane from lo up to hi in in, nil for all, that has the greatest value, or the
// least one if sign is negative: of equal ones the first, and a NaN if there is one. lane is -1 if
// there are no lanes. The values are numbers, durations, times or texts, which is the caller's to see to.
func Extreme(v *Vector, sign int, in *inspect.Mask, lo, hi int) (lane int) {
	lanes := Between(lo, hi)
	if in != nil {
		lanes.And(in)
	}
	lane = lanes.Next(lo)
	if lane >= hi {
		return -1
	}
	switch v.Kind {
	case inspect.IntDatum, inspect.DurationDatum, inspect.TimeDatum:
		return extremeWord(v.Bits, sign < 0, 1<<63, &lanes, lane, hi)
	case inspect.UintDatum:
		return extremeWord(v.Bits, sign < 0, 0, &lanes, lane, hi)
	case inspect.FloatDatum, inspect.Float32Datum:
		best := math.Float64frombits(v.Bits[lane])
		for i := lane; i < hi; i = lanes.Next(i + 1) {
			x := math.Float64frombits(v.Bits[i])
			if sign < 0 && x < best || sign > 0 && x > best || x != x {
				best, lane = x, i
			}
		}
	case inspect.TextDatum:
		best := v.Text.At(int(v.Text.Ref[lane]))
		for i := lane; i < hi; i = lanes.Next(i + 1) {
			if v.Text.Ref[i] == v.Text.Ref[lane] {
				continue
			}
			if x := v.Text.At(int(v.Text.Ref[i])); sign < 0 && string(x) < string(best) || sign > 0 && string(x) > string(best) {
				best, lane = x, i
			}
		}
	}
	return lane
}

// extremeWord is Extreme of integers. flip is 1<<63 for words in two's complement, 0 for unsigned
// ones.
func extremeWord(words []uint64, least bool, flip uint64, lanes *inspect.Mask, first, hi int) int {
	// The complement of a word is the greater the less it is.
	if least {
		flip = ^flip
	}
	at, best := first, words[first]^flip
	for w := first / 64; w*64 < hi; w++ {
		m := lanes[w]
		if m == math.MaxUint64 {
			for i, x := range words[w*64 : w*64+64] {
				if x ^= flip; x > best {
					at, best = w*64+i, x
				}
			}
			continue
		}
		for ; m != 0; m &= m - 1 {
			i := w*64 + bits.TrailingZeros64(m)
			if x := words[i] ^ flip; x > best {
				at, best = i, x
			}
		}
	}
	return at
}
