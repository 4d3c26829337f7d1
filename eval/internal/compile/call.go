package compile

import (
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/text"
)

// call compiles x.Method(…), and f(…) of a function that expr-lang does not have.
func (c *compiler) call(n *ast.CallNode, lenient bool) (machine.Code, error) {
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		if method, ok := syntax.Original(callee).(*ast.MemberNode); ok {
			return c.method(n, method, method.Property.(*ast.StringNode).Value, lenient)
		}
		return c.function(n)
	case *ast.MemberNode:
		name, ok := callee.Property.(*ast.StringNode)
		if !ok {
			return nil, at(n).Err(fault.New("syntax", "a method is called by its name").With("as in x.Len()"))
		}
		return c.method(n, callee, name.Value, lenient)
	}
	return nil, at(n).Err(fault.New("syntax", "only methods and functions can be called"))
}

// noFunction is the error for a function that is not there.
func (c *compiler) noFunction(name string) error {
	if _, ok := c.names.variable(name); ok || c.names.Exposed.Has(name) || c.names.Exposed.HasNamespace(name) {
		return fault.New("unknown_function", "%s is a name and not a function", name).With("write it without ()")
	}
	e := fault.New("unknown_function", "unknown function %s", value.Quote(name))
	if hint := foreignFunctions.of(name); hint != "" {
		return e.With("%s", hint)
	}
	if n := text.Near(name, library.Names()); n != "" {
		return e.With("did you mean %s(…)?", n)
	}
	return e.With("help functions lists them")
}

// method compiles a call of a method: of the application if its object has none of the language, as
// a duration has.
func (c *compiler) method(n *ast.CallNode, callee *ast.MemberNode, name string, lenient bool) (machine.Code, error) {
	from, err := c.step(callee.Node, lenient)
	if err != nil {
		return nil, err
	}
	args, err := c.all(n.Arguments)
	if err != nil {
		return nil, err
	}
	c.unlocked = true
	where := at(n)
	return func(f *machine.Frame) (value.Value, error) {
		x, err := from(f)
		if err != nil || x == value.Absent {
			return x, err
		}
		raw := x
		if x, err = value.Load(x); err != nil {
			return nil, where.Err(err)
		}
		if callee.Optional && value.IsNothing(x) {
			return value.Absent, nil
		}
		values := make([]value.Value, len(args))
		for i, arg := range args {
			if values[i], err = arg(f); err != nil {
				return nil, err
			}
		}
		if err := value.Refuse(append(values, x)...); err != nil {
			return nil, where.Err(err)
		}
		if v, ok := raw.(value.Live); ok && !value.HasMethod(x, name) {
			y, err := call(f, v, name, values)
			if err != nil {
				err = notMethod(f, hintFunction(err, raw, name), raw, name)
				return value.ForgiveNil(where.Err(err), callee.Optional || lenient)
			}
			return y, nil
		}
		y, err := value.Call(x, name, values)
		if err != nil {
			return value.ForgiveNil(where.Err(hintFunction(err, raw, name)), callee.Optional || lenient)
		}
		return y, nil
	}, nil
}

// notMethod is the error for a call of what is a field of x or a key in it.
func notMethod(f *machine.Frame, err error, x value.Value, name string) error {
	e := fault.From(err)
	if e.Code != "not_allowed" || !strings.HasSuffix(e.Text, " does not exist") {
		return err
	}
	field, failed := value.Member(&f.Thread, x, name)
	if failed != nil {
		return err
	}
	if v, live := field.(value.Live); live && v.View.Value().Type() != nil && v.View.Value().Type().Kind() == reflect.Func {
		return fault.New(e.Code, "%s is a field that holds a function, and no method", name).
			With("functions of the application are not called; without () it shows which one it is")
	}
	return fault.New(e.Code, "%s is no method", name).With("write %s without ()", name)
}

// call calls a method of the application.
func call(f *machine.Frame, v value.Live, name string, args []value.Value) (value.Value, error) {
	passed := make([]any, len(args))
	for i, arg := range args {
		var err error
		if passed[i], err = value.Pass(&f.Thread, arg); err != nil {
			return nil, err
		}
	}
	x, err := v.View.Call(name, passed)
	if err != nil {
		return nil, err
	}
	return value.Of(x), nil
}
