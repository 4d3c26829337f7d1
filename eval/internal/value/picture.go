package value

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// Picture takes a bounded snapshot of x to show. path is the expression that [lo:hi] can follow to
// show what was cut, "" if there is none.
func Picture(t *Thread, x Value, limit render.Limit, path string) *render.Node {
	p := painter{t: t, limit: limit, left: limit.Nodes, text: limit.Text}
	if limit.Text == 0 {
		p.text = math.MaxInt
	}
	return p.node(x, limit.Depth, path)
}

// painter takes one picture.
type painter struct {
	t     *Thread
	limit render.Limit
	left  int // nodes that may still be taken
	text  int // bytes of text that may still be taken

	room int  // columns that are left on the line that is being painted, if one is
	line bool // one is: see render.Limit.Line
	row  bool // the next value has the line to itself
}

// lines reports whether each of so many elements has a line to itself.
func (p *painter) lines(shown int) bool {
	return p.limit.Line > 0 && p.limit.Taper && !p.line && shown > 1
}

// element paints an element. lines says that it has a line to itself.
func (p *painter) element(x Value, depth int, path string, lines bool) *render.Node {
	if !lines {
		n := p.node(x, depth, path)
		p.room -= len(", ") + n.AtLeast()
		return n
	}
	p.line, p.row, p.room = true, true, p.limit.Line
	n := p.node(x, depth, path)
	p.line, p.row = false, false
	return n
}

// full reports whether nothing more of the line is shown.
func (p *painter) full() bool { return p.line && p.room <= 0 }

func (p *painter) node(x Value, depth int, path string) *render.Node {
	p.left--
	if t, ok := x.(Typed); ok {
		n := p.plain(t.Value.(Scalar).Go(), path)
		n.Constants = t.constants
		return n
	}
	switch x := x.(type) {
	case Pictured:
		return x.picture(p, depth, path)
	case Scalar:
		return p.plain(x.Go(), path)
	}
	return p.plain(x, path)
}

// plain takes a picture of plain data.
func (p *painter) plain(x any, path string) *render.Node {
	n := render.FromPlain(x, p.rest(), path)
	p.text -= len(n.Text)
	return n
}

// rest is the limit with what is left of the text.
func (p *painter) rest() render.Limit {
	limit := p.limit
	if limit.Text = p.text; p.text <= 0 {
		limit.Text = -1 // 0 means the default
	}
	return limit
}

// list shows n elements.
func (p *painter) list(n, depth int, path string, at func(i int) Value) *render.Node {
	node := &render.Node{Shape: inspect.List, Len: n}
	if n > 0 && (depth <= 0 || p.left <= 0) {
		node.Cut = &render.Cut{Path: path}
		return node
	}
	// Text has no address for all of the list, so it never folds it into a line.
	within := p.line
	p.line, p.row = false, false
	shown := min(n, p.items(depth))
	lines := p.lines(shown)
	node.Items = slices.Grow(node.Items, max(min(shown, p.left), 0))
	for i := 0; i < shown && p.left > 0; i++ {
		node.Items = append(node.Items, render.Item{Node: p.element(at(i), depth-1, below(path, Int(i)), lines)})
	}
	p.line = within
	return p.cut(node, path)
}

// mapping shows the n entries of x, of which k is kept.
func (p *painter) mapping(x Iterable, k kept, n, depth int, path string) *render.Node {
	node := &render.Node{Shape: inspect.Map, Type: k.goType, Len: n, Path: p.whole(path)}
	if n > 0 && (depth <= 0 || p.left <= 0) {
		node.Cut = &render.Cut{Path: path}
		return node
	}
	row := p.row // each of its values has a column
	p.row = false
	lines := p.lines(min(n, p.items(depth)))
	err := x.Each(p.t, true, func(_ int, key, elem Value) (bool, error) {
		if len(node.Items) >= p.items(depth) || p.left <= 0 || p.full() && !row {
			return false, nil
		}
		if row {
			p.room = p.limit.Line
		}
		node.Items = append(node.Items, render.Item{
			Key:  p.node(Named(key, k.names), depth-1, ""),
			Node: p.element(elem, depth-1, below(path, key), lines),
		})
		return true, nil
	})
	if err != nil {
		node.Err = err.Error()
		return node
	}
	return p.cut(node, path)
}

// whole is path where what it shows may be shown in part.
func (p *painter) whole(path string) string {
	if !p.limit.Taper {
		return ""
	}
	return path
}

// items is how many elements of a list are shown with that much depth left: fewer further down if
// the limit tapers.
func (p *painter) items(depth int) int {
	n := p.limit.Items
	if p.limit.Below > 0 && depth < p.limit.Depth {
		n = min(n, 8*p.limit.Below)
	}
	for ; p.limit.Taper && depth < p.limit.Depth && n > 8; depth++ {
		n = max(n/4, 8)
	}
	return n
}

// cut notes how much of a list or map is missing, and where it is.
func (p *painter) cut(node *render.Node, path string) *render.Node {
	if shown := len(node.Items); shown < node.Len {
		node.Cut = &render.Cut{More: node.Len - shown}
		if path != "" {
			node.Cut.Path = fmt.Sprintf("%s[%d:%d]", path, shown, min(node.Len, 2*max(shown, 1)))
		}
	}
	return node
}

// maxTyped is the length of a key beyond which nobody types it.
const maxTyped = 4 << 10

// below is the path of an element, "" if it cannot be typed.
func below(path string, key Value) string {
	if path == "" {
		return ""
	}
	switch key := key.(type) {
	case String:
		if len(key) > maxTyped {
			return ""
		}
		return fmt.Sprintf("%s[%q]", path, string(key))
	case Int:
		return path + "[" + strconv.FormatInt(int64(key), 10) + "]"
	}
	return ""
}

// again takes a picture of a snapshot. What the snapshot lacks is where it was cut from.
func (p *painter) again(n *render.Node, depth int, path string) *render.Node {
	shown := *n
	shown.Path = p.whole(path)
	if len(n.Items) == 0 {
		return &shown
	}
	shown.Items = nil
	if depth <= 0 || p.left <= 0 {
		shown.Cut = &render.Cut{Path: path}
		return &shown
	}
	collection := n.Shape == inspect.List || n.Shape == inspect.Map
	for i, it := range n.Items {
		if collection && i >= p.items(depth) || p.left <= 0 {
			if collection && n.Cut == nil {
				return p.cut(&shown, path)
			}
			shown.Cut = &render.Cut{More: max(n.Len, len(n.Items)) - i, Path: path}
			break
		}
		p.left--
		it.Node = p.again(it.Node, depth-1, pathOfItem(path, n, i))
		shown.Items = append(shown.Items, it)
	}
	return &shown
}

// pathOfItem is the path of item i of a snapshot at path.
func pathOfItem(path string, n *render.Node, i int) string {
	it := n.Items[i]
	switch {
	case path == "" || n.Shape == inspect.Pointer:
		return path
	case it.Key != nil && !it.Key.Hidden && it.Key.Cut == nil:
		return below(path, Of(it.Key.Scalar))
	case it.Key != nil:
		return ""
	case it.Name != "":
		return path + "." + it.Name
	}
	return below(path, Int(i))
}
