package library

import (
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
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
	var names value.Names
	var prefix string
	var paths []string
	for _, e := range f.Known.Exposed() {
		if err := f.Tick(1); err != nil {
			return nil, err
		}
		names = append(names, e.Name)
		switch e.Package {
		case string(path):
			prefix, _, _ = strings.Cut(e.Name, ".")
		case "":
		default:
			paths = append(paths, e.Package)
		}
	}
	if prefix != "" {
		return names.Namespace(prefix), nil
	}
	err := fault.New("unknown_name", "no variable of a package %s is exposed", value.Quote(string(path)))
	if near := text.Near(string(path), paths); near != "" {
		return nil, err.With("did you mean %s?", value.Quote(near))
	}
	return nil, err.With("registry.Packages names the packages whose variables are")
}
