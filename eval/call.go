package eval

import (
	"reflect"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/number"
	"github.com/sightglass-go/sightglass/internal/text"
)

// call compiles x.Method(…) and the functions that expr-lang does not have.
func (c *compiler) call(n *ast.CallNode, lenient bool) (code, error) {
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

func (c *compiler) noFunction(name string) error {
	if _, ok := c.names.vars[name]; ok || c.names.isExposed(name) || c.names.isNamespace(name) {
		return fault.New("unknown_function", "%s is a name and not a function", name).With("write it without ()")
	}
	e := fault.New("unknown_function", "unknown function %s", quoted(name))
	if hint, ok := foreign[name]; ok {
		return e.With("%s", hint)
	}
	if n := text.Near(name, functionNames()); n != "" {
		return e.With("did you mean %s(…)?", n)
	}
	return e.With("help functions lists them")
}

func (c *compiler) method(n *ast.CallNode, callee *ast.MemberNode, name string, lenient bool) (code, error) {
	from, err := c.place(callee.Node, lenient)
	if err != nil {
		return nil, err
	}
	args, err := c.all(n.Arguments)
	if err != nil {
		return nil, err
	}
	c.apart = true
	where := at(n)
	return func(f *frame) (any, error) {
		x, err := from(f)
		if err != nil || x == absent {
			return x, err
		}
		raw := x
		if x, err = f.load(x); err != nil {
			return nil, where.Err(err)
		}
		if callee.Optional && x == nil {
			return absent, nil
		}
		values := make([]any, len(args))
		for i, arg := range args {
			if values[i], err = arg(f); err != nil {
				return nil, err
			}
		}
		if err := refuse(append(values, x)...); err != nil {
			return nil, where.Err(err)
		}
		if v, ok := raw.(*access.View); ok && !hasMethod(x, name) {
			for i := range values {
				if values[i], err = f.passed(values[i]); err != nil {
					return nil, where.Err(err)
				}
			}
			y, err := v.Call(name, values)
			if err != nil {
				err = asFunction(err, raw, name)
			}
			return y, where.Err(err)
		}
		y, err := callPlain(x, name, values)
		if err != nil {
			err = asFunction(err, raw, name)
		}
		return y, where.Err(err)
	}, nil
}

// passed is x as an argument for the application, which knows Go's own types: what expressions have
// beside them becomes a list or a map.
func (f *frame) passed(x any) (any, error) {
	switch m := x.(type) {
	case *anyMap:
		entries := make(map[string]any, len(m.keys))
		for i, key := range m.keys {
			name, ok := key.(string)
			if !ok {
				return nil, fault.New("arguments", "a map is an argument if its keys are strings, and this one has %s", kind(key))
			}
			if err := f.m.Keep(wordsKept + len(name)); err != nil {
				return nil, err
			}
			entries[name] = m.values[i]
		}
		return entries, nil
	case ints, *pipe:
		if isMap(x) {
			break
		}
		list := []any{}
		err := f.each(x, false, func(_ int, _, elem any) (bool, error) {
			elem, err := f.hold(elem)
			list = append(list, elem)
			return true, err
		})
		return list, err
	}
	return x, nil
}

// hasMethod reports whether name is a method of a plain value that an expression may call.
func hasMethod(x any, name string) bool {
	switch x.(type) {
	case time.Time, time.Duration, *time.Location:
		return reflect.ValueOf(x).MethodByName(name).IsValid()
	}
	return false
}

// callPlain calls a method of a time, a duration or a time zone: the standard library's, which
// only look. Numbers among the answers are plain, so that d.Month() == 8.
func callPlain(x any, name string, args []any) (any, error) {
	if x == nil {
		return nil, fault.New("nil", "nil has no method %s", quoted(name)).With("write ?.%s() to get nil then", name)
	}
	if !hasMethod(x, name) {
		return nil, fault.New("method", "%s has no method %s", kind(x), quoted(name))
	}
	method := reflect.ValueOf(x).MethodByName(name)
	t := method.Type()
	if t.NumIn() != len(args) || t.IsVariadic() {
		return nil, fault.New("arguments", "%s takes %d arguments, not %d", name, t.NumIn(), len(args))
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		if s, ok := arg.(string); ok && len(s) > maxTimeText {
			return nil, fault.New("arguments", "argument %d of %s is too long", i+1, name)
		}
		v, err := argument(arg, t.In(i))
		if err != nil {
			return nil, err.With("argument %d of %s is a %s", i+1, name, t.In(i))
		}
		in[i] = v
	}
	if err := withinReach(x, name, in); err != nil {
		return nil, err
	}
	out := method.Call(in)
	if !exactly(x, name, in, out) {
		return nil, fault.New("overflow", "%s of %v does not fit", name, x).With("ask for Unix() of a time, or Seconds() of a duration")
	}
	xs := make([]any, len(out))
	for i, v := range out {
		if err, ok := v.Interface().(error); ok {
			return nil, fault.New("method", "%s: %v", name, err).Because(err)
		}
		xs[i] = plain(v)
	}
	if len(xs) == 1 {
		return xs[0], nil
	}
	return xs, nil
}

// argument converts a plain value to the type of a parameter, as Go does with a constant.
func argument(x any, t reflect.Type) (reflect.Value, *fault.Error) {
	v := reflect.ValueOf(x)
	if v.IsValid() && v.Type().AssignableTo(t) {
		return v, nil
	}
	if n, ok := number.Of(x); ok {
		i, whole := n.Int()
		out := reflect.New(t).Elem()
		switch {
		case out.CanInt() && whole && !out.OverflowInt(int64(i)):
			out.SetInt(int64(i))
			return out, nil
		case out.CanFloat():
			out.SetFloat(n.Float64())
			return out, nil
		}
	}
	return v, fault.New("arguments", "%s cannot be an argument here", kind(x))
}

// plain turns what a method of the time package answers into a value of expressions.
func plain(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case time.Time, time.Duration, *time.Location:
		return x
	}
	switch {
	case v.CanInt():
		return number.Plain(v.Int())
	case v.Kind() == reflect.String:
		return v.String()
	}
	return v.Interface()
}
