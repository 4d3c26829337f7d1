package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/variable"

// Variable is a package variable of the running program.
type Variable struct {
	Package string // the import path of its package; "main" of the program itself
	Name    string
	Pointer any    // a pointer to it; nil if the linker left no description of its type
	Type    string // as in Go source, or as the debug information has it if Pointer is nil
}

// Variables returns the package variables of the packages that are wanted, by their import paths, and
// the constants that these packages declare of their own integer types. It
// reads the debug information of the running binary, for some 150 ms in a program of 20 MB, and proves
// it by a variable of its own. It is an error if there is none, as after -ldflags=-s, and anywhere but
// on Linux.
//
// symbols is a file with the debug information of the binary if that has none itself; "" for none. It must
// come from the same run of the linker, which is proved by its build ID and by all of its code.
func Variables(symbols string, wanted func(pkg string) bool) ([]Variable, []*Constants, error) {
	found, err := variable.Read(symbols, wanted)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Variable, len(found.Variables))
	for i, v := range found.Variables {
		out[i] = Variable(v)
	}
	var constants []*Constants
	for _, c := range found.Constants {
		if named, err := NewConstants(c.Type, c.Names); err == nil {
			constants = append(constants, named)
		}
	}
	return out, constants, nil
}
