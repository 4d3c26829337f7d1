// Package compile turns the syntax tree of an expression into closures.
package compile

import (
	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/pattern"
	"github.com/sightglass-go/sightglass/eval/internal/scan"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// Program is a compiled expression.
type Program struct {
	code    machine.Code
	early   []machine.Code // look up the objects that predicates name
	slots   int
	notes   []string
	origins []access.Origin
	where   fault.Pos
	bare    bool // it asks for nothing that the stacks of goroutines tell
}

// Compile compiles the tree of an expression. It reads nothing of the application. It charges m for
// what it makes besides code, such as regular expressions.
//
// The Program holds its answer: an element that a loop lends must not leave the loop, and a scalar
// is read once.
func Compile(tree ast.Node, names Names, m *meter.Meter) (*Program, error) {
	c := &compiler{names: names, meter: m}
	code, err := c.place(tree, false)
	if err != nil {
		return nil, err
	}
	p := c.program(tree, func(f *machine.Frame) (value.Value, error) {
		x, err := code(f)
		if err != nil {
			return nil, err
		}
		place := x
		if x, f.Type, err = value.LoadTyped(place); err != nil {
			return nil, err
		}
		f.Gloss = value.Gloss(place, x)
		if f.Constants, err = answerConstants(f, place, x); err != nil {
			return nil, err
		}
		return value.Hold(&f.Thread, x)
	})
	p.bare = names.Exposed.Has(access.GoroutinesName) && !c.asksForStacks(tree)
	return p, nil
}

// answerConstants returns the names that x has, the integer that was read at a place.
func answerConstants(f *machine.Frame, place, x value.Value) (*inspect.Constants, error) {
	if k := value.DatumOf(x).Kind; k != inspect.IntDatum && k != inspect.UintDatum || !f.Visit.HasConstants() {
		return nil, nil
	}
	content, err := value.Content(place)
	if err != nil {
		return nil, err
	}
	// An interface may hold another type by now.
	if names := value.ConstantsOf(content); names != nil && (content == place || inspect.TypeName(names.Type()) == f.Type) {
		return names, nil
	}
	return nil, nil
}

// Identifier compiles a name alone. The Program does not load its answer.
func Identifier(name string, names Names, m *meter.Meter) (*Program, error) {
	n := &ast.IdentifierNode{Value: name}
	c := &compiler{names: names, meter: m}
	code, err := c.identifier(n)
	if err != nil {
		return nil, err
	}
	return c.program(n, code), nil
}

func (c *compiler) program(n ast.Node, code machine.Code) *Program {
	return &Program{code: code, early: c.early, slots: c.slots, notes: c.notes, origins: c.origins, where: at(n)}
}

// Run evaluates p in f. It sets the slots, notes and origins of f.
func (p *Program) Run(f *machine.Frame) (value.Value, error) {
	f.Notes, f.Origins = p.notes, p.origins
	f.Slots = make([]value.Value, p.slots)
	if p.bare {
		f.Visit.SpareStacks()
	}
	for _, get := range p.early {
		if _, err := get(f); err != nil {
			return nil, err
		}
	}
	x, err := p.code(f)
	return x, p.where.Err(err)
}

// compiler compiles one expression. It knows the names and reads nothing of the application.
type compiler struct {
	names    Names
	meter    *meter.Meter                         // charged for what is compiled beside code
	lets     []let                                // that the current node sees, the innermost last
	outer    int                                  // how many of them were declared outside of the predicate that is being compiled
	slots    int                                  // reserved so far
	known    map[ast.Node]*fields                 // the chains of fields, for scans
	patterns map[*ast.BinaryNode]*pattern.Pattern // that are written out, likewise
	onces    map[ast.Node]*once                   // what predicates read that does not depend on the element, likewise
	nils     map[*ast.BinaryNode]*nilTest         // comparisons with nil, likewise
	lengths  map[ast.Node]*scan.LengthWay         // calls of len, likewise
	inner    *pointers                            // what #… may mean in the predicate that is being compiled, nil outside of one

	// unlocked says that what was compiled so far reads other live objects, walks, or calls
	// methods: no guard may be held while it runs.
	unlocked bool

	early   []machine.Code  // for the Program, as are these
	notes   []string        // for the answer
	origins []access.Origin // of the variables that are used
}

// at is where a node stands.
func at(n ast.Node) fault.Pos { return fault.Pos(n.Location().From + 1) }

// let is a variable that the expression declares.
type let struct {
	name string
	slot int
}

// pointers says which names a predicate may use beside #, #index and #key.
type pointers struct{ acc bool }

// slot reserves a slot of the frame.
func (c *compiler) slot() int {
	c.slots++
	return c.slots - 1
}

// compile compiles a node to code that loads its answer: a scalar is plain.
func (c *compiler) compile(n ast.Node) (machine.Code, error) {
	switch n.(type) {
	case *ast.MemberNode, *ast.PointerNode, *ast.IdentifierNode, *ast.ChainNode, *ast.CallNode, *ast.SliceNode:
		place, err := c.place(n, false)
		if err != nil {
			return nil, err
		}
		return c.load(n, place), nil
	}
	return c.value(n)
}

// load returns code that loads what place answers, the code of n.
func (c *compiler) load(n ast.Node, place machine.Code) machine.Code {
	if fields := c.fields(n, place); fields != nil {
		return fields.load
	}
	where, once := at(n), c.once(n)
	return func(f *machine.Frame) (value.Value, error) {
		read := once.reading(f)
		x, err := place(f)
		if err != nil {
			return nil, err
		}
		if x, err = value.Load(x); err != nil {
			return nil, where.Err(err)
		}
		read(inspect.Datum{}, x)
		return x, nil
	}
}

// place compiles a node to code that does not load its answer, so that the next step of a chain
// starts from the place itself. lenient, as on the left of ??, has an absent key or index, and what
// is behind nil, answer value.Absent.
func (c *compiler) place(n ast.Node, lenient bool) (machine.Code, error) {
	code, err := c.step(n, lenient)
	if err != nil || lenient || !hasOptional(n) {
		return code, err
	}
	return func(f *machine.Frame) (value.Value, error) {
		x, err := code(f)
		if x == value.Absent {
			return value.Nil, err
		}
		return x, err
	}, nil
}

// step is place for the next step of a chain. If an earlier one has ?. and nothing in front of it,
// the code answers value.Absent, and so do all steps that follow.
func (c *compiler) step(n ast.Node, lenient bool) (machine.Code, error) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if meant := syntax.Original(n); meant != n {
			return c.step(meant, lenient)
		}
		return c.identifier(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.MemberNode:
		return c.member(n, lenient)
	case *ast.SliceNode:
		return c.slice(n, lenient)
	case *ast.CallNode:
		return c.call(n, lenient)
	case *ast.ChainNode:
		return c.step(n.Node, lenient)
	}
	return c.value(n)
}

