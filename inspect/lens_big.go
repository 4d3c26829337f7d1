package inspect

import (
	"fmt"
	"math/big"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect/internal/peek"
)

// maxWords bounds a large integer that is written in decimal, which takes time
// that grows with the square.
const maxWords = 1024

// bigText is a big.Int: a number where 64 bits hold it, else its decimal digits,
// and hexadecimal ones where it is very long.
func bigText(p *probe, v Value) any {
	abs := p.field(v, "abs")
	if abs.Kind() != reflect.Slice {
		return nil
	}
	data, n, _, mark, err := abs.header()
	p.note(mark, err)
	if p.err != nil {
		return nil
	}
	b, err := copyText(nil, data, n*peek.WordSize, 0, maxProbe)
	p.note(0, err)
	if len(b) < n*peek.WordSize {
		return fmt.Sprintf("an integer of %s bytes", thousands(n*peek.WordSize))
	}
	words := make([]big.Word, n)
	for i := range words {
		words[i] = big.Word(native(b[i*peek.WordSize : (i+1)*peek.WordSize]))
	}
	x := new(big.Int).SetBits(words)
	if p.number(v, "neg") != 0 {
		x.Neg(x)
	}
	switch {
	case x.IsInt64():
		return plainInt(x.Int64())
	case x.IsUint64():
		return x.Uint64()
	case n > maxWords:
		return fmt.Sprintf("%#x", x)
	}
	return x.String()
}
