package eval

import "github.com/sightglass-go/sightglass/eval/internal/library"

// Function is what the manual says about a function.
type Function struct {
	Name    string
	Args    string // as they are written
	Summary string // one line, lower case, without a full stop
	Example string // a line to type
}

// Usage is how a call is written, as in top(xs, n, .field).
func (f Function) Usage() string { return f.Name + "(" + f.Args + ")" }

// Functions lists the functions in the order of the manual: those asked of live objects, then those
// on collections, numbers, text and times, each by name. The caller may change the list.
func Functions() []Function {
	var list []Function
	for _, fn := range library.All() {
		list = append(list, Function{fn.Name, fn.Args, fn.Summary, fn.Example})
	}
	return list
}
