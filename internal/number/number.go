// Package number computes exactly with all of Go's numbers but complex ones. Signed and unsigned
// integers of 64 bits and floats can be compared without rounding either. A float that was written
// out is, beside a float32, the nearest float32, as a constant is in Go.
package number

import (
	"math"
	"math/bits"
)

// Number is an integer, as sign and magnitude so that it can be any int64 or uint64, or a float.
type Number struct {
	IsFloat  bool
	IsSingle bool    // of a float: it is a float32
	Written  bool    // of a float: it was written out, and has no type yet
	Neg      bool    // of an integer; -0 is 0
	F        float64 // of a float
	Mag      uint64  // of an integer
}

// Of returns x as a Number. ok is false unless x has one of Go's integer or float types.
func Of(x any) (n Number, ok bool) {
	switch x := x.(type) {
	case int:
		return OfInt(int64(x)), true
	case float64:
		return Number{IsFloat: true, F: x}, true
	case uint64:
		return Number{Mag: x}, true
	case int64:
		return OfInt(x), true
	case int8:
		return OfInt(int64(x)), true
	case int16:
		return OfInt(int64(x)), true
	case int32:
		return OfInt(int64(x)), true
	case uint:
		return Number{Mag: uint64(x)}, true
	case uint8:
		return Number{Mag: uint64(x)}, true
	case uint16:
		return Number{Mag: uint64(x)}, true
	case uint32:
		return Number{Mag: uint64(x)}, true
	case float32:
		return OfSingle(x), true
	}
	return Number{}, false
}

// OfSingle returns f as a Number.
func OfSingle(f float32) Number {
	return Number{IsFloat: true, IsSingle: true, F: float64(f)}
}

// Single returns n as a float32. ok is false if it is beyond the largest one.
func (n Number) Single() (f float32, ok bool) {
	x := n.Float64()
	f = float32(x)
	return f, !math.IsInf(float64(f), 0) || math.IsInf(x, 0)
}

// Pair returns a and b as the operands of one operator. single says that both are float32s then,
// and so is what the operator makes of them: a float32 and what was written out, or an integer that
// a float32 holds.
func Pair(a, b Number) (x, y Number, single bool) {
	if !a.IsSingle && !b.IsSingle {
		return a, b, false
	}
	x, xok := a.asSingle()
	y, yok := b.asSingle()
	if !xok || !yok {
		return a, b, false
	}
	return x, y, true
}

func (n Number) asSingle() (Number, bool) {
	switch f, ok := n.Single(); {
	case n.IsSingle:
		return n, true
	case n.IsFloat:
		return OfSingle(f), ok && n.Written
	default:
		s := OfSingle(f)
		order, _ := Compare(n, s)
		return s, order == 0
	}
}

// OfInt returns n as a Number.
func OfInt(n int64) Number {
	if n < 0 {
		return Number{Neg: true, Mag: -uint64(n)}
	}
	return Number{Mag: uint64(n)}
}

// Value returns n as expressions have it: a float32 or float64, or an int, or the int64 or uint64 that
// does not fit in an int. ok is false for an integer below -2⁶³ or above 2⁶⁴-1.
func (n Number) Value() (x any, ok bool) {
	switch {
	case n.IsSingle:
		return float32(n.F), true
	case n.IsFloat:
		return n.F, true
	case n.Mag == 0:
		return 0, true
	case n.Neg:
		if n.Mag > 1<<63 {
			return nil, false
		}
		return Plain(-int64(n.Mag)), true
	case n.Mag <= math.MaxInt64:
		return Plain(int64(n.Mag)), true
	}
	return n.Mag, true
}

// Plain returns n as expressions have it: an int if it fits in one, and otherwise an int64.
func Plain(n int64) any {
	if int64(int(n)) == n {
		return int(n)
	}
	return n
}

// Float64 returns n as a float64, which rounds integers above 2⁵³.
func (n Number) Float64() float64 {
	switch {
	case n.IsFloat:
		return n.F
	case n.Neg:
		return -float64(n.Mag)
	}
	return float64(n.Mag)
}

// FitsFloat reports whether Float64 returns n itself.
func (n Number) FitsFloat() bool {
	order, _ := Compare(n, Number{IsFloat: true, F: n.Float64()})
	return n.IsFloat || order == 0
}

