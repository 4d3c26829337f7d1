package library

import (
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "tree", Args: "x, depth", Min: 1, Max: 2, Reads: Composites, Run: tree,
		Summary: "what x is made of, to that depth (3); of goroutines who created whom", Example: `tree(cache, 2)`},
})

// treeLimit has a tree show a few elements of each list and map, and the beginnings of texts.
var treeLimit = render.Limit{Items: 4, Bytes: 60, Nodes: 2_000}

// maxTreeDepth bounds the depth of a tree.
const maxTreeDepth = 20

// tree is tree(x, depth): what x is made of, a line for each part, as {depth: …, name: …, type: …,
// holds: …}.
func tree(f *machine.Frame, args []value.Value) (value.Value, error) {
	depth := 3
	if len(args) == 2 {
		var err error
		if depth, err = value.ToInt("tree", args[1]); err != nil {
			return nil, err
		}
		if depth < 1 || depth > maxTreeDepth {
			return nil, fault.New("range", "the depth of a tree is from 1 to %d", maxTreeDepth)
		}
	}
	if err := value.Refuse(args[0]); err != nil {
		return nil, err
	}
	if x, ok := args[0].(value.Live); ok && x.View.AreGoroutines() {
		return creators(f, depth)
	}
	limit := treeLimit
	limit.Depth = depth
	path := value.Path(args[0])
	n := value.Picture(&f.Thread, args[0], limit, path)
	if n.Hidden {
		return nil, value.ErrRedacted(path)
	}
	name := path
	if name == "" {
		name = "."
	}
	var p treeWriter
	p.node(n, name, "", "", 0)
	page := &render.Page{Gap: 2}
	page.Columns(p.lines, render.Column{Role: render.NameRole}, render.Column{Role: render.TypeRole}, render.Column{Whole: true})
	return &value.Snapshot{Node: records(p.rows), Page: page}, f.Keep(value.NodeSize(6 * len(p.rows)))
}

// treeWriter writes the lines of a tree.
type treeWriter struct {
	rows  []*render.Node
	lines [][]string
}

// node adds the lines of n. before stands before its name, below before the names of its parts.
func (p *treeWriter) node(n *render.Node, name, before, below string, depth int) {
	holds := summary(n)
	p.rows = append(p.rows, record(field{"depth", depth}, field{"name", name}, field{"type", n.Type}, field{"holds", holds}))
	p.lines = append(p.lines, []string{before + name, n.Type, holds})
	cut := n.Cut != nil && n.Cut.More > 0
	for i, it := range n.Items {
		mark, indent := "├─ ", "│  "
		if i == len(n.Items)-1 && !cut {
			mark, indent = "└─ ", "   "
		}
		p.node(it.Node, labelOf(it, n, i), below+mark, below+indent, depth+1)
	}
	if cut && len(n.Items) > 0 {
		p.lines = append(p.lines, []string{below + "└─ … " + text.Thousands(n.Cut.More) + " more", "", n.Cut.Path})
	}
}

// labelOf names a part of a value, as it is typed after the value.
func labelOf(it render.Item, of *render.Node, i int) string {
	switch {
	case it.Key != nil:
		return "[" + of.KeyLine(it, 60) + "]"
	case it.Name != "":
		return it.Name
	case of.Shape == inspect.List:
		return "[" + text.Thousands(i) + "]"
	}
	return "*" // what a pointer points at
}

// summary says in a few words what a node holds.
func summary(n *render.Node) string {
	if len(n.Items) == 0 && n.Cut == nil || n.Shape == inspect.Scalar || n.Hidden || n.Err != "" || n.Cycle != "" {
		text := n.Line(100)
		if held, ok := strings.CutPrefix(strings.TrimPrefix(text, "≈"), n.Type+"("); ok && n.Type != "" {
			return strings.TrimSuffix(held, ")") // the type has its own column
		}
		return text
	}
	mark := ""
	if n.Mark&inspect.Racy != 0 {
		mark = "≈"
	}
	switch n.Shape {
	case inspect.List:
		return mark + counted(n.Len, "element")
	case inspect.Map:
		return mark + counted(n.Len, "key")
	}
	if n.Cut != nil {
		return mark + "…"
	}
	return mark
}
