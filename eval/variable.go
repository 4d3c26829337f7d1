package eval

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/syntax"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

// variable is what a session keeps under a name, and the bytes that it holds, roughly.
//
// It never holds application memory. An object that can be reached again for certain, by pointers,
// fields and array elements alone, is remembered by its path, and so stays live; any other live
// object, and what has such in it, is remembered as a bounded snapshot.
type variable struct {
	value any
	alias ast.Node // the path of a live object; value is nil then
	size  int
	from  []access.Origin // what value was made of
	gone  string          // the name of that which may not be shown any more, for which value was forgotten
}

// variableSize is about what the session takes for a variable, beside its name and value.
const variableSize = 100

// weight is what v counts for of the bytes that a session may hold.
func (v variable) weight() int { return v.size + variableSize + originSize*len(v.from) }

// originSize is about what one of the origins of a variable takes.
const originSize = 100

// What a variable copies of the application is bounded: strings by Bytes each, all by Nodes.
var copyLimit = render.Limit{Depth: 32, Items: 10_000, Nodes: 10_000, Bytes: 64 << 10}

// maxCopied bounds the text that a variable copies, in bytes.
const maxCopied = 1 << 20

// variable compiles the use of a variable of the session.
func (c *compiler) variable(n ast.Node, v variable) (code, error) {
	switch {
	case v.gone != "":
		return nil, at(n).Err(fault.New("unknown_name", "what this holds was forgotten: it was made of %s, which was withdrawn, or is exposed with more of it hidden", v.gone).With("ask for it again"))
	case v.alias == nil:
		c.from = append(c.from, v.from...)
		return constant(v.value), nil
	}
	// The path was made from exposed names: no variable and no predicate may stand before them.
	c.apart = true
	inner := &compiler{names: names{exposed: c.names.exposed}, meter: c.meter, slots: c.slots}
	run, err := inner.place(v.alias, false)
	c.slots = inner.slots
	if err != nil {
		return nil, moved(n, err)
	}
	return func(f *frame) (any, error) {
		x, err := run(f)
		if err != nil {
			return nil, moved(n, err)
		}
		return x, nil
	}, nil
}

// moved puts an error of a variable's path to where the variable is used.
func moved(n ast.Node, err error) error {
	e := *fault.From(err)
	e.Pos = at(n)
	return &e
}

// origins is what the answer of an evaluation was made of, each once.
func (f *frame) origins() []access.Origin {
	all := f.look.Origins()
	for _, o := range f.from {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// variable makes x last beyond its evaluation. The note says what became of it.
func (f *frame) variable(x any, st syntax.Statement) (v variable, note string) {
	if view, ok := x.(*access.View); ok {
		if tree := reachable(view, st); tree != nil {
			return variable{alias: tree, size: wordsKept}, ""
		}
	}
	size, live := measure(x, 0)
	if !live {
		return variable{value: x, size: size}, ""
	}
	n := f.copied(x, originOfAnswer(st))
	nodes, text := weigh(n)
	note = "a snapshot was kept: it does not follow the live object"
	if isCut(n) {
		note = "a snapshot was kept, and it was cut: the live object has more"
	}
	return variable{value: snapshotOf(n), size: nodes*nodeSize + text}, note
}

// copied is the bounded snapshot of x. What its texts would take is found with the beginnings of
// them first: together they may be far longer than what an evaluation may hold.
func (f *frame) copied(x any, path string) *render.Node {
	limit, sketch := copyLimit, copyLimit
	sketch.Bytes = 256
	n := f.picture(x, sketch, path)
	for textUpTo(n, limit.Bytes) > maxCopied && limit.Nodes > 1 {
		// Many long strings: fewer nodes, until it fits.
		limit.Nodes /= 4
		sketch.Nodes = limit.Nodes
		n = f.picture(x, sketch, path)
	}
	if textUpTo(n, limit.Bytes) == textUpTo(n, sketch.Bytes) {
		return n
	}
	return f.picture(x, limit, path)
}

// textUpTo is how many bytes of text the values of a snapshot have in all, of each up to most.
func textUpTo(n *render.Node, most int) int {
	size := len(n.Text)
	if n.Shape == inspect.Scalar && n.Cut != nil {
		size += n.Cut.More
	}
	size = min(size, most)
	for _, it := range n.Items {
		size += textUpTo(it.Node, most)
		if it.Key != nil {
			size += textUpTo(it.Key, most)
		}
	}
	return size
}

// nodeSize is about what a node of a snapshot takes, in bytes.
const nodeSize = 200

// reachable is the path of a live object that can be reached again for certain; nil for any other. st is the line that
// it answers, which mostly is that path.
func reachable(v *access.View, st syntax.Statement) ast.Node {
	target, err := v.Target()
	if err != nil || target == nil || v.Path() == "" || !v.Steady() || !target.Steady() {
		return nil
	}
	for _, value := range []inspect.Value{v.Value(), target.Value()} {
		if !value.Solid() || value.Mark()&(inspect.Racy|inspect.Copied) != 0 {
			return nil
		}
	}
	if v.Path() == st.Text {
		return st.Tree
	}
	tree, err := syntax.ParsePath(v.Path())
	if err != nil {
		return nil
	}
	return tree
}

// measure is the size of a value in bytes, and whether live objects are in it.
func measure(x any, depth int) (size int, live bool) {
	size = wordsKept
	add := func(x any) {
		n, l := measure(x, depth+1)
		size, live = size+n, live || l
	}
	switch x := x.(type) {
	case *access.View:
		return size, true
	case string:
		return size + len(x), false
	case []byte:
		return size + len(x), false
	case *snapshot:
		nodes, text := weigh(x.node)
		return nodes*nodeSize + text, false
	case []any:
		if depth > maxDepth {
			return size, true // a snapshot cuts it
		}
		for _, elem := range x {
			add(elem)
		}
	case map[string]any:
		if depth > maxDepth {
			return size, true
		}
		for k, elem := range x {
			size += len(k)
			add(elem)
		}
	case *anyMap:
		if depth > maxDepth {
			return size, true
		}
		for i, k := range x.keys {
			add(k)
			add(x.values[i])
		}
	}
	return size, live
}

// weigh counts the nodes of a snapshot and the bytes of their texts. A snapshot is bounded.
func weigh(n *render.Node) (nodes, text int) {
	nodes, text = 1, len(n.Text)
	for _, it := range n.Items {
		for _, part := range []*render.Node{it.Key, it.Node} {
			if part != nil {
				a, b := weigh(part)
				nodes, text = nodes+a, text+b
			}
		}
	}
	return nodes, text
}

func isCut(n *render.Node) bool {
	if n.Cut != nil {
		return true
	}
	for _, it := range n.Items {
		if isCut(it.Node) {
			return true
		}
	}
	return false
}
