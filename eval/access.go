package eval

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// identifier compiles a name: of a let, a variable of the session, an exposed object, a namespace.
func (c *compiler) identifier(n *ast.IdentifierNode) (code, error) {
	for i := len(c.lets) - 1; i >= 0; i-- {
		if l := c.lets[i]; l.name == n.Value {
			return func(f *frame) (value.Value, error) { return f.slots[l.slot], nil }, nil
		}
	}
	if x, ok := c.names.vars[n.Value]; ok {
		if c.names.exposed.Has(n.Value) {
			c.notes = append(c.notes, fmt.Sprintf("the variable %s hides what is exposed as %[1]s: $env.%[1]s is that", n.Value))
		}
		return c.variable(n, x)
	}
	switch {
	case n.Value == "$env":
		return constant(c.names.exposed.Namespace("")), nil
	case c.names.exposed.Has(n.Value):
		return c.object(n, n.Value), nil
	case c.names.exposed.HasNamespace(n.Value):
		return constant(c.names.exposed.Namespace(n.Value)), nil
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
	get := func(f *frame) (value.Value, error) {
		if v := f.slots[slot]; v != nil {
			return v, nil
		}
		v, err := f.Visit.Get(name)
		if err != nil {
			return nil, where.Err(err)
		}
		f.slots[slot] = value.Live{View: v}
		return f.slots[slot], nil
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
		return n.Value, c.names.exposed.Has(n.Value) || c.names.exposed.HasNamespace(n.Value)
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
		return name, c.names.exposed.Has(name) || c.names.exposed.HasNamespace(name)
	}
	return "", false
}

// pointer compiles #, #index, #key and #acc.
func (c *compiler) pointer(n *ast.PointerNode) (code, error) {
	switch {
	case c.inner == nil:
		return nil, at(n).Err(fault.New("syntax", "# has a meaning in predicates only").With("as in filter(xs, # > 1)"))
	case n.Name == "":
		return func(f *frame) (value.Value, error) { return f.scope.elem, nil }, nil
	case n.Name == "index":
		return func(f *frame) (value.Value, error) { return value.Int(f.scope.index), nil }, nil
	case n.Name == "key":
		return func(f *frame) (value.Value, error) { return f.scope.keyOrIndex(), nil }, nil
	case n.Name == "acc" && c.inner.acc:
		return func(f *frame) (value.Value, error) { return f.scope.acc, nil }, nil
	case n.Name == "acc":
		return nil, at(n).Err(fault.New("syntax", "#acc has a meaning in reduce only").With("give an outer one a name with let"))
	}
	e := fault.New("syntax", "unknown pointer #%s", n.Name)
	return nil, at(n).Err(e.With("there are #, #index, #key, and #acc in reduce; a field of the element is .%s", n.Name))
}

// member compiles x.name, x[key] and their optional forms.
func (c *compiler) member(n *ast.MemberNode, lenient bool) (code, error) {
	if name, ok := c.dotted(n); ok {
		if c.names.exposed.Has(name) {
			return c.object(n, name), nil
		}
		return constant(c.names.exposed.Namespace(name)), nil
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
	return func(f *frame) (y value.Value, err error) {
		x, err := from(f)
		if err != nil || x == value.Absent {
			return x, err
		}
		if n.Optional && x == value.Nil {
			return value.Absent, nil
		}
		if named {
			if y, err = value.Member(f.Thread, x, prop.Value); err != nil {
				err = otherKind(asFunction(err, x, prop.Value), value.String(prop.Value))
			}
		} else {
			var k value.Value
			if k, err = key(f); err != nil {
				return nil, err
			}
			if y, err = value.Index(f.Thread, x, k); err != nil {
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
func forgive(err error, from value.Value, optional, lenient bool) (value.Value, error) {
	var e *fault.Error
	if !errors.As(err, &e) || !optional && !lenient {
		return nil, err
	}
	switch e.Code {
	case "nil":
		if optional {
			return value.Absent, nil
		}
	case "no_field":
		if !value.InInterface(from) {
			return nil, err
		}
		fallthrough
	case "no_key", "range", "unknown_name":
		if lenient {
			return value.Absent, nil
		}
		return value.Nil, nil
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
	return func(f *frame) (value.Value, error) {
		x, err := place(f)
		if x == value.Absent {
			return value.Nil, err
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
	return func(f *frame) (value.Value, error) {
		x, err := left(f)
		if err != nil {
			return nil, err
		}
		if x == value.Absent {
			return right(f)
		}
		if x, err = value.Load(x); err != nil {
			return nil, where.Err(err)
		}
		if err := value.Refuse(x); err != nil {
			return nil, where.Err(err)
		}
		if missing, err := value.IsNil(x); err != nil || !missing {
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
			return constant(value.Int(otherwise)), nil
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
	return func(f *frame) (value.Value, error) {
		x, err := from(f)
		if err != nil || x == value.Absent {
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
		x, err = f.slice(x, a, b)
		return x, where.Err(err)
	}, nil
}

// slice is x[lo:hi]. x is not loaded.
func (f *frame) slice(x, lo, hi value.Value) (value.Value, error) {
	// Of a string that is live only the part is read.
	if v, live := x.(value.Live); !live || !v.IsString() {
		var err error
		if x, err = value.Load(x); err != nil {
			return nil, err
		}
	}
	from, err := value.ToInt("a slice", lo)
	if err != nil {
		return nil, err
	}
	to, err := value.ToInt("a slice", hi)
	if err != nil {
		return nil, err
	}
	return value.Slice(f.Thread, x, from, to)
}
