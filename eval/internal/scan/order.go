package scan

import (
	"math"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/number"
)

// Op is an operator that compares.
type Op uint8

const (
	Less Op = iota
	LessOrEqual
	More
	MoreOrEqual
	Equal
	NotEqual
)

// Mirrored returns the operator for which b op a is a Mirrored b.
func (op Op) Mirrored() Op {
	return [...]Op{More, MoreOrEqual, Less, LessOrEqual, Equal, NotEqual}[op]
}

// holds reports whether op holds for the order of two values; unordered ones are not equal.
func (op Op) holds(order int, ordered bool) bool {
	if !ordered {
		return op == NotEqual
	}
	switch op {
	case Less:
		return order < 0
	case LessOrEqual:
		return order <= 0
	case More:
		return order > 0
	case MoreOrEqual:
		return order >= 0
	case Equal:
		return order == 0
	}
	return order != 0
}

// Number is the number in a lane, or a duration's nanoseconds. v has numbers or durations.
func (v *Vector) Number(lane int) number.Number {
	if v.Kind == inspect.DurationDatum {
		return number.OfInt(int64(v.Bits[lane]))
	}
	n, _ := numberOf(v.Kind, v.Bits[lane], v.Written)
	return n
}

// numberOf returns a value as a number; ok is false if its kind is none of a number.
func numberOf(k inspect.DatumKind, bits uint64, written bool) (n number.Number, ok bool) {
	switch k {
	case inspect.IntDatum:
		return number.OfInt(int64(bits)), true
	case inspect.UintDatum:
		return number.Number{Mag: bits}, true
	case inspect.FloatDatum:
		return number.Number{IsFloat: true, Written: written, F: math.Float64frombits(bits)}, true
	case inspect.Float32Datum:
		return number.Number{IsFloat: true, IsSingle: true, F: math.Float64frombits(bits)}, true
	}
	return number.Number{}, false
}

// span is the integers from lo to hi, of a kind whose words are unsigned or in two's complement; or,
// if outside is set, all others.
type span struct {
	lo, width uint64 // width is hi-lo
	empty     bool
	outside   bool
}

// bounds returns the lowest and the highest value of an integer kind, as words.
func bounds(k inspect.DatumKind) (lowest, highest uint64) {
	if k == inspect.UintDatum {
		return 0, math.MaxUint64
	}
	return 1 << 63, math.MaxInt64
}

// spanOf returns the integers of kind k for which x op c holds.
func spanOf(k inspect.DatumKind, op Op, c number.Number) span {
	lowest, _ := bounds(k)
	if c.IsFloat && c.F != c.F {
		return span{empty: true, outside: op == NotEqual}
	}
	below, anyBelow := upTo(k, c, false)
	to, anyTo := upTo(k, c, true)
	switch op {
	case Less, MoreOrEqual:
		return span{lo: lowest, width: below - lowest, empty: !anyBelow, outside: op == MoreOrEqual}
	case LessOrEqual, More:
		return span{lo: lowest, width: to - lowest, empty: !anyTo, outside: op == More}
	}
	s := span{outside: op == NotEqual, empty: !anyTo || anyBelow && below == to}
	switch {
	case anyBelow:
		s.lo = below + 1
	default:
		s.lo = lowest
	}
	s.width = to - s.lo
	return s
}

// upTo returns the greatest integer of kind k that is less than c, or equal to it if equal is set.
// ok is false if there is none.
func upTo(k inspect.DatumKind, c number.Number, equal bool) (word uint64, ok bool) {
	lowest, highest := bounds(k)
	at := func(word uint64) number.Number {
		if k == inspect.UintDatum {
			return number.Number{Mag: word}
		}
		return number.OfInt(int64(word))
	}
	fits := func(word uint64) bool {
		order, _ := number.Compare(at(word), c)
		return order < 0 || equal && order == 0
	}
	if !fits(lowest) {
		return 0, false
	}
	// Bit by bit, from lowest up.
	word = lowest
	for bit := uint64(1) << 63; bit != 0; bit >>= 1 {
		if word-lowest+bit > highest-lowest || word-lowest > math.MaxUint64-bit {
			continue
		}
		if fits(word + bit) {
			word += bit
		}
	}
	return word, true
}
