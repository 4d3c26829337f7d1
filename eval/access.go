package eval

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// identifier compiles a name: of a let, a variable of the session, an exposed object, a namespace.
func (c *compiler) identifier(n *ast.IdentifierNode) (code, error) {
	for i := len(c.lets) - 1; i >= 0; i-- {
		if l := c.lets[i]; l.name == n.Value {
			return func(f *frame) (any, error) { return f.slots[l.slot], nil }, nil
		}
	}
	if x, ok := c.names.vars[n.Value]; ok {
		if c.names.isExposed(n.Value) {
			c.notes = append(c.notes, fmt.Sprintf("the variable %s hides what is exposed as %[1]s: $env.%[1]s is that", n.Value))
		}
		return c.variable(n, x)
	}
	switch {
	case n.Value == "$env":
		return constant(c.names.namespace("")), nil
	case c.names.isExposed(n.Value):
		return c.object(n, n.Value), nil
	case c.names.isNamespace(n.Value):
		return constant(c.names.namespace(n.Value + ".")), nil
	}
	err := c.names.unknown(n.Value, c.lets)
	if c.inner != nil {
		err = orElse(err, "a field of the element is written .%s", n.Value)
	}
	return nil, at(n).Err(err)
}

// object compiles the full name of an exposed object, which is looked up once.
func (c *compiler) object(n ast.Node, name string) code {
	slot := c.slot()
	where := at(n)
	get := func(f *frame) (any, error) {
		if v := f.slots[slot]; v != nil {
			return v, nil
		}
		v, err := f.look.Get(name)
		if err != nil {
			return nil, where.Err(err)
		}
		f.slots[slot] = v
		return v, nil
	}
	if c.inner != nil {
		// In a predicate a guard may be held, under which nothing can be computed at a look.
		// Nor is the object's own guard waited for then: so none is to be held.
		c.early = append(c.early, get)
		c.apart = true
	}
	return get
}

// dotted returns the full name if n spells that of an exposed object, or of a namespace.
func (c *compiler) dotted(n ast.Node) (name string, ok bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		for _, l := range c.lets {
			if l.name == n.Value {
				return "", false
			}
		}
		if _, ok := c.names.vars[n.Value]; ok {
			return "", false
		}
		if n.Value == "$env" {
			return "", true
		}
		return n.Value, c.names.isExposed(n.Value) || c.names.isNamespace(n.Value)
	case *ast.MemberNode:
		prop, ok := n.Property.(*ast.StringNode)
		if !ok {
			return "", false
		}
		prefix, ok := c.dotted(n.Node)
		if !ok {
			return "", false
		}
		name := strings.TrimPrefix(prefix+"."+prop.Value, ".")
		return name, c.names.isExposed(name) || c.names.isNamespace(name)
	}
	return "", false
}

// pointer compiles #, #index, #key and #acc.
func (c *compiler) pointer(n *ast.PointerNode) (code, error) {
	switch {
	case c.inner == nil:
		return nil, at(n).Err(fault.New("syntax", "# has a meaning in predicates only").With("as in filter(xs, # > 1)"))
	case n.Name == "":
		return func(f *frame) (any, error) { return f.scope.elem, nil }, nil
	case n.Name == "index":
		return func(f *frame) (any, error) { return f.scope.index, nil }, nil
	case n.Name == "key":
		return func(f *frame) (any, error) {
			if f.scope.key == unkeyed {
				return f.scope.index, nil
			}
			return f.scope.key, nil
		}, nil
	case n.Name == "acc" && c.inner.acc:
		return func(f *frame) (any, error) { return f.scope.acc, nil }, nil
	case n.Name == "acc":
		return nil, at(n).Err(fault.New("syntax", "#acc has a meaning in reduce only").With("give an outer one a name with let"))
	}
	e := fault.New("syntax", "unknown pointer #%s", n.Name)
	return nil, at(n).Err(e.With("there are #, #index, #key, and #acc in reduce; a field of the element is .%s", n.Name))
}

// member compiles x.name, x[key] and their optional forms.
func (c *compiler) member(n *ast.MemberNode, lenient bool) (code, error) {
	if name, ok := c.dotted(n); ok {
		if c.names.isExposed(name) {
			return c.object(n, name), nil
		}
		return constant(c.names.namespace(name + ".")), nil
	}
	from, err := c.place(n.Node, lenient)
	if err != nil {
		return nil, err
	}
	var key code
	prop, named := n.Property.(*ast.StringNode)
	if !named {
		if key, err = c.compile(n.Property); err != nil {
			if name, ok := n.Property.(*ast.IdentifierNode); ok && c.inner == nil {
				err = orElse(err, "a key that is text is written [%q]", name.Value)
			}
			return nil, err
		}
	}
	where := at(n)
	return func(f *frame) (y any, err error) {
		x, err := from(f)
		if err != nil || x == absent {
			return x, err
		}
		if n.Optional && x == nil {
			return absent, nil
		}
		if named {
			if y, err = f.member(x, prop.Value); err != nil {
				err = otherKind(asFunction(err, x, prop.Value), prop.Value)
			}
		} else {
			var k any
			if k, err = key(f); err != nil {
				return nil, err
			}
			if y, err = f.item(x, k); err != nil {
				err = otherKind(err, k)
			}
		}
		if err != nil {
			return forgive(where.Err(err), x, n.Optional, lenient)
		}
		return y, nil
	}, nil
}

