package compile

import (
	"fmt"
	"math"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
)

// identifier compiles the name of a let, a variable of the session, an exposed object or a
// namespace.
func (c *compiler) identifier(n *ast.IdentifierNode) (machine.Code, error) {
	for i := len(c.lets) - 1; i >= 0; i-- {
		if l := c.lets[i]; l.name == n.Value {
			return func(f *machine.Frame) (value.Value, error) { return f.Slots[l.slot], nil }, nil
		}
	}
	if x, ok := c.names.variable(n.Value); ok {
		if c.names.Exposed.Has(n.Value) {
			c.notes = append(c.notes, fmt.Sprintf("the variable %s hides what is exposed as %[1]s: $env.%[1]s is that", n.Value))
		}
		return c.variable(n, x)
	}
	switch {
	case n.Value == "$env":
		return constant(c.names.Exposed.Namespace("")), nil
	case c.names.Exposed.Has(n.Value):
		return c.object(n, n.Value), nil
	case c.names.Exposed.HasNamespace(n.Value):
		return constant(c.names.Exposed.Namespace(n.Value)), nil
	}
	err := c.names.unknown(n.Value, c.lets)
	if hint := elementNames.of(n.Value); hint != "" && c.inner != nil {
		err = withHint(err, "%s", hint)
	}
	if c.inner != nil {
		err = withHint(err, "a field of the element is written .%s", n.Value)
	}
	return nil, at(n).Err(err)
}

// object compiles the full name of an exposed object. It is looked up once.
func (c *compiler) object(n ast.Node, name string) machine.Code {
	slot := c.slot()
	where := at(n)
	get := func(f *machine.Frame) (value.Value, error) {
		if v := f.Slots[slot]; v != nil {
			return v, nil
		}
		v, err := f.Visit.Get(name)
		if err != nil {
			return nil, where.Err(err)
		}
		f.Slots[slot] = value.Live{View: v}
		return f.Slots[slot], nil
	}
	if c.inner != nil {
		// A predicate may run under a guard. Looking an object up may call a registry.Func
		// and wait for the object's own guard, so it happens before the walk, and none is
		// held while it is read.
		c.early = append(c.early, get)
		c.unlocked = true
	}
	return get
}

// dotted returns the full name if n spells the name of an exposed object or of a namespace.
func (c *compiler) dotted(n ast.Node) (name string, ok bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		for _, l := range c.lets {
			if l.name == n.Value {
				return "", false
			}
		}
		if _, ok := c.names.variable(n.Value); ok {
			return "", false
		}
		if n.Value == "$env" {
			return "", true
		}
		return n.Value, c.names.Exposed.Has(n.Value) || c.names.Exposed.HasNamespace(n.Value)
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
		return name, c.names.Exposed.Has(name) || c.names.Exposed.HasNamespace(name)
	}
	return "", false
}

// pointer compiles #, #index, #key and #acc.
func (c *compiler) pointer(n *ast.PointerNode) (machine.Code, error) {
	switch {
	case c.inner == nil:
		return nil, at(n).Err(fault.New("syntax", "# is only defined in predicates").With("as in filter(xs, # > 1)"))
	case n.Name == "":
		return func(f *machine.Frame) (value.Value, error) { return f.Scope.Elem, nil }, nil
	case n.Name == "index":
		return func(f *machine.Frame) (value.Value, error) { return value.Int(f.Scope.Index), nil }, nil
	case n.Name == "key":
		return func(f *machine.Frame) (value.Value, error) { return f.Scope.KeyOrIndex(), nil }, nil
	case n.Name == "acc" && c.inner.acc:
		return func(f *machine.Frame) (value.Value, error) { return f.Scope.Acc, nil }, nil
	case n.Name == "acc":
		return nil, at(n).Err(fault.New("syntax", "#acc is only defined in reduce").With("give an outer one a name with let"))
	}
	e := fault.New("syntax", "unknown pointer #%s", n.Name)
	return nil, at(n).Err(e.With("there are #, #index, #key, and #acc in reduce; a field of the element is .%s", n.Name))
}