// Integer returns n as an integer. ok is false if n has a fraction, or is below -2⁶³ or above 2⁶⁴-1.
func (n Number) Integer() (i Number, ok bool) {
	if !n.IsFloat {
		return n, !n.Neg || n.Mag <= 1<<63
	}
	if n.F != math.Trunc(n.F) || n.F < -1<<63 || n.F >= 1<<64 {
		return n, false
	}
	return Number{Neg: n.F < 0, Mag: uint64(math.Abs(n.F))}, true
}

// Int returns n as an int. ok is false if n has a fraction or does not fit.
func (n Number) Int() (i int, ok bool) {
	if n, ok = n.Integer(); !ok {
		return 0, false
	}
	x, _ := n.Value()
	i, ok = x.(int)
	return i, ok
}

// Add returns a+b of two integers. ok is false if the magnitude needs more than 64 bits.
func Add(a, b Number) (sum Number, ok bool) {
	if a.Neg == b.Neg {
		mag, carry := bits.Add64(a.Mag, b.Mag, 0)
		return Number{Neg: a.Neg, Mag: mag}, carry == 0
	}
	if a.Mag < b.Mag {
		a, b = b, a
	}
	return Number{Neg: a.Neg, Mag: a.Mag - b.Mag}, true
}

// Sub returns a-b of two integers. ok is false if the magnitude needs more than 64 bits.
func Sub(a, b Number) (difference Number, ok bool) {
	b.Neg = !b.Neg
	return Add(a, b)
}

// Mul returns a*b of two integers. ok is false if the magnitude needs more than 64 bits.
func Mul(a, b Number) (product Number, ok bool) {
	hi, lo := bits.Mul64(a.Mag, b.Mag)
	return Number{Neg: a.Neg != b.Neg, Mag: lo}, hi == 0
}

// Quotient returns the integer a/b of two integers if a float64 does not hold it. ok is false if one
// does, and for what is no integer.
func Quotient(a, b Number) (quotient Number, ok bool) {
	if a.IsFloat || b.IsFloat || b.Mag == 0 || a.Mag%b.Mag != 0 {
		return Number{}, false
	}
	quotient = Number{Neg: a.Neg != b.Neg, Mag: a.Mag / b.Mag}
	return quotient, !quotient.FitsFloat()
}

// Pow returns the integer a to the power of n. ok is false if the magnitude needs more than 64
// bits.
func Pow(a Number, n uint64) (power Number, ok bool) {
	for power = (Number{Mag: 1}); ; {
		if n&1 == 1 {
			if power, ok = Mul(power, a); !ok {
				return power, false
			}
		}
		if n >>= 1; n == 0 {
			return power, true
		}
		// The square is a factor of the power, so the power overflows with it.
		if a, ok = Mul(a, a); !ok {
			return power, false
		}
	}
}

