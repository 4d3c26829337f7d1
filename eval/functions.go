package eval

import "github.com/sightglass-go/sightglass/eval/internal/library"

// Function is what the manual says of a function of the language.
type Function struct {
	Name    string
	Args    string // as they are written
	Summary string // one line, lower case, without a full stop
	Example string // a line to type
}

// Usage is how the function is written, as in top(xs, n, .field).
func (f Function) Usage() string { return f.Name + "(" + f.Args + ")" }

// Functions lists the functions of the language in the order of the manual: those asked of live objects, then those
// on collections, on numbers, on text and on times, each of these by name. The caller may keep and change the list.
func Functions() []Function {
	var list []Function
	for _, fn := range library.All() {
		list = append(list, Function{fn.Name, fn.Args, fn.Summary, fn.Example})
	}
	return list
}
