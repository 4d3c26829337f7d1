package scan

import (
	"math"

	"github.com/sightglass-go/sightglass/inspect"
)

// Above returns the lanes of v from lo up to hi, of those in in, nil for all, that come after d in the
// order of sort: false before true, and NaN before all other numbers. d has the kind of v.
func Above(v *Vector, d inspect.Datum, in *inspect.Mask, lo, hi int) (above inspect.Mask) {
	switch v.Kind {
	case inspect.IntDatum, inspect.DurationDatum:
		aboveWord(v.Bits[:hi], lo, d.Bits, 1<<63, &above)
	case inspect.UintDatum, inspect.BoolDatum:
		aboveWord(v.Bits[:hi], lo, d.Bits, 0, &above)
	case inspect.FloatDatum, inspect.Float32Datum:
		c := math.Float64frombits(d.Bits)
		for i, word := range v.Bits[lo:hi] {
			if x := math.Float64frombits(word); x > c || c != c && x == x {
				above.Set(lo + i)
			}
		}
	case inspect.TextDatum:
		for i, ref := range v.Text.Ref[lo:hi] {
			if string(v.Text.At(int(ref))) > d.Text {
				above.Set(lo + i)
			}
		}
	}
	lanes := Between(lo, hi)
	above.And(&lanes)
	if in != nil {
		above.And(in)
	}
	return above
}

// aboveWord sets above to the lanes from the word of lo on that are greater than c. flip is 1<<63 for
// words in two's complement, 0 for unsigned ones.
func aboveWord(words []uint64, lo int, c, flip uint64, above *inspect.Mask) {
	c ^= flip
	for w := lo / 64; w*64 < len(words); w++ {
		var m uint64
		for j, x := range words[w*64 : min(w*64+64, len(words))] {
			m |= below(c, x^flip) << (j & 63)
		}
		above[w] = m
	}
}
