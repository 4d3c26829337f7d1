package eval

import (
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
)

// function is a function without a predicate. Its arguments are evaluated before it runs.
type function struct {
	min, max int    // arguments; max < 0: no limit
	args     string // as they are written
	run      func(f *frame, args []any) (any, error)
	on       reading
}

// reading is what a function does with its arguments.
type reading uint8

const (
	onScalars    reading = iota // looks at plain values and single elements
	onComposites                // walks live objects
	onStreams                   // walks its arguments one by one, so that they may be pipes
)

// builtin compiles a call of a function that expr-lang's parser knows.
func (c *compiler) builtin(n *ast.BuiltinNode) (code, error) {
	if run, ok := loops[n.Name]; ok {
		l, err := c.loop(n)
		if err != nil {
			return nil, err
		}
		c.apart = true
		where := at(n)
		return func(f *frame) (any, error) {
			x, err := run(f, l)
			return x, where.err(err)
		}, nil
	}
	fn, ok := functions[n.Name]
	if !ok {
		return nil, at(n).err(c.noFunction(n.Name))
	}
	return c.apply(n, n.Name, fn, n.Arguments)
}

// apply compiles a call of fn.
func (c *compiler) apply(n ast.Node, name string, fn function, arguments []ast.Node) (code, error) {
	if len(arguments) < fn.min || fn.max >= 0 && len(arguments) > fn.max {
		return nil, at(n).err(fault("arguments", "%s has %s", name, counted(len(arguments), "argument")).with("write %s(%s)", name, fn.args))
	}
	args := make([]code, len(arguments))
	for i, arg := range arguments {
		var err error
		if fn.on == onStreams {
			args[i], err = c.stream(arg)
		} else {
			args[i], err = c.compile(arg)
		}
		if err != nil {
			return nil, err
		}
	}
	c.apart = c.apart || fn.on != onScalars
	where := at(n)
	return func(f *frame) (any, error) {
		values := make([]any, len(args))
		for i, arg := range args {
			x, err := arg(f)
			if err != nil {
				return nil, err
			}
			values[i] = x
		}
		if err := f.m.tick(1); err != nil {
			return nil, where.err(err)
		}
		x, err := fn.run(f, values)
		return x, where.err(err)
	}, nil
}

// stream compiles a collection for a function that consumes it one by one: what filter and map
// make is not collected first.
func (c *compiler) stream(n ast.Node) (code, error) {
	b, ok := n.(*ast.BuiltinNode)
	if !ok {
		return c.compile(n)
	}
	switch b.Name {
	case "filter", "map":
		l, err := c.loop(b)
		if err != nil {
			return nil, err
		}
		c.apart = true
		if b.Name == "map" {
			return constant(l.mapped()), nil
		}
		return func(f *frame) (any, error) { return l.filtered(f) }, nil
	case "keys", "values":
		if len(b.Arguments) != 1 {
			break
		}
		from, err := c.stream(b.Arguments[0])
		if err != nil {
			return nil, err
		}
		c.apart = true
		where := at(n)
		ofKeys := b.Name == "keys"
		return func(f *frame) (any, error) {
			x, err := from(f)
			if err != nil {
				return nil, err
			}
			p, err := entries(x, ofKeys)
			return p, where.err(err)
		}, nil
	}
	return c.compile(n)
}

// functionNames lists all functions, sorted.
func functionNames() []string {
	all := slices.Clone(builtin.Names)
	for name := range functions {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for name := range own {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
