package library

import (
	"encoding/hex"
	"strconv"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/number"
)

var _ = define(TextFunctions, []Function{
	{Name: "hex", Args: "x", Min: 1, Run: hexOf,
		Summary: "an integer, or the bytes of a text, in hexadecimal", Example: `hex(255)`},
})

// hexOf is hex(x): an integer as Go's %x writes it, text and bytes as two digits a byte.
func hexOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	if n, ok := value.NumberOf(args[0]); ok {
		return hexOfNumber(f, n, args[0])
	}
	s, err := stringArgument(f, "hex", 1, args[0])
	if err != nil {
		if e := fault.From(err); e.Code == "type" {
			err = value.WrongArgument("hex", 1, "an integer, text or bytes", args[0])
			if e := fault.From(err); e.Code == "type" && value.IsList(args[0]) {
				return nil, e.With("map(xs, hex(#)) writes each of its elements")
			}
			return nil, err
		}
		return nil, err
	}
	var out meter.Builder
	for len(s) > 0 {
		n := min(len(s), meter.TextChunk)
		if err := out.Add(f.Meter, hex.EncodeToString([]byte(s[:n]))); err != nil {
			return nil, err
		}
		s = s[n:]
	}
	return value.String(out.String()), nil
}

func hexOfNumber(f *machine.Frame, n number.Number, x value.Value) (value.Value, error) {
	if n.IsFloat {
		// A whole float counts as an integer.
		i, err := value.ToInt("hex", x)
		if err != nil {
			return nil, err
		}
		n = number.OfInt(int64(i))
	}
	text := strconv.FormatUint(n.Mag, 16)
	if n.Neg {
		text = "-" + text
	}
	return value.String(text), f.KeepText(len(text))
}
