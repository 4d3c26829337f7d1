package eval

import (
	"slices"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/registry"
)

// frame is the state of one evaluation. It is for one goroutine at a time.
type frame struct {
	session *Session
	look    *access.Visit
	exposed []registry.Entry
	mode    Mode
	m       *meter
	slots   []any           // let variables, exposed objects once looked up
	scope   *scope          // of the innermost predicate
	texts   patterns        // regular expressions
	pairs   map[pair]bool   // pointers that a comparison has met
	notes   []string        // for the answer
	from    []access.Origin // what the variables that are used were made of
	layout  string          // a text that is shown as it stands if it is the answer; "" if there is none
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
	key   any // unkeyed over a list
	elem  any
	acc   any
}

// code is a compiled node of the syntax tree. An error has its place.
type code func(f *frame) (any, error)

// yield receives one element of a collection and reports whether to go on. The key is unkeyed
// for lists. Live elements and keys are lent: they are good until yield returns.
type yield func(index int, key, elem any) (bool, error)

// source walks a collection. apart says that yield may call methods, or read or walk other live objects,
// so that no guard may be held while it runs.
type source func(f *frame, apart bool, each yield) error

// pipe is a collection that is computed as it is walked: what filter, map, keys and values hand
// to a function that consumes its argument one by one. It never becomes an answer.
type pipe struct {
	walk  source
	keyed bool   // it is what is left of a map: its elements have keys
	typ   string // mapType of that
}

type unkeyedType struct{}

// unkeyed stands for the key of an element that has none.
var unkeyed any = unkeyedType{}

type absentType struct{}

// absent stands for what an optional chain (or the left side of ??) did not find: the rest of the
// chain is skipped, and the chain's answer is nil.
var absent any = absentType{}
