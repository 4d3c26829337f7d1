// Package machine is what compiled code runs on: a Frame with the state of one evaluation, and the
// loops and predicates of functions that walk a collection.
package machine

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/pattern"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

// Code is a compiled node of the syntax tree. Its errors have their place.
type Code func(f *Frame) (value.Value, error)

// Frame is the state of one evaluation. It is for one goroutine at a time.
type Frame struct {
	value.Thread
	// Known lists what the expression may name.
	Known Lister
	// Stepwise has fields read one by one, and not by a cache. Tests see that the answers are
	// the same.
	Stepwise bool
	// Single has collections walked one by one, and not in batches. It is for tests, too.
	Single bool
	// Explain has the frame remember how each loop goes, for Ways.
	Explain bool

	// Called is where the function was called that begins to run.
	Called fault.Pos

	ways []*Way // in the order in which they began, if Explain is set

	// Slots has what the code computes once: the values of let variables, and the exposed
	// objects. A slot is nil until then.
	Slots []value.Value
	// Scope is that of the innermost predicate that runs, nil outside of predicates.
	Scope *Scope
	// Patterns has regular expressions that were computed.
	Patterns pattern.Cache

	// Random returns random numbers.
	Random func() uint64

	fold *Fold // see Folding

	// Notes are for the answer, each once.
	Notes []string
	// Origins are those of the variables that are used: what the answer was made of, beside
	// what the Visit has met.
	Origins []access.Origin
	// Type is the Go type of the answer, as the function type tells it.
	Type string
	// Gloss is what people are told besides the answer, "" for nothing.
	Gloss string
	// Constants are the names that the answer has if it is an integer, nil for none.
	Constants *inspect.Constants
	// Verbatim is a text that is shown as it stands if it is the answer, "" for none.
	Verbatim string
	// JSON is what Verbatim is the JSON of, nil for none, and JSONType the Go type of that.
	JSON     *render.Node
	JSONType string
}

// Lister lists what an expression may name.
type Lister interface {
	// Exposed describes what the registry has, sorted by name.
	Exposed() []registry.Entry
	// Variables describes the variables of the session.
	Variables() []Variable
}

// Variable is a row of the table of variables.
type Variable struct {
	Name, Type, Value, Note string
	Origins                 []access.Origin // what its value was made of
}

// maxNotes bounds the lines that Note adds. A predicate may have another one for each element.
const maxNotes = 50

// Note adds a line to what is to be known about the answer, once.
func (f *Frame) Note(line string) {
	switch {
	case len(f.Notes) > maxNotes || slices.Contains(f.Notes, line):
	case len(f.Notes) == maxNotes:
		f.Notes = append(f.Notes, "further notes are left out: ask for a part")
	default:
		f.Notes = append(f.Notes, line)
	}
}

// Reads is how many entries were read, with those that the Meter is told of once a guard is released.
func (f *Frame) Reads() int { return f.Entries() + f.Visit.Owed() }

// Scope is what a predicate sees: #, #index, #key and #acc.
type Scope struct {
	Index int
	Key   value.Value // value.Unkeyed over a list
	Elem  value.Value // not loaded
	Value value.Value // what a map has beside the key: Elem, but over a set
	Acc   value.Value // nil outside of reduce
}

// KeyOrIndex is what #key is.
func (s *Scope) KeyOrIndex() value.Value {
	if s.Key == value.Unkeyed {
		return value.Int(s.Index)
	}
	return s.Key
}

// Near reports whether reading n more entries would end the evaluation, those that were read under a
// guard and are not charged yet included.
func (f *Frame) Near(n int) bool { return f.Thread.Near(n + f.Visit.Owed()) }
