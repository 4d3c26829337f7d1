package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "vars", Reads: Composites, Run: vars,
		Summary: "what this session keeps under which names", Example: `vars()`},
})

// vars lists the variables of the session, the earlier answers last.
func vars(f *machine.Frame, _ []value.Value) (value.Value, error) {
	var rows [][]string
	for _, v := range f.Known.Variables() {
		f.Origins = append(f.Origins, v.Origins...)
		rows = append(rows, []string{v.Name, v.Type, v.Value, v.Note})
	}
	return table(rows, "name", "type", "value", "note"), nil
}
