package inspect

import "github.com/sightglass-go/sightglass/inspect/internal/variable"

// Variable is a package variable of the running program.
type Variable struct {
	Package     string // the import path of its package; "main" of the program itself
	PackageName string // the name of its package, as in its source
	Name        string
	Pointer     any    // a pointer to it; nil if it cannot be read
	Type        string // as in Go source, or as the debug information has it if Pointer is nil

	// Names are the constants of the integer type that it is of, if that has lost its name, and their
	// values in two's complement; nil if there are none.
	Names map[string]uint64

	// Why says why Pointer is nil. Sealed names a type in it of whose fields nothing is shown, as the
	// binary does not have their tags; "" if there is none.
	Why, Sealed string
	// Unfollowed names a type that the linker dropped, and of which nothing is shown where a pointer in it
	// leads to one of it again, as in a list; "" if there is none.
	Unfollowed string
}

// VariableOptions are about what [Variables] reads.
type VariableOptions struct {
	// Symbols is a file with the debug information of the binary if that has none itself; "" for none.
	// It must come from the same run of the linker, which is proved by its build ID and by all of its
	// code.
	Symbols string
	// Untagged reports whether no field of a package has a tag that hides it, so that the fields of types
	// are shown of which nobody knows the tags; nil: of none but the standard library.
	Untagged func(pkg string) bool
	// Step is called now and then, at least every few milliseconds of work; nil: never. Once it returns
	// an error, that is the error of Variables.
	Step func() error
}

// Declarations are what the debug information of the running program has of the packages that were wanted.
type Declarations struct {
	Variables []Variable   // in the order of the binary
	Constants []*Constants // of integer types of these packages, which are declared beside their types
	Packages  []string     // the import paths of all packages of the program, wanted or not; sorted
}

// Variables returns the package variables of the packages that are wanted, by their import paths, and
// the constants that these packages declare of their own integer types. It reads the debug information
// of the running binary, for some 150 ms in a program of 20 MB, and proves it by a variable of its own.
// It is an error if there is none, as after -ldflags=-s, and anywhere but on Linux. The text of that error
// has behind a semicolon what to do about it.
//
// The type of a variable is that of the binary. If the linker has dropped it, as it does for a type that
// nothing puts into an interface, it is made of what the debug information says, with each size and
// offset compared; it has no methods and no name then but for TypeName. The debug information lacks the
// tags of fields, so a struct with a name shows none of them, unless it is of the standard library or
// Untagged says that there are no tags that hide.
func Variables(o VariableOptions, wanted func(pkg string) bool) (Declarations, error) {
	found, err := variable.Read(variable.Options(o), wanted)
	if err != nil {
		return Declarations{}, err
	}
	out := Declarations{Variables: make([]Variable, len(found.Variables)), Packages: found.Packages}
	for i, v := range found.Variables {
		out.Variables[i] = Variable(v)
	}
	for _, c := range found.Constants {
		if named, err := NewConstants(c.Type, c.Names); err == nil {
			out.Constants = append(out.Constants, named)
		}
	}
	return out, nil
}
