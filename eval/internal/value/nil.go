package value

import "github.com/sightglass-go/sightglass/eval/internal/fault"

// NilType is the type of Nil.
type NilType byte

// Nil is the nil of expressions.
const Nil NilType = 0

var _ interface {
	Scalar
	Nilable
	Hashable
	Keyed
	Indexable
	HasMembers
} = Nil

func (NilType) Kind() string             { return "nil" }
func (NilType) Type() string             { return "nil" }
func (NilType) Go() any                  { return nil }
func (NilType) String() string           { return "nil" }
func (NilType) IsNil() (bool, error)     { return true, nil }
func (NilType) Key(*Thread) (any, error) { return nil, nil }
func (NilType) KeyClass() int            { return nilClass }

// Has is false of each key.
func (NilType) Has(*Thread, Value) (bool, error) { return false, nil }

// Index is an error.
func (NilType) Index(*Thread, Value) (Value, error) {
	return nil, fault.New("nil", "nil has no elements").With("write ?.[…] to get nil then")
}

// Member is an error.
func (NilType) Member(_ *Thread, name string) (Value, error) {
	return nil, fault.New("nil", "nil has no %s", name).With("write ?.%s to get nil then", name)
}

// IsNil reports whether x == nil. It looks through pointers: a pointer to a nil map is nil.
func IsNil(x Value) (bool, error) {
	if n, ok := x.(Nilable); ok {
		return n.IsNil()
	}
	return false, nil
}

// marker is a value that never becomes an answer.
type marker byte

const (
	// Absent stands for what an optional chain, or the left side of ??, did not find. The rest
	// of the chain is skipped, and the answer of the chain is Nil.
	Absent marker = iota
	// Unkeyed stands for the key of an element that has none.
	Unkeyed
)

func (marker) Kind() string { return "nothing" }
func (marker) Type() string { return "nil" }