// forgive decides what an access that failed is under ?. or on the left of ??. nil in front of ?.
// ends the chain. An absent key is nil, as is what is not exposed in a namespace. An absent field is a mistake, except behind an interface,
// where the next value may have it.
func forgive(err error, from any, optional, lenient bool) (any, error) {
	var e *fault.Error
	if !errors.As(err, &e) || !optional && !lenient {
		return nil, err
	}
	switch e.Code {
	case "nil":
		if optional {
			return absent, nil
		}
	case "no_field":
		if v, ok := from.(*access.View); !ok || v.Shape() != inspect.Interface {
			return nil, err
		}
		fallthrough
	case "no_key", "range", "unknown_name":
		if lenient {
			return absent, nil
		}
		return nil, nil
	}
	return nil, err
}

// chain compiles a chain with ?. in it: what it does not find is nil.
func (c *compiler) chain(n *ast.ChainNode, lenient bool) (code, error) {
	place, err := c.place(n.Node, lenient)
	if err != nil {
		return nil, err
	}
	if lenient {
		return place, nil
	}
	return func(f *frame) (any, error) {
		x, err := place(f)
		if x == absent {
			return nil, err
		}
		return x, err
	}, nil
}

// coalesce compiles a ?? b: b where a is nil or is not there.
func (c *compiler) coalesce(n *ast.BinaryNode) (code, error) {
	left, err := c.place(n.Left, true)
	if err != nil {
		return nil, err
	}
	right, err := c.compile(n.Right)
	if err != nil {
		return nil, err
	}
	where := at(n.Left)
	return func(f *frame) (any, error) {
		x, err := left(f)
		if err != nil {
			return nil, err
		}
		if x == absent {
			return right(f)
		}
		if x, err = f.load(x); err != nil {
			return nil, where.Err(err)
		}
		if err := refuse(x); err != nil {
			return nil, where.Err(err)
		}
		if missing, err := isNil(x); err != nil || !missing {
			return x, where.Err(err)
		}
		return right(f)
	}, nil
}

// slice compiles x[from:to].
func (c *compiler) slice(n *ast.SliceNode, lenient bool) (code, error) {
	from, err := c.place(n.Node, lenient)
	if err != nil {
		return nil, err
	}
	bound := func(n ast.Node, otherwise int) (code, error) {
		if n == nil {
			return constant(otherwise), nil
		}
		return c.compile(n)
	}
	lo, err := bound(n.From, 0)
	if err != nil {
		return nil, err
	}
	hi, err := bound(n.To, int(^uint(0)>>1))
	if err != nil {
		return nil, err
	}
	where := at(n)
	return func(f *frame) (any, error) {
		x, err := from(f)
		if err != nil || x == absent {
			return x, err
		}
		a, err := lo(f)
		if err != nil {
			return nil, err
		}
		b, err := hi(f)
		if err != nil {
			return nil, err
		}
		if isString(x) {
			// Only the part is read.
			x, err = f.window(x, a, b)
			return x, where.Err(err)
		}
		if x, err = f.load(x); err != nil {
			return nil, where.Err(err)
		}
		x, err = f.window(x, a, b)
		return x, where.Err(err)
	}, nil
}

// window is x[lo:hi]. Bounds count from the end if negative, and are cut to what there is. The part
// is a copy: it would keep the whole alive, which is charged to nobody.
func (f *frame) window(x, from, to any) (any, error) {
	lo, err := index("a slice", from)
	if err != nil {
		return nil, err
	}
	hi, err := index("a slice", to)
	if err != nil {
		return nil, err
	}
	if s, ok := x.(string); ok {
		lo, hi = clamp(lo, hi, len(s))
		if err := f.text(hi - lo); err != nil {
			return nil, err
		}
		return strings.Clone(s[lo:hi]), nil
	}
	if v, ok := x.(*access.View); ok && isString(v) {
		part, err := v.Window(lo, hi)
		if err != nil {
			return nil, err
		}
		return part, nil
	}
	n, err := f.length(x)
	if err != nil {
		return nil, err
	}
	lo, hi = clamp(lo, hi, n)
	switch x := x.(type) {
	case *access.View:
		target, _, err := resolve(x)
		if err != nil {
			return nil, err
		}
		v, err := target.Window(lo, hi)
		if err != nil {
			return nil, err
		}
		return v, nil
	case []any:
		if err := f.m.Keep(wordsKept * (hi - lo)); err != nil {
			return nil, err
		}
		return slices.Clone(x[lo:hi]), nil
	case []byte:
		if err := f.text(hi - lo); err != nil {
			return nil, err
		}
		return bytes.Clone(x[lo:hi]), nil
	case ints:
		return ints{x.lo + lo, x.lo + hi - 1}, nil
	}
	if isMap(x) {
		return f.part(x, lo, hi)
	}
	part := []any{}
	i := 0
	err = f.each(x, false, func(_ int, _, elem any) (bool, error) {
		if i >= lo && i < hi {
			part = append(part, elem)
		}
		i++
		return i < hi, nil
	})
	return part, err
}

func clamp(lo, hi, n int) (int, int) {
	fix := func(i int) int {
		if i < 0 {
			i += n
		}
		return max(0, min(i, n))
	}
	lo, hi = fix(lo), fix(hi)
	return min(lo, hi), hi
}
