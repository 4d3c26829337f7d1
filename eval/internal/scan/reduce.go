package scan

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/sightglass-go/sightglass/inspect"
)

// Reduction is how one more value changes what reduce has so far, a number or a duration. It adds,
// subtracts or multiplies by Arith; or, if Pick is set, is one of the two.
type Reduction struct {
	Arith ArithOp
	Pick  bool
	// The value is picked where it is more than what there is, equal, less, or where either is NaN.
	More, Equal, Less, Unordered bool
	// Extreme has a NaN picked, and stay.
	Extreme bool
}

// Picks returns the Reduction of acc op x ? acc : x or, if value is set, of acc op x ? x : acc.
func Picks(op Op, value bool) Reduction {
	return Reduction{
		Pick: true,
		More: op.holds(-1, true) == value, Equal: op.holds(0, true) == value, Less: op.holds(1, true) == value,
		Unordered: op.holds(0, false) == value,
	}
}

// Extremes returns the Reduction of max(acc, x) or, with a negative sign, of min(acc, x).
func Extremes(sign int) Reduction {
	return Reduction{Pick: true, More: sign > 0, Less: sign < 0, Extreme: true}
}

// Takes reports whether Run takes what there is, acc, with values like those of v. Of others the
// answer has another kind than acc, or is none.
func (r *Reduction) Takes(acc, v *Vector) bool {
	a, k := acc.Kind, v.Kind
	switch {
	case a == inspect.NoDatum || v.Written:
		return false
	case k == inspect.NoDatum && v.Skip != nil:
		return true // all that are not bad are skipped
	case r.Pick:
		return a == k && !acc.Written && (isFloat(a) || isInt(a) || a == inspect.DurationDatum)
	case acc.Written || a == inspect.IntDatum:
		return isInt(k)
	case a == inspect.DurationDatum:
		return k == a && r.Arith != Multiply
	case a == inspect.Float32Datum:
		return k == a
	}
	return a == inspect.FloatDatum && (isFloat(k) || isInt(k))
}

// Run brings acc, which has one lane, together with the lanes of v from lo up to hi that are in in, nil
// for all, in their order, but those that v skips. Takes is true of them. It stops at the first lane
// whose answer does not fit, which is next, and returns how many lanes were picked.
func (r *Reduction) Run(acc, v *Vector, in *inspect.Mask, lo, hi int) (next, picked int) {
	if in == nil && v.Skip == nil {
		done, picked := r.words(acc, v.Kind, v.Bits[lo:hi])
		return lo + done, picked
	}
	lanes := Between(lo, hi)
	if in != nil {
		lanes.And(in)
	}
	if v.Skip != nil {
		lanes.AndNot(v.Skip)
	}
	var words [64]uint64
	var at [64]int
	for w, m := range lanes[:(hi+63)/64] {
		n := 0
		for ; m != 0; m &= m - 1 {
			at[n] = w*64 + bits.TrailingZeros64(m)
			words[n] = v.Bits[at[n]]
			n++
		}
		done, some := r.words(acc, v.Kind, words[:n])
		if picked += some; done < n {
			return at[done], picked
		}
	}
	return hi, picked
}

// words is Run of words of kind k. It returns how many it has done.
func (r *Reduction) words(acc *Vector, k inspect.DatumKind, words []uint64) (done, picked int) {
	a := &acc.Bits[0]
	switch {
	case r.Pick && isFloat(k):
		return len(words), r.pickFloats(a, words)
	case r.Pick && k == inspect.UintDatum:
		return len(words), r.pickWords(a, words, 0)
	case r.Pick:
		return len(words), r.pickWords(a, words, 1<<63)
	case isFloat(acc.Kind):
		return r.floats(a, k, words, acc.Kind == inspect.Float32Datum), 0
	}
	return r.ints(a, words, k == inspect.UintDatum), 0
}

// pickWords picks integers. flip is 1<<63 for words in two's complement, 0 for unsigned ones.
func (r *Reduction) pickWords(acc *uint64, words []uint64, flip uint64) (picked int) {
	a := *acc
	for _, x := range words {
		take := r.Equal
		switch o := cmp.Compare(x^flip, a^flip); {
		case o > 0:
			take = r.More
		case o < 0:
			take = r.Less
		}
		if take {
			a = x
			picked++
		}
	}
	*acc = a
	return picked
}

func (r *Reduction) pickFloats(acc *uint64, words []uint64) (picked int) {
	a := *acc
	for _, word := range words {
		var take bool
		switch x, c := math.Float64frombits(word), math.Float64frombits(a); {
		case x > c:
			take = r.More
		case x < c:
			take = r.Less
		case x == c:
			take = r.Equal
		case r.Extreme:
			take = x != x
		default:
			take = r.Unordered
		}
		if take {
			a = word
			picked++
		}
	}
	*acc = a
	return picked
}

// ints computes with int64s. unsigned says that the words are none.
func (r *Reduction) ints(acc *uint64, words []uint64, unsigned bool) (done int) {
	a := *acc
	defer func() { *acc = a }()
	for i, x := range words {
		var z, over uint64
		switch r.Arith {
		case Add:
			z = a + x
			over = (a ^ z) & (x ^ z) >> 63
		case Subtract:
			z = a - x
			over = (a ^ x) & (a ^ z) >> 63
		default:
			z = a * x
			over = productOverflow(a, x)
		}
		if over != 0 || unsigned && x > math.MaxInt64 {
			return i
		}
		a = z
	}
	return len(words)
}

// floats computes with floats, to which the words of kind k are converted. Of float32s it rounds to
// one.
func (r *Reduction) floats(acc *uint64, k inspect.DatumKind, words []uint64, single bool) (done int) {
	a := math.Float64frombits(*acc)
	defer func() { *acc = math.Float64bits(a) }()
	for i, word := range words {
		var x, z float64
		switch k {
		case inspect.IntDatum:
			x = float64(int64(word))
		case inspect.UintDatum:
			x = float64(word)
		default:
			x = math.Float64frombits(word)
		}
		switch r.Arith {
		case Add:
			z = a + x
		case Subtract:
			z = a - x
		default:
			z = a * x
		}
		if single {
			z = float64(float32(z))
		}
		if z-z != 0 {
			return i
		}
		a = z
	}
	return len(words)
}
