package render

import (
	"reflect"
	"slices"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
)

// A Snapper takes a snapshot of itself for FromPlain.
type Snapper interface {
	// Snap takes a snapshot bounded by limit.
	Snap(limit Limit) *Node
}

// FromPlain takes a snapshot of plain data, as an expression computes it: nil, booleans, numbers,
// strings, times, durations, and slices, arrays and maps of these of any type. Sources, Snappers
// and Nodes are shown as what they stand for. Anything else is shown as its type.
//
// FromPlain reads x as any Go code would, so nobody may change x meanwhile. A list or map that
// contains itself is cut there. path is the expression that computes x, for cuts, and "" if it may
// not be indexed. The first entries of a map, by key, are shown.
func FromPlain(x any, limit Limit, path string) *Node {
	switch x.(type) {
	case bool, int, int64, uint64, float32, float64:
		// Most values of an answer are these, and nothing limits them.
		return &Node{Shape: inspect.Scalar, Scalar: x, Text: scalarText(x)}
	case string:
		// What takes it is not allocated.
		s, n := limited(limit), &Node{}
		s.single(n, reflect.ValueOf(x), path, 0)
		return n
	}
	return newSnapper(limit).plain(x, path, 0)
}

func (s *snapper) plain(x any, path string, depth int) *Node {
	switch x := x.(type) {
	case nil:
		s.left--
		return &Node{Text: "nil"}
	case *Node:
		s.left -= x.size(0)
		return x
	case Source, Snapper:
		if v := reflect.ValueOf(x); v.Kind() == reflect.Pointer && v.IsNil() {
			return s.plain(nil, path, depth)
		}
		if src, ok := x.(Source); ok {
			return s.node(src, depth)
		}
		return s.ask(x.(Snapper), depth)
	}
	n := &Node{}
	s.left--
	s.value(n, reflect.ValueOf(x), path, depth)
	return n
}

// ask asks x for its snapshot, within what is left of the limit.
func (s *snapper) ask(x Snapper, depth int) (n *Node) {
	n = &Node{}
	defer func() { s.left -= n.size(0) }()
	defer catch(n)
	some := func(n int) int {
		if n <= 0 {
			return -1 // 0 would be the default
		}
		return n
	}
	left := Limit{
		Depth: some(s.limit.Depth - depth),
		Items: some(s.items(depth)),
		Bytes: some(s.bytes(depth)),
		Nodes: some(s.left),
		Taper: s.limit.Taper,
	}
	if snap := x.Snap(left); snap != nil {
		n = snap
	} else {
		n.Text = "nil"
	}
	return n
}

// size counts the nodes of n.
func (n *Node) size(depth int) int {
	if n == nil || depth > 2*maxDepth {
		return 0
	}
	all := 1
	for _, item := range n.Items {
		all += item.Key.size(depth+1) + item.Node.size(depth+1)
	}
	return all
}

// value writes plain data into n.
func (s *snapper) value(n *Node, v reflect.Value, path string, depth int) {
	switch v.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		s.collection(n, v, path, depth)
	default:
		s.single(n, v, path, depth)
	}
}

// single is value for what is no collection.
func (s *snapper) single(n *Node, v reflect.Value, path string, depth int) {
	if v.Kind() == reflect.String {
		n.Shape = inspect.Scalar
		s.setText(n, []byte(v.String()[:min(v.Len(), s.bytes(depth)+1)]), v.Len(), func() string { return path }, depth)
	} else if x := plainScalar(v); x != nil {
		n.Shape, n.Scalar, n.Text = inspect.Scalar, x, scalarText(x)
	} else {
		n.Shape, n.Type = inspect.Opaque, inspect.TypeName(v.Type())
	}
}

// plainScalar returns v as Value.Scalar would, nil if it is no scalar.
func plainScalar(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if d, ok := v.Interface().(time.Duration); ok {
			return d
		}
		return inspect.Datum{Kind: inspect.IntDatum, Bits: uint64(v.Int())}.Plain()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return inspect.Datum{Kind: inspect.UintDatum, Bits: v.Uint()}.Plain()
	case reflect.Float32:
		return float32(v.Float())
	case reflect.Float64:
		return v.Float()
	case reflect.Complex64:
		return complex64(v.Complex())
	case reflect.Complex128:
		return v.Complex()
	case reflect.String:
		return v.String()
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t
		}
	}
	return nil
}

func (s *snapper) collection(n *Node, v reflect.Value, path string, depth int) {
	n.Len = v.Len()
	n.Shape = inspect.List
	if v.Kind() == reflect.Map {
		n.Shape = inspect.Map
	}
	if v.Kind() != reflect.Array && v.IsNil() {
		n.Shape, n.Text = inspect.Nil, "nil"
		return
	}
	if isBytes(v.Type()) {
		n.Type = inspect.TypeName(v.Type())
		b := make([]byte, min(n.Len, s.bytes(depth)+1))
		reflect.Copy(reflect.ValueOf(b), v)
		s.setText(n, b, n.Len, func() string { return path }, depth)
		return
	}
	if n.Len == 0 {
		return
	}
	if depth >= s.limit.Depth {
		n.Cut = &Cut{Path: path}
		return
	}
	at := composite{typ: v.Type(), path: path}
	if v.Kind() != reflect.Array {
		at.addr = v.Pointer()
	}
	if s.isCycle(n, at) {
		return
	}
	s.ancestors = append(s.ancestors, at)
	defer func() { s.ancestors = s.ancestors[:len(s.ancestors)-1] }()
	if n.Shape == inspect.Map {
		s.plainMap(n, v, path, depth)
	} else {
		s.plainList(n, v, path, depth)
	}
	if shown := len(n.Items); shown < n.Len {
		n.Cut = &Cut{More: n.Len - shown, Path: window(path, shown, min(shown+s.limit.Items, n.Len))}
	}
}

func (s *snapper) plainList(n *Node, v reflect.Value, path string, depth int) {
	whole, from, ok := cutWindow(path)
	if !ok {
		whole = path
	}
	for i := range v.Len() {
		if i >= s.items(depth) || s.left <= 0 {
			return
		}
		n.Items = append(n.Items, Item{Node: s.plain(v.Index(i).Interface(), keyPath(whole, from+i), depth+1)})
	}
}

func (s *snapper) plainMap(n *Node, v reflect.Value, path string, depth int) {
	type entry struct {
		sortKey
		key, elem reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for iter := v.MapRange(); iter.Next(); {
		e := entry{key: iter.Key(), elem: iter.Value()}
		if e.key.Kind() == reflect.Interface {
			e.key = e.key.Elem()
		}
		if e.sortKey = (sortKey{rank: rankOther}); e.key.IsValid() {
			e.sortKey = scalarKey(plainScalar(e.key))
		}
		if e.rank == rankOther {
			e.text = newSnapper(s.limit).key(e.key, depth+1).Line(0)
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b entry) int { return a.compare(b.sortKey) })
	for i, e := range entries {
		if i >= s.items(depth) || s.left <= 0 {
			return
		}
		key, below := s.key(e.key, depth+1), ""
		if key.Hidden {
			s.hiddenKeys++
		} else if key.Cut == nil {
			below = keyPath(path, key.Scalar)
		}
		n.Items = append(n.Items, Item{Key: key, Node: s.plain(e.elem.Interface(), below, depth+1)})
		if key.Hidden {
			s.hiddenKeys--
		}
	}
}

func (s *snapper) key(v reflect.Value, depth int) *Node {
	if !v.IsValid() {
		return s.plain(nil, "", depth)
	}
	return s.plain(v.Interface(), "", depth)
}
