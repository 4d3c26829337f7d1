package eval

import (
	"cmp"
	"maps"
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// function is a row of the table of functions: everything that is known of a function of the language. Its row
// stands beside its code, and is all that a new function needs: help, completion, the manual, the parser's view of
// predicates and the tests that try each function read it here.
type function struct {
	family  family
	name    string
	args    string // as they are written: xs, n, .field
	summary string // one line, lower case, without a full stop
	example string // a line to type about the objects of docs/expressions.md

	min, max  int     // how many arguments it takes; a max of 0 stands for min
	predicate int     // the index of the argument that is evaluated for each element of the first; 0: there is none
	acc       bool    // the predicate may use #acc
	keyed     bool    // the predicate makes keys: a constant text is a mistake
	reads     reading // of a function without a predicate
	answers   knownAnswer

	// run answers a call of a function without a predicate, its arguments evaluated, and fold one with a predicate. One of
	// the two is set.
	run  func(f *frame, args []value.Value) (value.Value, error)
	fold func(f *frame, l *loop) (value.Value, error)

	// pipe compiles a call for a consumer that takes the elements one by one; nil if they are collected first.
	pipe func(l *loop, at fault.Pos) code
}

// unlimited is the max of a function that takes any number of arguments.
const unlimited = -1

// family says what a function is about. The manual is in this order.
type family uint8

const (
	objectFunctions family = iota // asked of live objects
	collectionFunctions
	numberFunctions
	textFunctions
	timeFunctions
)

// reading is what a function does with its arguments.
type reading uint8

const (
	scalars    reading = iota // looks at plain values and single elements
	composites                // walks live objects
	streams                   // walks its arguments one by one, so that they may be pipes
)

// knownAnswer is what completion knows about the answer of a function without calling it.
type knownAnswer uint8

const (
	somethingElse knownAnswer = iota
	itsElements               // a collection of elements of the first argument
	anElement                 // an element of the first argument
)

// functions is the table of functions by name.
var functions = map[string]*function{}

// define adds rows to the table. It is called in package variables' declarations alone, beside the code of the
// functions: the table is complete before anything reads it, and does not change.
func define(of family, rows []function) struct{} {
	for i := range rows {
		fn := &rows[i]
		if functions[fn.name] != nil {
			panic("eval: two functions are named " + fn.name)
		}
		fn.family = of
		functions[fn.name] = fn
	}
	return struct{}{}
}

// lookup returns the function of that name, nil if there is none.
func lookup(name string) *function { return functions[name] }

// functionNames lists all functions, sorted.
func functionNames() []string { return slices.Sorted(maps.Keys(functions)) }

// known tells the parser of the functions.
func known(name string) (predicate int, ok bool) {
	fn := lookup(name)
	if fn == nil {
		return 0, false
	}
	return fn.predicate, true
}

// parse reads a line within limits.
func parse(source string, limits Limits) (syntax.Statement, error) {
	return syntax.Parse(source, known, syntax.Limits{Line: limits.Line, Nesting: limits.Nesting})
}

// isFold reports whether fn takes a predicate; nil does not.
func (fn *function) isFold() bool { return fn != nil && fn.predicate > 0 }

// ownPredicate reports whether fn takes a predicate and expr-lang's parser does not know; see package syntax.
func (fn *function) ownPredicate() bool { return fn.isFold() && !syntax.IsBuiltin(fn.name) }

// takes returns an error if fn is not called with n arguments.
func (fn *function) takes(n int) error {
	if n >= fn.min && (fn.max == unlimited || n <= max(fn.min, fn.max)) {
		return nil
	}
	return fault.New("arguments", "%s has %s", fn.name, counted(n, "argument")).With("write %s(%s)", fn.name, fn.args)
}

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
	rows := slices.SortedFunc(maps.Values(functions), func(a, b *function) int {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.name, b.name))
	})
	list := make([]Function, len(rows))
	for i, fn := range rows {
		list[i] = Function{fn.name, fn.args, fn.summary, fn.example}
	}
	return list
}
