// Package library has the functions of the language: a table with a row for each, and their code.
package library

import (
	"cmp"
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Function is a row of the table of functions: all that is known about a function. The row stands
// beside the code, and is all that a new function needs: the parser, the compiler, help,
// completion, the manual and the tests read it.
type Function struct {
	Name    string
	Args    string // as they are written: xs, n, .field
	Summary string // one line, lower case, without a full stop
	Example string // a line to type about the objects of docs/expressions.md
	Family  Family

	Min, Max  int     // how many arguments it takes; a Max of 0 means Min
	Predicate int     // the index of the argument that is evaluated for each element of the first; 0 for none
	Second    bool    // so is the argument behind it
	FoldMax   int     // how many arguments a call with a predicate takes, where Run and Fold are both set
	Acc       bool    // the predicate may use #acc
	Keyed     bool    // the predicate answers keys, so that a constant text is a mistake
	Itself    bool    // the predicate sees the first argument itself, and no elements of it
	TooMany   string  // what to write instead of a call with more arguments, where that is not Args
	Reads     Reading // of a call without a predicate
	Heads     bool    // so does a call without a predicate whose first argument sorts; see Few
	Places    bool    // the arguments of a call without a predicate are not loaded
	Answers   Answer

	// Run answers a call without a predicate, Fold a call with one. Where both are set, it is a
	// call with a predicate if the argument of that index speaks of an element; see WithPredicate.
	Run  func(f *machine.Frame, args []value.Value) (value.Value, error)
	Fold func(f *machine.Frame, l *machine.Loop) (value.Value, error)

	// Pipe compiles a call whose answer is consumed element by element. It is nil if the answer
	// is collected first.
	Pipe func(l *machine.Loop, at fault.Pos) machine.Code

	// Few compiles a call of which perhaps the first or last elements alone are asked for; see Head. l.Pred
	// is nil in a call without a predicate. It is nil if nothing is saved by that.
	Few func(l *machine.Loop, at fault.Pos) machine.Code
}

// Unlimited is the Max of a function that takes any number of arguments.
const Unlimited = -1

// Family says what a function is about. The manual lists the families in this order.
type Family uint8

const (
	ObjectFunctions Family = iota // asked of live objects
	CollectionFunctions
	NumberFunctions
	TextFunctions
	TimeFunctions
)

// Reading says how a function reads its arguments.
type Reading uint8

const (
	Scalars    Reading = iota // looks at plain values and single elements
	Composites                // walks live objects
	Streams                   // walks its arguments one by one, so that they may be pipes
)

// Answer is what completion knows about the answer of a function that it does not call.
type Answer uint8

const (
	SomethingElse  Answer = iota
	ItsElements           // a collection of elements of the first argument
	AnElement             // an element of the first argument
	AnElementAlone        // an element of the first argument, if it is the only one
	ItsGroups             // a map of collections of elements of the first argument
	ItsProjections        // a collection of what the predicate is of each element
)

// functions is the table of functions by name.
var functions = map[string]*Function{}

// define adds rows to the table. Only declarations of package variables call it, so the table is
// complete before anything reads it and never changes.
func define(of Family, rows []Function) struct{} {
	for i := range rows {
		fn := &rows[i]
		if functions[fn.Name] != nil {
			panic("library: two functions are named " + fn.Name)
		}
		fn.Family = of
		functions[fn.Name] = fn
	}
	return struct{}{}
}

// Lookup returns the function of that name, nil if there is none.
func Lookup(name string) *Function { return functions[name] }

// Names lists the names of all functions, sorted.
func Names() []string { return slices.Sorted(maps.Keys(functions)) }

// All lists the functions in the order of the manual: by what they are about, and then by name.
func All() []*Function {
	return slices.SortedFunc(maps.Values(functions), func(a, b *Function) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Name, b.Name))
	})
}

// Known tells the parser of the functions; see syntax.Functions.
func Known(name string) (predicate int, ok bool) {
	fn := Lookup(name)
	if fn == nil {
		return 0, false
	}
	return fn.Predicate, true
}

// IsFold reports whether fn takes a predicate; nil does not.
func (fn *Function) IsFold() bool { return fn != nil && fn.Predicate > 0 }

// OwnPredicate reports whether fn takes a predicate that expr-lang's parser does not know; see
// package syntax.
func (fn *Function) OwnPredicate() bool { return fn.IsFold() && !syntax.ParsesPredicate(fn.Name) }

// WithPredicate reports whether a call of fn with these arguments has a predicate. max(xs, .id) has
// one and max(a, b) has none.
func (fn *Function) WithPredicate(args []ast.Node) bool {
	if fn.Run == nil || fn.Fold == nil {
		return fn.Fold != nil
	}
	return len(args) > fn.Predicate && len(args) <= fn.FoldMax &&
		!syntax.IsScalar(args[0]) && syntax.UsesElement(args[fn.Predicate], Known)
}

// Takes returns an error if fn cannot be called with these arguments: there are too few or too many.
func (fn *Function) Takes(args []ast.Node) error {
	n := len(args)
	if n >= fn.Min && (fn.Max == Unlimited || n <= max(fn.Min, fn.Max) || fn.Run != nil && fn.WithPredicate(args)) {
		return nil
	}
	e := fault.New("arguments", "%s has %s", fn.Name, counted(n, "argument"))
	if fn.TooMany != "" && n > fn.Min {
		return e.With("%s", fn.TooMany)
	}
	return e.With("write %s(%s)", fn.Name, fn.Args)
}

// counted is n things, in words: 1 argument, 2 arguments.
func counted(n int, what string) string { return text.Count(n, what, what+"s") }
