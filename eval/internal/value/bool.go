package value

// Bool is a boolean.
type Bool bool

var _ interface {
	Scalar
	Comparable
	Hashable
} = Bool(false)

func (Bool) Kind() string             { return "a boolean" }
func (Bool) Type() string             { return "bool" }
func (x Bool) Go() any                { return bool(x) }
func (Bool) Key(*Thread) (any, error) { return nil, nil }
func (Bool) KeyClass() int            { return boolClass }

// Equal is ==.
func (x Bool) Equal(y Value) (same, ok bool) {
	b, ok := y.(Bool)
	return x == b, ok
}
