package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Variable is what a name of the session stands for. Exactly one of Value, Path and Gone is set.
type Variable struct {
	Value value.Value
	Type  string   // the Go type of what Value was read of
	Path  ast.Node // the path of a live object
	Gone  string   // the name of an object that may not be shown any more, for which the value was forgotten

	Origins []access.Origin // what Value was made of
}

// variable compiles the use of a variable of the session.
func (c *compiler) variable(n ast.Node, v Variable) (machine.Code, error) {
	switch {
	case v.Gone != "":
		return nil, at(n).Err(fault.New("unknown_name", "this value was forgotten: it was made of %s, which was withdrawn or hides more now", v.Gone).With("ask for it again"))
	case v.Path == nil:
		c.origins = append(c.origins, v.Origins...)
		return constant(value.WithType(v.Value, v.Type)), nil
	}
	// The path starts with an exposed name. Variables and predicates must not hide it.
	c.unlocked = true
	inner := &compiler{names: Names{Exposed: c.names.Exposed}, meter: c.meter, slots: c.slots}
	run, err := inner.place(v.Path, false)
	c.slots = inner.slots
	if err != nil {
		return nil, atUse(n, err)
	}
	return func(f *machine.Frame) (value.Value, error) {
		x, err := run(f)
		if err != nil {
			return nil, atUse(n, err)
		}
		return x, nil
	}, nil
}

// atUse moves an error in the path of a variable to where the variable is used.
func atUse(n ast.Node, err error) error {
	e := *fault.From(err)
	e.Pos = at(n)
	return &e
}
