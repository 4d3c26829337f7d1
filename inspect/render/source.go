package render

import "github.com/sightglass-go/sightglass/inspect"

// Source is what a snapshot is taken of: a Value, seen through somebody's
// policy. A registry's views are Sources; [Raw] is the one without policy. A
// Source is for one goroutine.
type Source interface {
	// Value is the place and its type; the zero Value for nil.
	Value() inspect.Value
	// Path is the expression that reaches it, "" if none does.
	Path() string
	// Hidden reports whether policy forbids to show the content. Of a hidden
	// Source nothing else is asked than its Value's type.
	Hidden() bool
	// Elem is the target of a pointer or the content of an interface; nil for nil.
	Elem() (Source, error)
	// Field is direct field i of a struct; false where policy says that it does
	// not exist.
	Field(i int) (Source, bool)
	// Len is that of strings, lists, maps and chans (of a part of a list or map:
	// the part's).
	Len() (int, error)
	// Each calls f for the entries of a map, or of a list (key is nil), until it
	// returns false or an error. key and elem are good until f returns. f reads
	// through them and may call Each of what it finds there, so an Each that holds
	// a guard gives it back before it calls f.
	Each(f func(key, elem Source) (bool, error)) error
	// Scalar, Bytes and Describe are as on Value.
	Scalar() (any, error)
	Bytes(off, max int) ([]byte, int, error)
	Describe() (string, error)
	// Consistent runs f once, so that what f reads of the Source's own memory is of
	// one moment (under its guard, if it has one). f is short: it follows no
	// pointer and walks no list, and before it reads a part it asks now whether that
	// may be read in this moment; what may not, since it is long or much was read already, is
	// read afterwards, by itself. An error says that the guard could not be had; f
	// then ran without it, and only single words may be believed.
	Consistent(f func(now func(part Source) bool)) error
}

// A Lensed Source of a struct may be seen as something else.
type Lensed interface {
	Source
	// Lens is what is shown in place of the fields; nil for the fields. After an error the fields are shown too. No
	// guard is held when it is called.
	Lens() (Source, error)
}
