package eval

import (
	"math"
	"math/bits"
)

// number is a number that can be computed with exactly: an integer as sign and magnitude (so
// that int64 and uint64 meet without a conversion), or a float.
type number struct {
	float bool
	neg   bool
	mag   uint64
	f     float64
}

// toNumber reports whether x is a number, and which.
func toNumber(x any) (number, bool) {
	switch x := x.(type) {
	case int:
		return fromInt(int64(x)), true
	case float64:
		return number{float: true, f: x}, true
	case uint64:
		return number{mag: x}, true
	case int64:
		return fromInt(x), true
	case int8:
		return fromInt(int64(x)), true
	case int16:
		return fromInt(int64(x)), true
	case int32:
		return fromInt(int64(x)), true
	case uint:
		return number{mag: uint64(x)}, true
	case uint8:
		return number{mag: uint64(x)}, true
	case uint16:
		return number{mag: uint64(x)}, true
	case uint32:
		return number{mag: uint64(x)}, true
	case float32:
		return number{float: true, f: float64(x)}, true
	}
	return number{}, false
}

func fromInt(n int64) number {
	if n < 0 {
		return number{neg: true, mag: -uint64(n)}
	}
	return number{mag: uint64(n)}
}

// value is n as expressions see it: an int where it fits, an int64 or uint64 where only that
// does, a float64. ok is false for an integer outside of -2⁶³ … 2⁶⁴-1.
func (n number) value() (x any, ok bool) {
	switch {
	case n.float:
		return n.f, true
	case n.mag == 0:
		return 0, true
	case n.neg:
		if n.mag > 1<<63 {
			return nil, false
		}
		return plainInt(-int64(n.mag)), true
	case n.mag <= math.MaxInt64:
		return plainInt(int64(n.mag)), true
	}
	return n.mag, true
}

func plainInt(n int64) any {
	if int64(int(n)) == n {
		return int(n)
	}
	return n
}

// asFloat is n as a float64, rounded where n is an integer above 2⁵³.
func (n number) asFloat() float64 {
	switch {
	case n.float:
		return n.f
	case n.neg:
		return -float64(n.mag)
	}
	return float64(n.mag)
}

// asInt is n as an int; ok is false where it is not an integer or does not fit.
func (n number) asInt() (int, bool) {
	if n.float {
		if n.f != math.Trunc(n.f) || n.f < -1<<63 || n.f >= 1<<63 {
			return 0, false
		}
		n = fromInt(int64(n.f))
	}
	x, _ := n.value()
	i, ok := x.(int)
	return i, ok
}

// addInts is a+b for integers; ok is false where the magnitude needs more than 64 bits.
func addInts(a, b number) (sum number, ok bool) {
	if a.neg == b.neg {
		mag, carry := bits.Add64(a.mag, b.mag, 0)
		return number{neg: a.neg, mag: mag}, carry == 0
	}
	if a.mag < b.mag {
		a, b = b, a
	}
	return number{neg: a.neg, mag: a.mag - b.mag}, true
}

func mulInts(a, b number) (product number, ok bool) {
	hi, lo := bits.Mul64(a.mag, b.mag)
	return number{neg: a.neg != b.neg, mag: lo}, hi == 0
}

// powInts is a to the n by squaring; ok is false as soon as it overflows.
func powInts(a number, n uint64) (power number, ok bool) {
	for power = (number{mag: 1}); ; {
		if n&1 == 1 {
			if power, ok = mulInts(power, a); !ok {
				return power, false
			}
		}
		if n >>= 1; n == 0 {
			return power, true
		}
		// The square is a factor of what is asked for, so that one that overflows decides it.
		if a, ok = mulInts(a, a); !ok {
			return power, false
		}
	}
}

// compareNumbers orders a and b by their exact values: no integer is rounded to meet a float.
// ordered is false if one is NaN.
func compareNumbers(a, b number) (order int, ordered bool) {
	switch {
	case a.float && b.float:
		return compareFloats(a.f, b.f)
	case a.float:
		order, ordered = compareNumbers(b, a)
		return -order, ordered
	case b.float:
		return compareIntFloat(a, b.f)
	}
	return compareInts(a, b), true
}

func compareFloats(a, b float64) (int, bool) {
	switch {
	case a < b:
		return -1, true
	case a > b:
		return 1, true
	case a == b:
		return 0, true
	}
	return 0, false
}

func compareInts(a, b number) int {
	an, bn := a.neg && a.mag > 0, b.neg && b.mag > 0
	switch {
	case an != bn:
		if an {
			return -1
		}
		return 1
	case a.mag == b.mag:
		return 0
	case a.mag < b.mag != an:
		return -1
	}
	return 1
}

func compareIntFloat(a number, f float64) (int, bool) {
	switch {
	case f != f:
		return 0, false
	case f >= 1<<64:
		return -1, true
	case f <= -1<<64:
		return 1, true
	}
	whole, rest := math.Modf(f)
	order := compareInts(a, number{neg: whole < 0, mag: uint64(math.Abs(whole))})
	if order == 0 {
		// The whole parts are equal: what f has behind the point decides.
		order, _ = compareFloats(0, rest)
	}
	return order, true
}

// tally adds numbers up: integers exactly in 128 bits, so that their order does not matter
// and only the final sum has to fit; floats apart from them.
type tally struct {
	hi, lo uint64 // two's complement
	f      float64
	float  bool
	far    bool // one of the floats was not finite
}

func (t *tally) add(n number) {
	if n.float {
		t.far = t.far || n.f-n.f != 0
		t.f += n.f
		t.float = true
		return
	}
	var carry uint64
	if n.neg {
		t.lo, carry = bits.Sub64(t.lo, n.mag, 0)
		t.hi, _ = bits.Sub64(t.hi, 0, carry)
		return
	}
	t.lo, carry = bits.Add64(t.lo, n.mag, 0)
	t.hi, _ = bits.Add64(t.hi, 0, carry)
}

// sum is the total; ok is false where the integers' total does not fit in 64 bits.
func (t *tally) sum() (n number, ok bool) {
	if t.hi>>63 == 1 {
		lo, borrow := bits.Sub64(0, t.lo, 0)
		hi, _ := bits.Sub64(0, t.hi, borrow)
		n, ok = number{neg: true, mag: lo}, hi == 0
	} else {
		n, ok = number{mag: t.lo}, t.hi == 0
	}
	if t.float {
		return number{float: true, f: t.asFloat()}, true
	}
	return n, ok
}

// finite reports whether the total as a float is one, or cannot be.
func (t *tally) finite() bool {
	f := t.asFloat()
	return t.far || f-f == 0
}

// mean is the total of n integers of 64 bits, n > 0, divided by n, without what is behind the point.
func (t *tally) mean(n int) int64 {
	hi, lo := t.hi, t.lo
	negative := hi>>63 == 1
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	mag, _ := bits.Div64(hi, lo, uint64(n))
	if negative {
		return -int64(mag)
	}
	return int64(mag)
}

// asFloat is the total as a float64.
func (t *tally) asFloat() float64 {
	hi, lo := t.hi, t.lo
	sign := 1.0
	if hi>>63 == 1 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
		sign = -1
	}
	return t.f + sign*(math.Ldexp(float64(hi), 64)+float64(lo))
}
