package inspect

import (
	"fmt"
	"math"
	"math/big"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A large number is shown as a number if 64 bits hold it exactly, else by its digits.
var _ = addLens(
	lensRow{name: "math/big.Int", fields: "neg abs", shape: Scalar, text: bigText},
	lensRow{name: "math/big.Rat", fields: "a b", shape: Scalar, text: ratText},
	lensRow{name: "math/big.Float", fields: "prec form neg mant exp", shape: Scalar, text: bigFloatText},
)

// maxWords bounds the integers that are written in decimal. The time for that grows with the square
// of their length.
const maxWords = 1024

// bigText is the text of a big.Int: a number if 64 bits hold it, else its decimal digits, or
// hexadecimal ones if there are many.
func bigText(p *probe, v Value) any {
	return bigScalar(p.bigInt(v))
}

func bigScalar(x *big.Int, n int) any {
	switch {
	case x == nil:
		return tooLong("an integer", n)
	case x.IsInt64():
		return Datum{Kind: IntDatum, Bits: uint64(x.Int64())}.Plain()
	case x.IsUint64():
		return x.Uint64()
	case n > maxWords:
		return fmt.Sprintf("%#x", x)
	}
	return x.String()
}

// bigInt reads a big.Int and its length in words; x is nil if it is too long for a probe or could
// not be read.
func (p *probe) bigInt(v Value) (x *big.Int, n int) {
	words, n := p.wordsOf(p.field(v, "abs"))
	if words == nil && n > 0 || p.err != nil {
		return nil, n
	}
	x = new(big.Int).SetBits(words)
	if p.number(v, "neg") != 0 {
		x.Neg(x)
	}
	return x, n
}

// wordsOf reads the words of a large number, the lowest first, and their number; words is nil if
// they are too many for a probe.
func (p *probe) wordsOf(abs Value) (words []big.Word, n int) {
	if abs.Kind() != reflect.Slice {
		return nil, 0
	}
	data, n, _, mark, err := abs.header()
	p.note(mark, err)
	if p.err != nil {
		return nil, 0
	}
	b, err := copyBytes(nil, data, n*peek.WordSize, 0, maxProbe)
	p.note(0, err)
	if len(b) < n*peek.WordSize {
		return nil, n
	}
	words = make([]big.Word, n)
	for i := range words {
		words[i] = big.Word(peek.Uint(b[i*peek.WordSize : (i+1)*peek.WordSize]))
	}
	return words, n
}

func tooLong(what string, words int) string {
	return fmt.Sprintf("%s of %s bytes", what, text.Thousands(words*peek.WordSize))
}

// ratText is the text of a big.Rat: a number if it is whole or a float holds it exactly, else a
// fraction.
func ratText(p *probe, v Value) any {
	num, n := p.bigInt(p.field(v, "a"))
	den, m := p.bigInt(p.field(v, "b"))
	switch {
	case p.err != nil:
		return nil
	case num == nil || den == nil || max(n, m) > maxWords:
		return tooLong("a fraction", n+m)
	case den.Sign() == 0: // it stands for 1
		return bigScalar(num, n)
	}
	x := new(big.Rat).SetFrac(num, den.Abs(den))
	if x.IsInt() {
		return bigScalar(x.Num(), n)
	}
	if f, exact := x.Float64(); exact {
		return f
	}
	return x.String()
}

// The forms of a big.Float: zero, finite and infinite.
const (
	floatZero = iota
	floatFinite
	floatInf
)

// maxDecimal is the largest power of two at which a big.Float is written in decimal. The time for
// that grows with the square of the power.
const maxDecimal = 4096

// bigFloatText is the text of a big.Float: a number if a float64 holds it exactly, else its digits,
// in hexadecimal with a power of two if it is very long, large or small.
func bigFloatText(p *probe, v Value) any {
	form, neg := p.number(v, "form"), p.number(v, "neg") != 0
	exp, prec := int(int32(p.number(v, "exp"))), uint(p.number(v, "prec"))
	words, n := p.wordsOf(p.field(v, "mant"))
	switch {
	case p.err != nil:
		return nil
	case form == floatZero, form == floatInf:
		x := 0.0
		if form == floatInf {
			x = math.Inf(1)
		}
		if neg {
			return math.Copysign(x, -1)
		}
		return x
	case words == nil:
		return tooLong("a float", n)
	}
	x := new(big.Float).SetPrec(min(max(prec, 1), uint(64*maxWords))).SetInt(new(big.Int).SetBits(words))
	x.SetMantExp(x, exp-n*8*peek.WordSize)
	if neg {
		x.Neg(x)
	}
	if f, accuracy := x.Float64(); accuracy == big.Exact {
		return f
	}
	if n > maxWords || exp > maxDecimal || exp < -maxDecimal {
		return x.Text('p', 0)
	}
	return x.Text('g', -1)
}