// hasOptional reports whether one of the steps of the chain n is ?.
func hasOptional(n ast.Node) bool {
	for {
		switch m := n.(type) {
		case *ast.ChainNode:
			return true
		case *ast.MemberNode:
			n = m.Node
		case *ast.SliceNode:
			n = m.Node
		case *ast.CallNode:
			n = m.Callee
		default:
			return false
		}
	}
}

// value compiles a node that is no place.
func (c *compiler) value(n ast.Node) (machine.Code, error) {
	switch n := n.(type) {
	case *ast.NilNode:
		return constant(value.Nil), nil
	case *ast.IntegerNode:
		return constant(value.Int(n.Value)), nil
	case *ast.ConstantNode:
		return constant(value.Of(n.Value)), nil
	case *ast.FloatNode:
		return constant(value.Written(n.Value)), nil
	case *ast.BoolNode:
		return constant(value.Bool(n.Value)), nil
	case *ast.StringNode:
		return constant(value.String(n.Value)), nil
	case *ast.BytesNode:
		return constant(value.Bytes(n.Value)), nil
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.VariableDeclaratorNode:
		return c.let(n)
	case *ast.SequenceNode:
		return c.sequence(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.MapNode:
		return c.mapping(n)
	case *ast.BuiltinNode:
		return c.function(n)
	}
	return nil, at(n).Err(fault.New("syntax", "this is not allowed here"))
}

func constant(x value.Value) machine.Code {
	return func(*machine.Frame) (value.Value, error) { return x, nil }
}

func (c *compiler) all(nodes []ast.Node) ([]machine.Code, error) {
	codes := make([]machine.Code, len(nodes))
	for i, n := range nodes {
		code, err := c.compile(n)
		if err != nil {
			return nil, err
		}
		codes[i] = code
	}
	return codes, nil
}

func (c *compiler) conditional(n *ast.ConditionalNode) (machine.Code, error) {
	if n.Exp1 == n.Cond {
		// The tree of a ?: b has a twice. It is compiled and evaluated once.
		return c.elvis(n)
	}
	cond, err := c.condition(n.Cond)
	if err != nil {
		return nil, err
	}
	yes, err := c.compile(n.Exp1)
	if err != nil {
		return nil, err
	}
	no, err := c.compile(n.Exp2)
	if err != nil {
		return nil, err
	}
	return func(f *machine.Frame) (value.Value, error) {
		ok, err := cond(f)
		if err != nil {
			return nil, err
		}
		if ok {
			return yes(f)
		}
		return no(f)
	}, nil
}

// elvis compiles a ?: b.
func (c *compiler) elvis(n *ast.ConditionalNode) (machine.Code, error) {
	cond, err := c.condition(n.Cond)
	if err != nil {
		return nil, err
	}
	no, err := c.compile(n.Exp2)
	if err != nil {
		return nil, err
	}
	return func(f *machine.Frame) (value.Value, error) {
		ok, err := cond(f)
		if err != nil || ok {
			return value.Bool(true), err
		}
		return no(f)
	}, nil
}

// condition compiles a node that must answer a boolean.
func (c *compiler) condition(n ast.Node) (func(f *machine.Frame) (bool, error), error) {
	run, err := c.compile(n)
	if err != nil {
		return nil, err
	}
	where := at(n)
	return func(f *machine.Frame) (bool, error) {
		x, err := run(f)
		if err != nil {
			return false, err
		}
		ok, is := x.(value.Bool)
		if !is {
			return false, where.Err(machine.NotBool(x))
		}
		return bool(ok), nil
	}, nil
}

func (c *compiler) let(n *ast.VariableDeclaratorNode) (machine.Code, error) {
	if err := c.names.free(n.Name, c.lets); err != nil {
		return nil, at(n).Err(err)
	}
	run, err := c.compile(n.Value)
	if err != nil {
		return nil, err
	}
	slot := c.slot()
	c.lets = append(c.lets, let{n.Name, slot})
	rest, err := c.compile(n.Expr)
	if err != nil {
		return nil, err
	}
	c.lets = c.lets[:len(c.lets)-1]
	return func(f *machine.Frame) (value.Value, error) {
		x, err := run(f)
		if err != nil {
			return nil, err
		}
		f.Slots[slot] = x
		return rest(f)
	}, nil
}

func (c *compiler) sequence(n *ast.SequenceNode) (machine.Code, error) {
	codes, err := c.all(n.Nodes)
	if err != nil {
		return nil, err
	}
	return func(f *machine.Frame) (x value.Value, err error) {
		for _, run := range codes {
			if x, err = run(f); err != nil {
				return nil, err
			}
		}
		return x, nil
	}, nil
}

func (c *compiler) array(n *ast.ArrayNode) (machine.Code, error) {
	codes, err := c.all(n.Nodes)
	if err != nil {
		return nil, err
	}
	return func(f *machine.Frame) (value.Value, error) {
		xs := make(value.List, len(codes))
		for i, run := range codes {
			x, err := run(f)
			if err != nil {
				return nil, err
			}
			if xs[i], err = value.Hold(&f.Thread, x); err != nil {
				return nil, at(n).Err(err)
			}
		}
		return xs, nil
	}, nil
}

// mapping compiles {key: value, …}.
func (c *compiler) mapping(n *ast.MapNode) (machine.Code, error) {
	keys, values := make([]machine.Code, len(n.Pairs)), make([]machine.Code, len(n.Pairs))
	for i, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		var err error
		if keys[i], err = c.compile(pair.Key); err != nil {
			return nil, err
		}
		if values[i], err = c.compile(pair.Value); err != nil {
			return nil, err
		}
	}
	return func(f *machine.Frame) (value.Value, error) {
		m := make(value.Map, len(keys))
		for i := range keys {
			k, err := keys[i](f)
			if err != nil {
				return nil, err
			}
			name, ok := k.(value.String)
			if !ok {
				if err := value.Refuse(k); err != nil {
					return nil, at(n.Pairs[i]).Err(err)
				}
				return nil, at(n.Pairs[i]).Err(fault.New("type", "a key is a string here, not %s", k.Kind()).With("convert it with string(…)"))
			}
			x, err := values[i](f)
			if err != nil {
				return nil, err
			}
			if x, err = value.Hold(&f.Thread, x); err != nil {
				return nil, at(n).Err(err)
			}
			if err := f.Hashed(string(name)); err != nil {
				return nil, at(n).Err(err)
			}
			// The first of two equal keys counts, as in expr-lang.
			if _, twice := m[string(name)]; !twice {
				m[string(name)] = x
			}
		}
		return m, nil
	}, nil
}
