package library

import (
	"math/bits"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/number"
)

var _ = define(NumberFunctions, []Function{
	{Name: "bitand", Args: "a, b", Min: 2, Run: onBits("bitand", func(a, b uint64) uint64 { return a & b }),
		Summary: "the bits that both have", Example: `bitand(6, 3)`},
	{Name: "bitor", Args: "a, b", Min: 2, Run: onBits("bitor", func(a, b uint64) uint64 { return a | b }),
		Summary: "the bits that one of them has", Example: `bitor(6, 3)`},
	{Name: "bitxor", Args: "a, b", Min: 2, Run: onBits("bitxor", func(a, b uint64) uint64 { return a ^ b }),
		Summary: "the bits in which they differ", Example: `bitxor(6, 3)`},
	{Name: "bitnand", Args: "a, b", Min: 2, Run: onBits("bitnand", func(a, b uint64) uint64 { return a &^ b }),
		Summary: "the bits of a that b has not", Example: `bitnand(6, 3)`},
	{Name: "bitnot", Args: "a", Min: 1, Run: onBits("bitnot", func(a, _ uint64) uint64 { return ^a }),
		Summary: "the bits turned over", Example: `bitnot(5)`},
	{Name: "bitshl", Args: "a, b", Min: 2, Run: shiftLeft,
		Summary: "the bits moved to the left", Example: `bitshl(1, 4)`},
	{Name: "bitshr", Args: "a, b", Min: 2, Run: shiftRight,
		Summary: "the bits moved to the right", Example: `bitshr(16, 4)`},
	{Name: "bitushr", Args: "a, b", Min: 2, Run: shiftSignRight,
		Summary: "the bits moved to the right, the sign too", Example: `bitushr(16, 4)`},
})

// word is an integer from -2⁶³ to 2⁶⁴-1 in two's complement, where sign stands for all bits above
// the 64 lower ones: it is 0, or has them all.
type word struct{ sign, low uint64 }

// wordOf returns the bits of an integer.
func wordOf(function string, x value.Value) (word, error) {
	if err := value.Refuse(x); err != nil {
		return word{}, err
	}
	n, ok := value.NumberOf(x)
	if !ok {
		return word{}, fault.New("type", "%s needs an integer, not %s", function, x.Kind())
	}
	if n, ok = n.Integer(); !ok {
		return word{}, fault.New("type", "%s needs an integer of 64 bits, not %v", function, x).With("round it with int(…)")
	}
	if n.Neg && n.Mag > 0 {
		return word{^uint64(0), -n.Mag}, nil
	}
	return word{0, n.Mag}, nil
}

// value returns the integer with these bits; ok is false if it is below -2⁶³.
func (w word) value() (x value.Value, ok bool) {
	if w.sign == 0 {
		return value.OfNumber(number.Number{Mag: w.low})
	}
	return value.Int(w.low), w.low>>63 == 1
}

// onBits is a function that computes each bit of two integers, or one, by itself.
func onBits(name string, each func(a, b uint64) uint64) func(f *machine.Frame, args []value.Value) (value.Value, error) {
	return func(f *machine.Frame, args []value.Value) (value.Value, error) {
		var a, b word
		var err error
		if a, err = wordOf(name, args[0]); err != nil {
			return nil, err
		}
		if len(args) > 1 {
			if b, err = wordOf(name, args[1]); err != nil {
				return nil, err
			}
		}
		if x, ok := (word{each(a.sign, b.sign), each(a.low, b.low)}).value(); ok {
			return x, nil
		}
		e := fault.New("overflow", "%s of %v is a negative number that does not fit in 64 bits", name, args[0])
		if len(args) > 1 {
			e = fault.New("overflow", "%s of %v and %v is a negative number that does not fit in 64 bits", name, args[0], args[1])
		}
		return nil, e.With("bitxor(a, 0xFFFFFFFFFFFFFFFF) turns over the bits of a uint64")
	}
}

// shiftBy returns the arguments of a shift.
func shiftBy(name string, args []value.Value) (w word, n int, err error) {
	if w, err = wordOf(name, args[0]); err != nil {
		return w, 0, err
	}
	if n, err = value.ToInt(name, args[1]); err == nil && n < 0 {
		e := fault.New("range", "%s cannot shift by %d", name, n)
		if name == "bitshl" {
			return w, 0, e.With("bitshr shifts to the right")
		}
		return w, 0, e.With("bitshl shifts to the left")
	}
	return w, n, err
}

// shiftLeft is bitshl(a, b). It is an error to shift a bit out.
func shiftLeft(f *machine.Frame, args []value.Value) (value.Value, error) {
	w, n, err := shiftBy("bitshl", args)
	if err != nil {
		return nil, err
	}
	if room := bits.LeadingZeros64(w.low ^ w.sign); n <= room || w.low == 0 {
		if x, ok := (word{w.sign, w.low << n}).value(); ok {
			return x, nil
		}
	}
	return nil, fault.New("overflow", "bitshl(%v, %d) does not fit in an integer", args[0], n).With("bitand(a, …) keeps the bits that fit")
}

// shiftRight is bitshr(a, b).
func shiftRight(f *machine.Frame, args []value.Value) (value.Value, error) {
	w, n, err := shiftBy("bitshr", args)
	if err != nil {
		return nil, err
	}
	x, _ := word{w.sign, w.low>>n | w.sign<<max(0, 64-n)}.value()
	return x, nil
}

// shiftSignRight is bitushr(a, b): the 64 bits of a negative number are moved as if they were of a
// uint64. By 0 they stay what they are, as in other languages.
func shiftSignRight(f *machine.Frame, args []value.Value) (value.Value, error) {
	w, n, err := shiftBy("bitushr", args)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		w = word{0, w.low >> n}
	}
	x, _ := w.value()
	return x, nil
}