// Compare returns -1, 0 or 1 for a below, equal to or above b. It compares exactly, without
// rounding an integer to a float; but see Written. ordered is false if one of them is NaN.
func Compare(a, b Number) (order int, ordered bool) {
	switch {
	case a.IsFloat && b.IsFloat:
		if a.IsSingle != b.IsSingle {
			a, b, _ = Pair(a, b)
		}
		return compareFloats(a.F, b.F)
	case a.IsFloat:
		order, ordered = Compare(b, a)
		return -order, ordered
	case b.IsFloat:
		return compareIntFloat(a, b.F)
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

func compareInts(a, b Number) int {
	an, bn := a.Neg && a.Mag > 0, b.Neg && b.Mag > 0
	switch {
	case an != bn:
		if an {
			return -1
		}
		return 1
	case a.Mag == b.Mag:
		return 0
	case a.Mag < b.Mag != an:
		return -1
	}
	return 1
}

func compareIntFloat(a Number, f float64) (int, bool) {
	switch {
	case f != f:
		return 0, false
	case f >= 1<<64:
		return -1, true
	case f <= -1<<64:
		return 1, true
	}
	whole, rest := math.Modf(f)
	order := compareInts(a, Number{Neg: whole < 0, Mag: uint64(math.Abs(whole))})
	if order == 0 {
		// The integral parts are equal: the fraction of f decides.
		order, _ = compareFloats(0, rest)
	}
	return order, true
}

// Tally adds numbers up. It adds integers exactly in 128 bits, so that their order does not matter
// and only the total has to fit in 64, and floats apart from them, with what each addition rounds
// away. The zero Tally is empty.
type Tally struct {
	hi, lo uint64  // the total of the integers, as two's complement
	f      float64 // the total of the floats
	rest   float64 // what f lost to rounding
	float  bool    // a float was added
	far    bool    // a float that is not finite was added
}

// Add adds n.
func (t *Tally) Add(n Number) {
	if n.IsFloat {
		t.far = t.far || n.F-n.F != 0
		t.f, t.rest = plus(t.f, t.rest, n.F)
		t.float = true
		return
	}
	var carry uint64
	if n.Neg {
		t.lo, carry = bits.Sub64(t.lo, n.Mag, 0)
		t.hi, _ = bits.Sub64(t.hi, 0, carry)
		return
	}
	t.lo, carry = bits.Add64(t.lo, n.Mag, 0)
	t.hi, _ = bits.Add64(t.hi, 0, carry)
}

// AddWide adds an integer of 128 bits, in two's complement: the total of others.
func (t *Tally) AddWide(hi, lo uint64) {
	var carry uint64
	t.lo, carry = bits.Add64(t.lo, lo, 0)
	t.hi += hi + carry
}

// AddFloats adds floats by their bits, as Add does one after the other.
func (t *Tally) AddFloats(words []uint64) {
	f, rest := t.f, t.rest
	for _, word := range words {
		x := math.Float64frombits(word)
		if x-x != 0 {
			t.far = true
		}
		f, rest = plus(f, rest, x)
	}
	t.f, t.rest = f, rest
	t.float = t.float || len(words) > 0
}

// plus adds x to f, and to rest what rounding takes away: without that, a hundred thousand prices do
// not add up to cents.
func plus(f, rest, x float64) (sum, lost float64) {
	sum = f + x
	if math.Abs(f) >= math.Abs(x) {
		return sum, rest + ((f - sum) + x)
	}
	return sum, rest + ((x - sum) + f)
}

// Sum returns the total, as a float if a float was added. Otherwise ok is false if it does not fit
// in 64 bits.
func (t *Tally) Sum() (n Number, ok bool) {
	if t.float {
		return Number{IsFloat: true, F: t.Float64()}, true
	}
	negative, hi, lo := t.integers()
	return Number{Neg: negative, Mag: lo}, hi == 0
}

// integers returns the total of the integers as sign and magnitude.
func (t *Tally) integers() (negative bool, hi, lo uint64) {
	if t.hi>>63 == 0 {
		return false, t.hi, t.lo
	}
	lo, borrow := bits.Sub64(0, t.lo, 0)
	hi, _ = bits.Sub64(0, t.hi, borrow)
	return true, hi, lo
}

// Finite reports whether the total as a float is finite, or could not be as one of the floats was
// not.
func (t *Tally) Finite() bool {
	f := t.Float64()
	return t.far || f-f == 0
}

// Mean returns the total of n int64s divided by n, which is positive, rounded toward zero.
func (t *Tally) Mean(n int) int64 {
	negative, hi, lo := t.integers()
	mag, _ := bits.Div64(hi, lo, uint64(n))
	if negative {
		return -int64(mag)
	}
	return int64(mag)
}

// Quotient returns the total of integers divided by n, which is positive. ok is false unless that is
// an integer of 64 bits.
func (t *Tally) Quotient(n int) (quotient Number, ok bool) {
	negative, hi, lo := t.integers()
	if t.float || hi >= uint64(n) {
		return Number{}, false
	}
	mag, rest := bits.Div64(hi, lo, uint64(n))
	return Number{Neg: negative, Mag: mag}, rest == 0
}

// Float64 returns the total as a float64.
func (t *Tally) Float64() float64 {
	negative, hi, lo := t.integers()
	whole := math.Ldexp(float64(hi), 64) + float64(lo)
	if negative {
		whole = -whole
	}
	f := t.f
	if t.rest-t.rest == 0 { // it is NaN once f is not finite
		f += t.rest
	}
	return f + whole
}

// HasFloat reports whether a float was added.
func (t *Tally) HasFloat() bool { return t.float }
