package eval

import (
	"encoding/hex"
	"strconv"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/number"
)

var _ = define(textFunctions, []function{
	{name: "hex", args: "x", min: 1, run: hexOf,
		summary: "an integer, or the bytes of a text, in hexadecimal", example: `hex(255)`},
})

// hexOf is hex(x): an integer of any width as Go's %x writes it, with a minus where it is negative, and text or
// bytes as two digits a byte.
func hexOf(f *frame, args []any) (any, error) {
	if n, ok := number.Of(args[0]); ok {
		return hexOfNumber(f, n, args[0])
	}
	s, err := f.stringArgument("hex", 1, args[0])
	if err != nil {
		if e := fault.From(err); e.Code == "type" {
			return nil, wrongArgument("hex", 1, "an integer, text or bytes", args[0])
		}
		return nil, err
	}
	var out builder
	for len(s) > 0 {
		n := min(len(s), textChunk)
		if err := out.add(f, hex.EncodeToString([]byte(s[:n]))); err != nil {
			return nil, err
		}
		s = s[n:]
	}
	return out.String(), nil
}

func hexOfNumber(f *frame, n number.Number, x any) (any, error) {
	if n.IsFloat {
		// A float that is whole is an integer here as elsewhere.
		i, err := index("hex", x)
		if err != nil {
			return nil, err
		}
		n = number.OfInt(int64(i))
	}
	text := strconv.FormatUint(n.Mag, 16)
	if n.Neg {
		text = "-" + text
	}
	return text, f.text(len(text))
}
