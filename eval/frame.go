package eval

import (
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/pattern"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

// frame is the state of one evaluation. It is for one goroutine at a time.
type frame struct {
	*value.Thread
	session *Session
	limits  Limits // those of the session, lowered by the query
	mode    Mode
	// stepwise has fields read step by step: tests see that the answers are the same.
	stepwise bool
	exposed  []registry.Entry // of the registry, when the evaluation began

	// slots has what the code looks up or computes once: the values of let variables, and the exposed
	// objects. A slot is nil until then.
	slots []value.Value
	// scope is that of the innermost predicate that runs, nil outside of predicates.
	scope *scope
	// patterns has regular expressions that were computed.
	patterns pattern.Cache

	// notes are for the answer, each once.
	notes []string
	// origins are those of the variables that are used: what the answer was made of, beside what the Visit
	// has met.
	origins []access.Origin
	// verbatim is a text that is shown as it stands if it is the answer, "" for none.
	verbatim string
}

// note adds a line to what is to be known about the answer, once.
func (f *frame) note(line string) {
	if !slices.Contains(f.notes, line) {
		f.notes = append(f.notes, line)
	}
}

// scope is what a predicate sees: #, #index, #key and #acc.
type scope struct {
	index int
	key   value.Value // value.Unkeyed over a list
	elem  value.Value // not loaded
	acc   value.Value // nil outside of reduce
}

// keyOrIndex is what #key is.
func (s *scope) keyOrIndex() value.Value {
	if s.key == value.Unkeyed {
		return value.Int(s.index)
	}
	return s.key
}

// code is a compiled node of the syntax tree. Its errors have their place.
type code func(f *frame) (value.Value, error)
