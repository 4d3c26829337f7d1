package render

import (
	"math/bits"
	"reflect"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// expand reads what n contains: fields, elements, entries, the target of a pointer. It returns the
// path of src.
func (s *snapper) expand(n *Node, src Source, depth int) (path string) {
	defer catch(n)
	v := src.Value()
	at := composite{addr: v.Addr(), typ: v.Type(), word: v.IsWord(), path: s.path(src)}
	if s.isCycle(n, at) {
		return at.path
	}
	if s.limit.Taper {
		n.Path = at.path
	}
	s.ancestors = append(s.ancestors, at)
	defer func() { s.ancestors = s.ancestors[:len(s.ancestors)-1] }()
	switch n.Shape {
	case inspect.Pointer:
		s.target(n, src, depth)
	case inspect.Struct:
		if s.gloss(n, src, depth) {
			s.glossed++
			defer func() { s.glossed-- }()
		}
		if !s.lensed(n, src, depth) {
			s.fields(n, src, depth)
		}
	default:
		if !s.lensed(n, src, depth) {
			s.elements(n, src, depth)
		}
	}
	return at.path
}

// read adds to n, which is complete, what a lens says of it. No guard is held.
func (s *snapper) read(n *Node, src Source) {
	switch n.Shape {
	case inspect.Scalar, inspect.Chan, inspect.Func, inspect.Opaque:
	default:
		return
	}
	l, ok := src.(Lensed)
	if !ok || n.Hidden || n.Err != "" {
		return
	}
	shown, err := l.Lens()
	if err != nil || shown == nil {
		return
	}
	as := Snap(shown, Limit{Depth: 1, Items: 8, Bytes: maxGloss, Nodes: 16})
	switch text, isText := as.Scalar.(string); {
	case as.Hidden:
	case isText && as.Cut == nil:
		n.Gloss = text
	default:
		n.Gloss = as.Line(maxGloss)
	}
}

// lensed turns n into what a lens shows of the composite, and reports whether there is a lens.
func (s *snapper) lensed(n *Node, src Source, depth int) bool {
	l, ok := src.(Lensed)
	if !ok {
		return false
	}
	shown, err := l.Lens()
	if err != nil {
		n.Err = err.Error()
	}
	if shown == nil {
		return false
	}
	s.left++ // n and the node of the lens are one
	as := s.node(shown, depth)
	as.Type, as.Addr, as.Path = n.Type, n.Addr, n.Path
	as.Mark |= n.Mark
	*n = *as
	return true
}

// isCycle reports whether at contains itself, and says so in n.
func (s *snapper) isCycle(n *Node, at composite) bool {
	for _, p := range s.ancestors {
		if at.addr != 0 && p.addr == at.addr && p.typ == at.typ && p.word == at.word {
			n.Cycle = p.path
			if n.Cycle == "" {
				n.Cycle = unnamedPlace
			}
			return true
		}
	}
	return false
}

// target reads what a pointer points at. A pointer to a struct shares a node with it; a pointer to
// anything else is a node of its own.
func (s *snapper) target(n *Node, src Source, depth int) {
	elem, err := src.Elem()
	if err != nil {
		n.Err = err.Error()
		return
	}
	if elem == nil {
		setNil(n, false)
		return
	}
	v := elem.Value()
	switch shape := v.Shape(); {
	case v.Kind() == reflect.Struct && (shape != inspect.Scalar || v.Computed()) && shape != inspect.Pointer && shape != inspect.Interface:
		rest := s.open(n, elem, depth)
		n.Type = "*" + inspect.TypeName(v.Type())
		if rest != nil {
			s.shared(n, rest, depth)
		}
	case depth >= s.limit.Depth || s.left <= 0:
		n.Cut = &Cut{Path: s.here()}
	default:
		within := s.cell
		s.cell = cell{} // text may unfold it
		s.pointers++
		n.Items = []Item{{Node: s.node(elem, depth+1)}}
		s.pointers--
		s.cell = within
		s.cell.shows = true
	}
}

// shared expands a struct that a pointer points at. It notes in n if the struct was shown in full
// behind another pointer.
func (s *snapper) shared(n *Node, src Source, depth int) {
	v := src.Value()
	at := target{v.Addr(), v.Type()}
	first, seen := s.shown[at]
	if s.limit.Once && seen && first != "" {
		n.Same = first
		s.gloss(n, src, depth)
		return
	}
	path := s.expand(n, src, depth)
	switch {
	case n.Cycle != "" || n.Cut != nil || n.Err != "" || at.addr == 0 || at.typ.Size() == 0:
	case seen:
		n.Same = first
	case s.glossed > 0 && n.Gloss == "": // text does not show it here
	default:
		if s.shown == nil {
			s.shown = map[target]string{}
		}
		s.shown[at] = path
	}
}

func (s *snapper) fields(n *Node, src Source, depth int) {
	fields := src.Value().Fields()
	if depth >= s.limit.Depth && len(fields) > 0 {
		n.Cut = &Cut{Path: s.here()}
		return
	}
	count := 0
	for i := range fields {
		if fields[i].Name != "_" {
			count++
		}
	}
	first := len(s.parts) // those of n; the parts around n stand before them
	row := s.cell.row
	s.cell.row = false
	within := s.cell
	defer func() {
		if s.parts = s.parts[:first]; row {
			s.cell = within
		}
	}()
	s.cell.shows = within.shows || strings.HasPrefix(n.Type, "*")
	read := func(now func(Source) bool) {
		nodes := make([]Node, max(0, min(count, s.left)))
		n.Items, s.parts = make([]Item, 0, len(nodes)), s.parts[:first]
		for i := range fields {
			f := &fields[i]
			if f.Name == "_" {
				continue
			}
			c, ok := src.Field(f.Index)
			if !ok {
				continue
			}
			if s.left <= 0 || !row && s.full() {
				if n.Cut == nil {
					n.Cut = &Cut{Path: s.here()}
				}
				n.Cut.More++
				continue
			}
			s.left--
			child := &nodes[len(n.Items)]
			n.Items = append(n.Items, Item{Name: f.Name, Node: child})
			part := opening{src: c}
			if part.later = !now(c); !part.later {
				part.rest = s.open(child, c, depth+1)
			}
			if s.cell.left -= len(", : ") + text.Width(f.Name); part.rest == nil && !part.later && !row {
				s.use(child)
			}
			s.parts = append(s.parts, part)
		}
	}
	err := src.Consistent(read)
	count = len(n.Items)
	if err != nil {
		s.onlyWords(n, src, s.parts[first:], err)
	}
	open := 0
	for i := range count {
		part := &s.parts[first+i]
		if part.later {
			part.rest = s.open(n.Items[i].Node, part.src, depth+1)
		}
		if part.rest != nil {
			open++
		}
	}
	// What follows a part in its cell leaves it no less room.
	s.cell.left = within.left
	for i := range count {
		part := s.parts[first+i] // a copy: the parts of what lies in it are added
		child := n.Items[i].Node
		s.cell.left -= len(", : ") + text.Width(n.Items[i].Name)
		if part.rest == nil {
			s.read(child, part.src)
			if !row {
				s.use(child)
			}
			continue
		}
		switch {
		case row && within.bounded:
			s.cell = s.cellOf(n, s.parts[first:first+count], i)
		case s.full():
			child.Cut = &Cut{Path: s.path(part.rest)}
			open--
			continue
		}
		reserved := s.reserve(open, s.minField())
		s.expand(child, part.rest, depth+1)
		s.left += reserved
		open--
	}
}

// An opening is a field that is being read.
type opening struct {
	src   Source
	rest  Source // what is still to be expanded; nil if it is complete
	later bool   // it is read after the others
}

// onlyWords makes the fields of a struct that could not be read in one moment unreadable, err
// saying why: all but single words, pointers, and structs, which are asked for their own fields.
func (s *snapper) onlyWords(n *Node, src Source, parts []opening, err error) {
	if n.Items == nil {
		n.Err = err.Error()
		return
	}
	types := map[string]reflect.Type{}
	for _, f := range src.Value().Fields() {
		types[f.Name] = f.Type
	}
	for i, item := range n.Items {
		t := types[item.Name]
		if oneWord(t) || item.Node.Hidden || t.Kind() == reflect.Struct && (parts[i].rest != nil || item.Node.Shape == inspect.Opaque) {
			continue
		}
		parts[i].rest = nil
		*item.Node = Node{Shape: inspect.ShapeOf(t), Type: inspect.TypeName(t), Err: err.Error()}
	}
}

// oneWord reports whether a value of t is read in one piece, and understood by itself.
func oneWord(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return t.PkgPath() == "sync/atomic" && t.Name() != "Value"
	case reflect.Map, reflect.Slice, reflect.Array, reflect.Interface, reflect.String, reflect.Complex64, reflect.Complex128:
		return false
	}
	return t.Size() <= bits.UintSize/8
}

