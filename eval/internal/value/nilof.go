package value

import (
	"reflect"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

// NilOf is what an interface holds that holds a nil pointer or func. As in Go it does not equal nil,
// and there is nothing behind it.
type NilOf struct {
	goType string
	typ    reflect.Type // nil if only the name is known
}

func newNilOf(t reflect.Type) NilOf { return NilOf{inspect.TypeName(t), t} }

var _ interface {
	Comparable
	Hashable
	Keyed
	Indexable
	HasMembers
	Passable
	Pictured
} = NilOf{}

func (x NilOf) Kind() string                 { return "a nil " + x.goType }
func (x NilOf) Type() string                 { return x.goType }
func (x NilOf) String() string               { return "(" + x.goType + ")(nil)" }
func (NilOf) KeyClass() int                  { return otherClass }
func (x NilOf) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// Key is the name of the type: a snapshot knows no more.
func (x NilOf) Key(*Thread) (any, error) { return NilOf{goType: x.goType}, nil }

// Equal reports whether both are of one type.
func (x NilOf) Equal(y Value) (same, ok bool) {
	z, ok := y.(NilOf)
	if x.typ == nil || z.typ == nil {
		return x.goType == z.goType, ok
	}
	return x.typ == z.typ, ok
}

// Has is false of each key.
func (NilOf) Has(*Thread, Value) (bool, error) { return false, nil }

// Index is an error.
func (x NilOf) Index(*Thread, Value) (Value, error) {
	return nil, fault.New("nil", "%s has no elements", x.Kind()).With("write ?.[…] to get nil then")
}

// Member is an error.
func (x NilOf) Member(_ *Thread, name string) (Value, error) {
	return nil, fault.New("nil", "%s has no %s", x.Kind(), name).With("write ?.%s to get nil then", name)
}

// Pass is the nil itself.
func (x NilOf) Pass(*Thread) (any, error) {
	if x.typ == nil {
		return nil, nil
	}
	return access.TypedNil{Type: x.typ}, nil
}

func (x NilOf) picture(*painter, int, string) *render.Node {
	return &render.Node{Shape: inspect.Nil, Type: x.goType, Text: x.String()}
}

// IsNothing reports whether x is Nil or a NilOf: whether ?. ends its chain at x.
func IsNothing(x Value) bool {
	_, typed := x.(NilOf)
	return typed || x == Nil
}
