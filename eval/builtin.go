package eval

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// called is the function that n calls, and with what; nil if n is no call of a function by its name.
func called(n ast.Node) (fn *function, name string, args []ast.Node) {
	switch n := n.(type) {
	case *ast.BuiltinNode:
		return lookup(n.Name), n.Name, n.Arguments
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return lookup(callee.Value), callee.Value, n.Arguments
		}
	}
	return nil, "", nil
}

// function compiles a call of a function by its name.
func (c *compiler) function(n ast.Node) (code, error) {
	fn, name, args := called(n)
	if fn == nil {
		return nil, at(n).Err(c.noFunction(name))
	}
	if err := fn.takes(len(args)); err != nil {
		return nil, at(n).Err(err)
	}
	if fn.fold == nil {
		return c.apply(n, fn, args)
	}
	l, err := c.loop(fn, args)
	if err != nil {
		return nil, err
	}
	c.apart = true
	where := at(n)
	return func(f *frame) (value.Value, error) {
		x, err := fn.fold(f, l)
		return x, where.Err(err)
	}, nil
}

// apply compiles a call of a function without a predicate.
func (c *compiler) apply(n ast.Node, fn *function, arguments []ast.Node) (code, error) {
	args := make([]code, len(arguments))
	for i, arg := range arguments {
		var err error
		if fn.reads == streams {
			args[i], err = c.stream(arg)
		} else {
			args[i], err = c.compile(arg)
		}
		if err != nil {
			return nil, err
		}
	}
	c.apart = c.apart || fn.reads != scalars
	where := at(n)
	return func(f *frame) (value.Value, error) {
		values := make([]value.Value, len(args))
		for i, arg := range args {
			x, err := arg(f)
			if err != nil {
				return nil, err
			}
			values[i] = x
		}
		if err := f.Tick(1); err != nil {
			return nil, where.Err(err)
		}
		x, err := fn.run(f, values)
		return x, where.Err(err)
	}, nil
}

// stream compiles a collection for a function that consumes it one by one: what filter and map
// make is not collected first.
func (c *compiler) stream(n ast.Node) (code, error) {
	fn, _, args := called(n)
	if fn == nil || fn.pipe == nil || fn.takes(len(args)) != nil {
		return c.compile(n)
	}
	l, err := c.loop(fn, args)
	if err != nil {
		return nil, err
	}
	c.apart = true
	return fn.pipe(l, at(n)), nil
}
