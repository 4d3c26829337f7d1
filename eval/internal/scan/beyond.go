package scan

import (
	"math"

	"github.com/sightglass-go/sightglass/inspect"
)

// Ranks reports whether Beyond knows the order of such values.
func Ranks(k inspect.DatumKind) bool {
	switch k {
	case inspect.BoolDatum, inspect.IntDatum, inspect.UintDatum, inspect.FloatDatum, inspect.Float32Datum, inspect.DurationDatum, inspect.TimeDatum, inspect.TextDatum:
		return true
	}
	return false
}

// Beyond returns the lanes of v from lo up to hi, of those in in, nil for all, that come after d in the
// order of sort, or before d if sign is negative: false before true, and NaN before all other numbers.
// d has the kind of v, of which Ranks is true.
func Beyond(v *Vector, d inspect.Datum, sign int, in *inspect.Mask, lo, hi int) (beyond inspect.Mask) {
	switch v.Kind {
	case inspect.IntDatum, inspect.DurationDatum, inspect.TimeDatum:
		beyondWord(v.Bits[:hi], lo, d.Bits, sign < 0, 1<<63, &beyond)
	case inspect.UintDatum, inspect.BoolDatum:
		beyondWord(v.Bits[:hi], lo, d.Bits, sign < 0, 0, &beyond)
	case inspect.FloatDatum, inspect.Float32Datum:
		c := math.Float64frombits(d.Bits)
		for i, word := range v.Bits[lo:hi] {
			x := math.Float64frombits(word)
			if sign > 0 && (x > c || c != c && x == x) || sign < 0 && (x < c || x != x && c == c) {
				beyond.Set(lo + i)
			}
		}
	case inspect.TextDatum:
		for i, ref := range v.Text.Ref[lo:hi] {
			if x := v.Text.At(int(ref)); sign > 0 && string(x) > d.Text || sign < 0 && string(x) < d.Text {
				beyond.Set(lo + i)
			}
		}
	}
	lanes := Between(lo, hi)
	beyond.And(&lanes)
	if in != nil {
		beyond.And(in)
	}
	return beyond
}

// beyondWord sets beyond to the lanes from the word of lo on that are greater than c, or less if less
// is set. flip is 1<<63 for words in two's complement, 0 for unsigned ones.
func beyondWord(words []uint64, lo int, c uint64, less bool, flip uint64, beyond *inspect.Mask) {
	// The complement of a word is the greater the less it is.
	if less {
		flip = ^flip
	}
	c ^= flip
	for w := lo / 64; w*64 < len(words); w++ {
		var m uint64
		for j, x := range words[w*64 : min(w*64+64, len(words))] {
			m |= below(c, x^flip) << (j & 63)
		}
		beyond[w] = m
	}
}