// elements reads the elements of a list or the entries of a map.
func (s *snapper) elements(n *Node, src Source, depth int) {
	var err error
	if n.Len, err = src.Len(); err != nil {
		n.Err = err.Error()
		return
	}
	if n.Len == 0 {
		return
	}
	if depth >= s.limit.Depth {
		n.Cut = &Cut{Path: s.here()}
		return
	}
	most, more := s.items(depth), false
	before := s.left
	s.cell.row = false
	s.cell.shows = s.cell.shows || !isArray(n.Type)
	lines, within := s.beginLines(min(most, n.Len)), s.cell
	defer func() {
		if lines {
			s.cell = within
		}
	}()
	left := within.left
	err = src.Each(most+1, func(key, elem Source) (bool, error) {
		if n.Shape == inspect.Map {
			// Any entry may come to be the first, once they are sorted.
			left, s.cell.left = left+s.cell.left-within.left, within.left
		}
		if len(n.Items) >= most || s.left <= 0 || s.full() || len(n.Items) == manyTooDeep && shownUntil(n) == 0 {
			more = true
			return false, nil
		}
		reserved := s.reserve(min(most, n.Len)-len(n.Items), s.minElement())
		item := s.item(n, key, elem, depth+1, lines)
		s.left += reserved
		n.Items = append(n.Items, item)
		// The way to an element begins with the list's header, or with the map.
		n.Mark |= item.Node.Mark & inspect.Racy
		return true, nil
	})
	if n.Shape == inspect.Map {
		s.cell.left += left - within.left
	}
	shown := len(n.Items)
	switch {
	case err != nil:
		n.Err = err.Error()
	case more:
		n.Len = max(n.Len, shown+1)
		n.Cut = &Cut{More: n.Len - shown, Path: window(s.here(), shown, min(shown+s.limit.Items, n.Len))}
	default:
		// The walk saw all that there is by now.
		n.Len = shown
	}
	if at := shownUntil(n); at == 0 {
		n.Items, n.Cut = nil, &Cut{Path: s.here()}
		s.left = before
	} else if at > 0 {
		s.left += shown - at
		n.Items = n.Items[:at]
		n.Cut = &Cut{More: n.Len - at, Path: window(s.here(), at, min(at+s.limit.Items, n.Len))}
	}
	if n.Shape == inspect.Map {
		slices.SortStableFunc(n.Items, func(a, b Item) int { return a.Key.Compare(b.Key) })
	}
}

