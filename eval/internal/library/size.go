package library

import (
	"fmt"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "size", Args: "x", Min: 1, Reads: Composites, Run: sizeOf,
		Summary: "the bytes of x itself, and of all that it leads to", Example: `size(cache)`},
})

// sizeOf is size(x): the bytes of the object itself and of all that it leads to, each byte once, as
// {shallow: …, deep: …, objects: …}. If it has to stop before the end, deep is called atLeast. What
// the allocator adds does not count, nor what is redacted, beyond its place in a struct.
func sizeOf(f *machine.Frame, args []value.Value) (value.Value, error) {
	target, err := objectArgument("size", args[0])
	if err != nil {
		return nil, err
	}
	defer f.Release(f.Kept())
	m := newMeasurer(f)
	m.quick()
	if err := m.all(target); err != nil {
		return nil, err
	}
	shallow := typeSize(target.Value().Type())
	deep, about := "deep", ""
	if m.cut != "" {
		deep, about = "atLeast", "at least "
	}
	m.note("size")
	text := fmt.Sprintf("%s by itself, %s%s with what it leads to: %s objects",
		text.Bytes(shallow), about, text.Bytes(m.bytes), text.Thousands(m.objects))
	return &value.Snapshot{
		Node: record(field{"shallow", shallow}, field{deep, m.bytes}, field{"objects", m.objects}),
		Page: textPage(text),
	}, nil
}
