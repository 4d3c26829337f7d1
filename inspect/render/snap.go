package render

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// maxDepth is the most that Limit.Depth can ask for, so that no value overflows the stack of
// whoever reads it or writes its snapshot.
const maxDepth = 100

// maxHops bounds how many interfaces and lenses are opened to find the content of a value.
const maxHops = 8

// unnamedPlace stands in Node.Cycle for a value that no expression reaches.
const unnamedPlace = "a value around it"

// Snap takes a bounded copy of what src shows. It always returns a tree: what cannot be read, what
// policy hides, what leads back to itself and what exceeds the limit becomes a Node that says so,
// and the rest is there. It reads through src only, so the snapshot holds nothing that src's policy
// forbids. A nil Source, and one whose Value is the zero Value, give a Node of the shape Nil.
//
// The numbers, strings and other small fields of a struct are read together, in one moment if src
// has a guard. Lists, maps and what lies behind pointers are read after that, each by itself. If
// the guard cannot be had, single words are shown, and the rest says why not.
//
// A cut names the expression for the next part: after the first 64 entries of cache.items that is
// cache.items[64:128], in the order of the walk. The first entries of a map's walk are shown,
// sorted by key.
func Snap(src Source, limit Limit) *Node {
	s := newSnapper(limit)
	if limit.Line > 0 && limit.Room > 0 && limit.Taper && src != nil && src.Path() != "" {
		s.cell = cell{bounded: true, left: limit.Room + slack, row: limit.Room == limit.Line}
	}
	return s.node(src, 0)
}

type snapper struct {
	limit      Limit
	left       int         // nodes that may still be made
	leftText   int         // bytes of strings that may still be shown
	ancestors  []composite // the composites around this one, the outermost first
	hiddenKeys int         // how many hidden keys are on the way; paths would show them

	shown map[target]string // structs behind pointers, by the path that showed them first

	glossed int // how many structs on the way have a gloss in place of their parts

	parts []opening // of the structs that are being read, the outermost first

	cell cell // what is being read in

	pointers int // how many pointers on the way are nodes of their own
}

// A composite is a value with items. A struct and its first field share an address, so the type
// belongs to it.
type composite struct {
	addr uintptr
	typ  reflect.Type
	// word says that it lies nowhere: addr is where it points, and a field of what lies there, the first
	// one, may have the same address and type.
	word bool
	path string
}

// A target is what a pointer points at.
type target struct {
	addr uintptr
	typ  reflect.Type
}

func newSnapper(limit Limit) *snapper {
	s := limited(limit)
	return &s
}

// limited returns a snapper with limit, and defaults where it says nothing.
func limited(limit Limit) snapper {
	fill := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
		*n = max(*n, 0)
	}
	fill(&limit.Depth, 4)
	fill(&limit.Items, 64)
	fill(&limit.Bytes, 1024)
	fill(&limit.Nodes, 10_000)
	fill(&limit.Text, math.MaxInt)
	fill(&limit.Below, 8)
	limit.Depth = min(limit.Depth, maxDepth)
	return snapper{limit: limit, left: limit.Nodes, leftText: limit.Text}
}

// tapered is by what Limit.Below is divided one, two, and three or more hops down.
var tapered = [...]int{1, 2, 8}

// items and bytes are how much is shown at that depth. A pointer that is a node of its own does not
// count as a hop.
func (s *snapper) items(depth int) int {
	if depth -= s.pointers; !s.limit.Taper || depth <= 0 {
		return s.limit.Items
	}
	return min(s.limit.Items, max(s.limit.Below/tapered[min(depth, len(tapered))-1], 1))
}

func (s *snapper) bytes(depth int) int {
	const least = 128
	all := s.limit.Bytes
	for depth -= s.pointers; s.limit.Taper && depth > 0 && all > least; depth-- {
		all = max(all/4, least)
	}
	return min(all, max(s.leftText, 0))
}

// reserve takes nodes out of s.left for the parts that follow the next of so many parts, as that may
// lead to everything else and use up all that is left. It returns how many; whoever calls it adds
// them again. A part may take at least that many nodes.
func (s *snapper) reserve(parts, least int) (reserved int) {
	if parts > 1 {
		reserved = max(0, s.left-max(s.left/parts, least))
		s.left -= reserved
	}
	return reserved
}

// minShare is how many nodes a part may take although others need some too.
const minShare = 16

// minElement is that of an element: a sixteenth of all. A list that has to be cut so shows its first
// elements whole, and not a bit of each.
func (s *snapper) minElement() int { return max(s.limit.Nodes/16, minShare) }

// minField is that of a field: most of what is left, since what follows may need less.
func (s *snapper) minField() int { return max(s.left/4*3, minShare) }

func (s *snapper) path(src Source) string {
	if s.hiddenKeys > 0 {
		return ""
	}
	return src.Path()
}

// here is the path of the composite that is being expanded.
func (s *snapper) here() string { return s.ancestors[len(s.ancestors)-1].path }

func (s *snapper) node(src Source, depth int) *Node {
	n := &Node{}
	s.left--
	if rest := s.open(n, src, depth); rest != nil {
		s.expand(n, rest, depth)
		return n
	}
	if src != nil {
		s.read(n, src)
	}
	s.use(n)
	return n
}

// catch turns a panic of a Source into n's error. Only a runtime error's text is shown, since an
// application's own may contain anything.
func catch(n *Node) {
	switch p := recover().(type) {
	case nil:
	case runtime.Error:
		n.Err = "panic while reading it: " + p.Error()
	default:
		n.Err = fmt.Sprintf("panic while reading it: a %T", p)
	}
}

