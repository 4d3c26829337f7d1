package library

import (
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "pkg", Args: "path", Min: 1, Run: pkg,
		Summary: "the variables of a package, by its import path, if registry.Packages exposes them", Example: `pkg("main")`},
})

// pkg is pkg(path): the names under which the variables of a package are exposed.
func pkg(f *machine.Frame, args []value.Value) (value.Value, error) {
	path, ok := args[0].(value.String)
	if !ok {
		return nil, value.WrongArgument("pkg", 1, "a string", args[0])
	}
	name, err := f.Visit.Package(string(path))
	if err != nil {
		return nil, err
	}
	return value.Names(f.Visit.Names()).Namespace(name), nil
}