// manyTooDeep is how many elements are read to see that all of a list or map are too deep to show
// anything.
const manyTooDeep = 8

// shownUntil returns how many elements of n to keep if the rest are all too deep to show anything:
// none of a map unless all are. It is -1 if n stays as it is.
func shownUntil(n *Node) int {
	at := len(n.Items)
	for ; at > 0; at-- {
		e := n.Items[at-1].Node
		if e.Cut == nil || e.Cut.More > 0 || e.Items != nil || e.Hidden {
			break
		}
	}
	if at == len(n.Items) || n.Err != "" || n.Shape == inspect.Map && at > 0 {
		return -1
	}
	return at
}

// item reads an element or entry of n. line says that it has a line of its own in text.
func (s *snapper) item(n *Node, key, elem Source, depth int, line bool) (item Item) {
	if n.Shape == inspect.Map && key != nil {
		item.Key = s.node(key, depth)
		// Under a guard that was only found, keys are copied. Nobody needs to be told.
		item.Key.Mark &^= inspect.Copied
		item.Key.Gloss = "" // what is shown of a key can be typed
		if item.Key.Hidden {
			s.hiddenKeys++
			defer func() { s.hiddenKeys-- }()
		}
	}
	if line {
		s.cell = cell{bounded: true, left: s.limit.Line + slack, row: true}
	}
	item.Node = s.node(elem, depth)
	if line {
		s.cell = cell{}
	} else {
		s.cell.left -= len(", ")
	}
	return item
}
