package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "print", Args: "x", Min: 1, Reads: Composites, Run: printed,
		Summary: "a text in its own lines, as for a stack trace; anything else as it is", Example: `print("one\ntwo")`},
})

// printed is print(x): a text, to be shown in its own lines and without quotes. What is no text is
// its own answer.
func printed(f *machine.Frame, args []value.Value) (value.Value, error) {
	x := args[0]
	if err := value.Unfit(x); err != nil {
		return nil, err
	}
	s, ok, err := value.TextOf(&f.Thread, x)
	if err != nil || !ok {
		return x, err
	}
	f.Verbatim, f.JSON = s, nil
	return value.String(s), nil
}
