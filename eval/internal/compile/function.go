package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// calledFunction returns the function that n calls by its name, and the arguments. fn is nil if
// there is no such function, or n is no such call.
func calledFunction(n ast.Node) (fn *library.Function, name string, args []ast.Node) {
	switch n := n.(type) {
	case *ast.BuiltinNode:
		return library.Lookup(n.Name), n.Name, n.Arguments
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return library.Lookup(callee.Value), callee.Value, n.Arguments
		}
	}
	return nil, "", nil
}

// function compiles a call of a function by its name.
func (c *compiler) function(n ast.Node) (machine.Code, error) {
	fn, name, args := calledFunction(n)
	if fn == nil {
		return nil, at(n).Err(c.noFunction(name))
	}
	if err := fn.Takes(args); err != nil {
		return nil, at(n).Err(err)
	}
	switch {
	case fn.WithPredicate(args):
	case fn.Few != nil && c.inner == nil:
		few, err := c.head(n)
		if err != nil {
			return nil, err
		}
		return func(f *machine.Frame) (value.Value, error) {
			x, err := few(f)
			if err != nil {
				return nil, err
			}
			return library.Head(x, -1)
		}, nil
	default:
		return c.apply(n, fn, args)
	}
	l, err := c.loop(n, fn, args)
	if err != nil {
		return nil, err
	}
	c.unlocked = true
	where := at(n)
	if fn.Run != nil && c.inner != nil {
		return eitherWay(fn, l, where), nil
	}
	return func(f *machine.Frame) (value.Value, error) {
		x, err := fn.Fold(f, l)
		return x, where.Err(err)
	}, nil
}

// apply compiles a call of a function without a predicate.
func (c *compiler) apply(n ast.Node, fn *library.Function, arguments []ast.Node) (machine.Code, error) {
	args := make([]machine.Code, len(arguments))
	for i, arg := range arguments {
		var err error
		switch {
		case fn.Heads && i == 0:
			args[i], err = c.head(arg)
		case fn.Reads == library.Streams:
			args[i], err = c.stream(arg)
		case fn.Places:
			args[i], err = c.place(arg, false)
		default:
			args[i], err = c.compile(arg)
		}
		if err != nil {
			if name, ok := arg.(*ast.IdentifierNode); ok && fn.IsFold() && i == fn.Predicate {
				err = withHint(err, "a field of the element is written .%s", name.Value)
			}
			return nil, err
		}
	}
	c.unlocked = c.unlocked || fn.Reads != library.Scalars
	where := at(n)
	var way *scan.LengthWay
	if fn.Name == "len" && len(args) == 1 {
		way = c.lengthWay(n, arguments[0])
	}
	return func(f *machine.Frame) (value.Value, error) {
		before := f.Reads()
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
		f.Called = where
		x, err := fn.Run(f, values)
		if way != nil && err == nil {
			learnLength(f, way, values[0], before)
		}
		return x, where.Err(err)
	}, nil
}

// eitherWay is a call, within a predicate, of a function that does without a predicate too. In
// map(xs, max(.a, .b)) both fields are those of an element of xs unless .a is a collection: then .b
// is that of an element of .a.
func eitherWay(fn *library.Function, l *machine.Loop, where fault.Pos) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		xs, err := l.From(f)
		if err != nil {
			return nil, err
		}
		var x value.Value
		if value.IsList(xs) || value.IsMap(xs) {
			known := *l
			known.From = constant(xs)
			x, err = fn.Fold(f, &known)
			return x, where.Err(err)
		}
		args := []value.Value{xs}
		for _, code := range []machine.Code{l.Pred.Run, l.Other} {
			if code == nil {
				continue
			}
			if x, err = code(f); err != nil {
				return nil, err
			}
			args = append(args, x)
		}
		if err := f.Tick(1); err != nil {
			return nil, where.Err(err)
		}
		if fn.Max != library.Unlimited && len(args) > max(fn.Min, fn.Max) {
			return nil, where.Err(value.NotCollection(xs))
		}
		f.Called = where
		x, err = fn.Run(f, args)
		return x, where.Err(err)
	}
}

// stream compiles a collection for a function that takes the elements one by one: what filter and
// map make is not collected first.
func (c *compiler) stream(n ast.Node) (machine.Code, error) {
	fn, _, args := calledFunction(n)
	if fn == nil || fn.Pipe == nil || fn.Takes(args) != nil {
		return c.compile(n)
	}
	return c.lazy(n, fn, args, fn.Pipe)
}

// head compiles a collection for who asks for its first or last elements alone: what sorts it does not sort
// the others. library.Head or library.Tail takes what the code answers.
func (c *compiler) head(n ast.Node) (machine.Code, error) {
	fn, _, args := calledFunction(n)
	if fn == nil || fn.Few == nil || fn.Takes(args) != nil || fn.Run != nil && c.inner != nil {
		return c.stream(n)
	}
	return c.lazy(n, fn, args, fn.Few)
}

// lazy compiles a call of fn that answers with what is walked later: by is fn.Pipe or fn.Few.
func (c *compiler) lazy(n ast.Node, fn *library.Function, args []ast.Node, by func(*machine.Loop, fault.Pos) machine.Code) (machine.Code, error) {
	l, err := c.loop(n, fn, args)
	if err != nil {
		return nil, err
	}
	c.unlocked = true
	return by(l, at(n)), nil
}

// loop compiles the arguments of a function with a predicate.
func (c *compiler) loop(n ast.Node, fn *library.Function, args []ast.Node) (*machine.Loop, error) {
	from, err := c.stream(args[0])
	if err != nil {
		return nil, err
	}
	l := &machine.Loop{From: from, Function: fn.Name, Where: at(n)}
	for i, arg := range args[1:] {
		switch {
		case i+1 == fn.Predicate && fn.WithPredicate(args):
			l.Pred, err = c.predicateOf(fn, arg)
		case fn.Second && i == fn.Predicate:
			l.Pred2, err = c.predicateOf(fn, arg)
		default:
			l.Other, err = c.compile(arg)
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}
