package eval

import (
	"fmt"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
)

// picture takes the bounded snapshot of any value of expressions, for showing. path is the
// expression that can be continued with [lo:hi] to show what was cut; "" if there is none.
func (f *frame) picture(x any, limit render.Limit, path string) *render.Node {
	p := painter{f: f, limit: limit, left: limit.Nodes}
	return p.node(x, limit.Depth, path)
}

type painter struct {
	f     *frame
	limit render.Limit
	left  int // nodes
}

func (p *painter) node(x any, depth int, path string) *render.Node {
	p.left--
	switch x := x.(type) {
	case *access.Redacted:
		return &render.Node{Hidden: true}
	case *access.View:
		limit := p.limit
		limit.Depth, limit.Items, limit.Nodes = depth, p.items(depth), max(p.left+1, 1)
		if depth <= 0 {
			limit.Depth = -1 // 0 means the default
		}
		n := x.Snap(limit)
		nodes, _ := weigh(n)
		p.left -= nodes - 1
		return n
	case *snapshot:
		return p.again(x.node, depth, path)
	case namespace:
		keys := x.keys()
		return p.list(len(keys), depth, path, func(i int) any { return keys[i] })
	case []any:
		return p.list(len(x), depth, path, func(i int) any { return x[i] })
	case ints:
		n, _ := x.len()
		return p.list(n, depth, path, func(i int) any { return x.lo + i })
	case map[string]any:
		return p.mapping(x, "", len(x), depth, path)
	case *anyMap:
		return p.mapping(x, x.typ, len(x.keys), depth, path)
	}
	return render.FromPlain(x, p.limit, path)
}

func (p *painter) list(n, depth int, path string, at func(i int) any) *render.Node {
	node := &render.Node{Shape: inspect.List, Len: n}
	if n > 0 && (depth <= 0 || p.left <= 0) {
		node.Cut = &render.Cut{Path: path}
		return node
	}
	for i := 0; i < n && i < p.items(depth) && p.left > 0; i++ {
		at := at(i)
		node.Items = append(node.Items, render.Item{Node: p.node(at, depth-1, below(path, i))})
	}
	return p.cut(node, path)
}

func (p *painter) mapping(m any, typ string, n, depth int, path string) *render.Node {
	node := &render.Node{Shape: inspect.Map, Type: typ, Len: n, Path: p.whole(path)}
	if n > 0 && (depth <= 0 || p.left <= 0) {
		node.Cut = &render.Cut{Path: path}
		return node
	}
	err := p.f.each(m, true, func(_ int, k, x any) (bool, error) {
		if len(node.Items) >= p.items(depth) || p.left <= 0 {
			return false, nil
		}
		node.Items = append(node.Items, render.Item{
			Key:  p.node(k, depth-1, ""),
			Node: p.node(x, depth-1, below(path, k)),
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

// items is how many elements are shown of a list with that much depth left: less further down, if
// the limit tapers.
func (p *painter) items(depth int) int {
	n := p.limit.Items
	for ; p.limit.Taper && depth < p.limit.Depth && n > 8; depth++ {
		n = max(n/4, 8)
	}
	return n
}

// cut notes what is missing of a list or map, and where it is.
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

// below is the path of an element, "" where none can be typed.
func below(path string, key any) string {
	if path == "" {
		return ""
	}
	switch key := key.(type) {
	case string:
		if len(key) > maxTyped {
			return ""
		}
		return fmt.Sprintf("%s[%q]", path, key)
	case int:
		return fmt.Sprintf("%s[%d]", path, key)
	}
	return ""
}

// again takes a snapshot of a snapshot: the limits of display are lower than those of a variable.
// What the snapshot itself has not is where it was cut from.
func (p *painter) again(n *render.Node, depth int, path string) *render.Node {
	shown := *n
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
			if all := max(n.Len, len(n.Items)); collection && n.Cut == nil {
				return p.cut(&shown, path)
			} else {
				shown.Cut = &render.Cut{More: all - i, Path: path}
			}
			break
		}
		p.left--
		it.Node = p.again(it.Node, depth-1, pathOfItem(path, n, i))
		shown.Items = append(shown.Items, it)
	}
	return &shown
}

// pathOfItem is the path of the i-th item of a snapshot at path.
func pathOfItem(path string, n *render.Node, i int) string {
	it := n.Items[i]
	switch {
	case path == "" || n.Shape == inspect.Pointer:
		return path
	case it.Key != nil && !it.Key.Hidden && it.Key.Cut == nil:
		return below(path, it.Key.Scalar)
	case it.Key != nil:
		return ""
	case it.Name != "":
		return path + "." + it.Name
	}
	return below(path, i)
}