// member compiles x.name, x[key] and their optional forms.
func (c *compiler) member(n *ast.MemberNode, lenient bool) (machine.Code, error) {
	if name, ok := c.dotted(n); ok {
		if c.names.Exposed.Has(name) {
			return c.object(n, name), nil
		}
		return constant(c.names.Exposed.Namespace(name)), nil
	}
	prop, named := n.Property.(*ast.StringNode)
	step := c.step
	if !named {
		step = c.beginning
	}
	from, err := step(n.Node, lenient)
	if err != nil {
		return nil, err
	}
	var key, typedKey machine.Code
	if !named {
		key, typedKey, err = c.key(n.Property)
		if goType, of := conversion(n.Property, err); of != nil {
			key, err = c.compile(of)
			key = converted(key, goType)
			typedKey = key
		}
		if err != nil {
			if name, ok := n.Property.(*ast.IdentifierNode); ok && (c.inner == nil || isFunction(name.Value)) {
				if e := fault.From(err); e.Code == "unknown_name" && isFunction(name.Value) {
					e.Hint = HintDir
				}
				err = withHint(err, "a key that is text is written [%q]", name.Value)
			}
			return nil, err
		}
	}
	where := at(n)
	return func(f *machine.Frame) (y value.Value, err error) {
		x, err := from(f)
		if err != nil || x == value.Absent {
			return x, err
		}
		if n.Optional && value.IsNothing(x) {
			return value.Absent, nil
		}
		if named {
			if y, err = value.Member(&f.Thread, x, prop.Value); err != nil {
				err = hintElements(err, x, prop.Value)
				err = hintKey(hintFunction(err, x, prop.Value), value.String(prop.Value))
			}
		} else {
			load := key
			if value.HasTypedKeys(x) {
				load = typedKey
			}
			var k value.Value
			if k, err = load(f); err != nil {
				return nil, err
			}
			part, few := library.Head, -1
			if i, ok := k.(value.Int); ok && i >= 0 && i < math.MaxInt32 {
				few = int(i) + 1
			} else if ok && i < 0 && i > -math.MaxInt32 {
				part, few = library.Tail, int(-i)
			}
			if x, err = part(x, few); err != nil {
				return nil, err
			}
			if y, err = value.Index(&f.Thread, x, k); err != nil {
				err = hintKey(err, k)
			}
		}
		if err != nil {
			return value.Forgive(where.Err(err), x, n.Optional, lenient)
		}
		return y, nil
	}, nil
}

// key compiles a key. What typed answers has its Go type with it, for a map in which keys of several
// types may be equal.
func (c *compiler) key(n ast.Node) (plain, typed machine.Code, err error) {
	place, err := c.place(n, false)
	if err != nil {
		return nil, nil, err
	}
	where := at(n)
	return c.load(n, place), func(f *machine.Frame) (value.Value, error) {
		x, err := place(f)
		if err != nil {
			return nil, err
		}
		if _, ok := x.(value.Typed); ok {
			return x, nil
		}
		x, goType, err := value.LoadTyped(x)
		return value.WithType(x, goType), where.Err(err)
	}, nil
}

// converted is the code of a key that is written with its type. key loads its answer.
func converted(key machine.Code, goType string) machine.Code {
	return func(f *machine.Frame) (value.Value, error) {
		x, err := key(f)
		if err != nil {
			return nil, err
		}
		return value.Conversion(x, goType), nil
	}
}

// coalesce compiles a ?? b: b if a is nil or absent.
func (c *compiler) coalesce(n *ast.BinaryNode) (machine.Code, error) {
	left, err := c.place(n.Left, true)
	if err != nil {
		return nil, err
	}
	if chain := c.fields(n.Left, left); chain != nil {
		left = chain.place
	}
	right, err := c.compile(n.Right)
	if err != nil {
		return nil, err
	}
	where := at(n.Left)
	return func(f *machine.Frame) (value.Value, error) {
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
func (c *compiler) slice(n *ast.SliceNode, lenient bool) (machine.Code, error) {
	from, err := c.beginning(n.Node, lenient)
	if err != nil {
		return nil, err
	}
	bound := func(n ast.Node, otherwise int) (machine.Code, error) {
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
	return func(f *machine.Frame) (value.Value, error) {
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
		part, few := library.Head, headUpTo(a, b)
		if n := tailFrom(a, b); n > 0 {
			part, few = library.Tail, n
		}
		if x, err = part(x, few); err != nil {
			return nil, err
		}
		y, err := slice(f, x, a, b)
		if err != nil {
			return value.Forgive(where.Err(err), x, false, lenient)
		}
		return y, nil
	}, nil
}

// beginning is step for a list of which only a part is asked for: see head.
func (c *compiler) beginning(n ast.Node, lenient bool) (machine.Code, error) {
	if fn, _, _ := calledFunction(n); fn != nil && fn.Few != nil {
		return c.head(n)
	}
	return c.step(n, lenient)
}

// headUpTo returns how many elements of a list are needed for xs[lo:hi], -1 for all.
func headUpTo(lo, hi value.Value) int {
	a, ok := lo.(value.Int)
	b, is := hi.(value.Int)
	if !ok || !is || a < 0 || b < 0 || int64(b) > math.MaxInt32 {
		return -1
	}
	return int(b)
}

// tailFrom returns of how many elements at the end x[lo:hi] has all, -1 where that is not known.
func tailFrom(lo, hi value.Value) int {
	a, ok := lo.(value.Int)
	b, is := hi.(value.Int)
	if !ok || !is || a >= 0 || a < -math.MaxInt32 || b >= 0 && b < math.MaxInt32 {
		return -1
	}
	return int(-a)
}

// slice is x[lo:hi]. x is not loaded.
func slice(f *machine.Frame, x, lo, hi value.Value) (value.Value, error) {
	// Only the part of a live string is read.
	if v, live := x.(value.Live); !live || !v.IsString() {
		var err error
		if x, err = value.Load(x); err != nil {
			return nil, err
		}
		if value.IsNothing(x) {
			return value.Nil, nil // as of a nil slice
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
	return value.Slice(&f.Thread, x, from, to)
}
