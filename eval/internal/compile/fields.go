package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// fields is a chain of fields below the element of a predicate, as .order.total. If it leads to a
// number, a boolean or a string, and the last element had that at the same place, its cache reads
// it in one go and makes no View for each step.
type fields struct {
	walk  machine.Code // step by step
	names string       // of the fields, each behind a dot
	at    fault.Pos
	cache access.FieldCache
}

// fields returns the chain that n spells, nil if n is anything else. walk is n, compiled to a
// place. With ?. the chain leads to the same place, or past nil, where the cache knows no way.
func (c *compiler) fields(n ast.Node, walk machine.Code) *fields {
	names, next := "", n
	if chain, ok := n.(*ast.ChainNode); ok {
		next = chain.Node
	}
	for steps := 0; ; steps++ {
		if name, ok := next.(*ast.IdentifierNode); ok {
			// In a predicate of a function of ours, it stands for # or .field.
			next = syntax.Original(name)
		}
		switch m := next.(type) {
		case *ast.MemberNode:
			name, named := m.Property.(*ast.StringNode)
			if !named {
				return nil
			}
			names = "." + name.Value + names
			next = m.Node
		case *ast.PointerNode:
			if m.Name != "" || steps == 0 {
				return nil
			}
			f := &fields{walk: walk, names: names, at: at(n)}
			if c.known == nil {
				c.known = map[ast.Node]*fields{}
			}
			c.known[n] = f
			return f
		default:
			return nil
		}
	}
}

// place walks the chain and has the cache learn its way.
func (c *fields) place(f *machine.Frame) (value.Value, error) {
	elem := f.Scope.Elem
	x, err := c.walk(f)
	if err != nil {
		return nil, err
	}
	if from, ok := elem.(value.Live); ok {
		if to, ok := x.(value.Live); ok {
			c.cache.Learn(from.View, to.View)
		}
	}
	return x, nil
}

// read returns what the chain leads to if the cache knows the way; ok is false otherwise.
func (c *fields) read(f *machine.Frame) (d inspect.Datum, ok bool, err error) {
	v, live := f.Scope.Elem.(value.Live)
	// Near the end of the budget the steps are counted one by one, so that the error has its
	// place.
	if !live || f.Stepwise || f.Near(c.cache.Reads()) {
		return d, false, nil
	}
	d, ok, err = c.cache.Read(v.View)
	return d, ok, c.at.Err(err)
}

// load returns what the chain leads to, loaded.
func (c *fields) load(f *machine.Frame) (value.Value, error) {
	if d, ok, err := c.read(f); ok {
		return value.OfDatum(d), err
	}
	x, err := c.place(f)
	if err != nil {
		return nil, err
	}
	x, err = value.Load(x)
	return x, c.at.Err(err)
}