// open writes into n what src's own memory tells. It follows no pointer and walks no list. It
// returns the Source that is still to be expanded, nil if n is complete.
func (s *snapper) open(n *Node, src Source, depth int) (rest Source) {
	defer catch(n)
	for hop := 0; ; hop++ {
		if src == nil {
			setNil(n, hop > 0)
			return nil
		}
		v := src.Value()
		n.Shape, n.Mark, n.Addr, n.boxed = v.Shape(), n.Mark|v.Mark(), v.Addr(), hop > 0
		if v.IsValid() {
			n.Type = inspect.TypeName(v.Type())
		}
		if src.Hidden() {
			n.Hidden = true
			return nil
		}
		if isNil, err := v.IsNil(); err != nil {
			n.Err = err.Error()
			return nil
		} else if isNil {
			setNil(n, hop > 0)
			return nil
		}
		if n.Shape != inspect.Interface {
			break
		}
		elem, err := src.Elem()
		if err == nil && hop == maxHops {
			err = fmt.Errorf("more than %d interfaces in each other", maxHops)
		}
		if err != nil {
			n.Err = err.Error()
			return nil
		}
		if elem == nil {
			setNil(n, hop > 0)
			return nil
		}
		src = elem
	}
	switch n.Shape {
	case inspect.Struct:
		if v := src.Value(); v.Described() {
			if text, err := src.Describe(); err == nil && text != "" {
				n.Shape, n.Text = inspect.Opaque, text
				return nil
			}
		}
		return src
	case inspect.Map, inspect.Pointer:
		return src
	case inspect.List:
		if !isBytes(src.Value().Type()) {
			return src
		}
		s.text(n, src, depth)
	case inspect.Scalar:
		if src.Value().Kind() == reflect.String {
			s.text(n, src, depth)
			break
		}
		s.scalar(n, src, depth)
	case inspect.Chan:
		s.channel(n, src)
	default:
		s.describe(n, src)
	}
	return nil
}

// setNil makes n a nil of n.Type. An interface that holds a nil is not nil itself, so its content's
// type is shown.
func setNil(n *Node, boxed bool) {
	n.Shape, n.Text = inspect.Nil, "nil"
	if boxed && n.Type != "" {
		n.Text = "(" + n.Type + ")(nil)"
	}
}

func isBytes(t reflect.Type) bool {
	return (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() == reflect.Uint8
}

func (s *snapper) scalar(n *Node, src Source, depth int) {
	x, err := src.Scalar()
	if err != nil {
		n.Err = err.Error()
		return
	}
	if x == nil {
		setNil(n, false)
		return
	}
	n.Scalar = x
	if t := src.Value().Type(); t.Kind() == reflect.Int64 && t.Name() == "Duration" {
		if d, ok := asInt64(x); ok && time.Duration(d).Abs() >= time.Microsecond { // less is a special value, or no time
			n.Gloss = time.Duration(d).String()
		}
	}
	if named, ok := src.(Named); ok {
		n.Constants = named.Constants()
	}
	n.Text = scalarText(x)
	if text, ok := x.(string); ok {
		// No expression shows a part of a computed text.
		s.setText(n, []byte(text), len(text), func() string { return "" }, depth)
	}
}

// asInt64 returns the integer x, unless it is a time.Duration, which shows its time by itself.
func asInt64(x any) (n int64, ok bool) {
	switch x := x.(type) {
	case int:
		return int64(x), true
	case int64:
		return x, true
	}
	return 0, false
}

func (s *snapper) channel(n *Node, src Source) {
	var err error
	if n.Len, err = src.Len(); err == nil {
		n.Cap, err = src.Value().Cap()
	}
	if err != nil {
		n.Err = err.Error()
		return
	}
	s.describe(n, src)
}

func (s *snapper) describe(n *Node, src Source) {
	text, err := src.Describe()
	n.Text = text
	if err != nil {
		n.Err = err.Error()
	}
}

// text reads a string or a list of bytes.
func (s *snapper) text(n *Node, src Source, depth int) {
	// Ask for one byte more than is kept, and so for at least one.
	b, length, err := src.Bytes(0, s.bytes(depth)+1)
	if err != nil {
		n.Err = err.Error()
		return
	}
	s.setText(n, b, length, func() string { return s.path(src) }, depth)
}

// setText makes n the string or list of bytes of that length that begins with b. It asks for the
// path of what it cuts.
func (s *snapper) setText(n *Node, b []byte, length int, path func() string, depth int) {
	most := s.bytes(depth)
	n.Len = length
	if len(b) > most {
		if b = b[:most]; len(text.Whole(b)) > 0 {
			b = text.Whole(b)
		}
	}
	s.leftText -= len(b)
	switch {
	case n.Shape == inspect.Scalar:
		n.Text = string(b)
		n.Scalar = n.Text
	case isText(b):
		n.Shape, n.Text, n.Scalar = inspect.Scalar, string(b), b
	default:
		b = b[:min(len(b), (most+3)/4)]
		n.Shape, n.Text, n.Scalar = inspect.Scalar, fmt.Sprintf("0x%x", b), b
	}
	if len(b) < length {
		n.Cut = &Cut{More: length - len(b), Path: window(path(), len(b), min(len(b)+s.limit.Bytes, length))}
	}
}
