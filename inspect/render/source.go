package render

import "github.com/sightglass-go/sightglass/inspect"

// A Source is what a snapshot is taken of: a Value seen under somebody's policy. [Raw] is one
// without a policy. A Source is for one goroutine.
type Source interface {
	// Value returns the Value; the zero Value for nil.
	Value() inspect.Value
	// Path returns the expression that reaches the Source, "" if none does.
	Path() string
	// Hidden reports whether policy forbids showing the content. Of a hidden Source only its
	// Value's type is used.
	Hidden() bool
	// Elem returns the target of a pointer or the content of an interface; nil for nil.
	Elem() (Source, error)
	// Field returns direct field i of a struct; false if it does not exist under the policy.
	Field(i int) (Source, bool)
	// Len returns the length of a string, list, map or chan, or of the part of a list or map that
	// the Source is.
	Len() (int, error)
	// Each calls f for the entries of a map or the elements of a list, whose key is nil, until f
	// returns false or an error. f wants about the first want of them, which Each may read together;
	// it may go on. key and elem are good until f returns. f reads through them and may call Each on
	// what it finds there, so Each releases its guard before it calls f.
	Each(want int, f func(key, elem Source) (bool, error)) error
	// Scalar, Bytes and Describe are those of Value.
	Scalar() (any, error)
	Bytes(off, max int) ([]byte, int, error)
	Describe() (string, error)
	// Consistent calls f once, so that all that f reads of the Source's own memory shows one
	// moment, under the guard if the Source has one. f is short: it follows no pointer and walks no
	// list. Before it reads a part it asks now whether it may do so in this moment. A part that is
	// long, or comes after much else, is read afterwards by itself. An error says that the guard
	// could not be had; f then ran without it, and only single words may be believed.
	Consistent(f func(now func(part Source) bool)) error
}

// A Named Source may be an integer whose values have names.
type Named interface {
	Source
	// Constants returns them, nil if there are none. It reads nothing.
	Constants() *inspect.Constants
}

// A Lensed Source may be shown as something else.
type Lensed interface {
	Source
	// Lens returns what is shown in place of the fields, nil for the fields. After an error the
	// fields are shown too. No guard is held during the call.
	Lens() (Source, error)
}
