package render

import (
	"cmp"
	"io"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A writer writes nodes.
type writer struct {
	out   io.Writer
	style Style
	err   error  // the first error of out; nothing is written after it
	buf   []byte // the line that is written

	// cell says that a table's cell is written, in which no cut has an address: half of it might be
	// left out, and the address of the row stands below the table. cut says that there was a cut.
	cell, cut bool

	folder *folder // nil if everything is unfolded

	tables map[tablePlace]*table // that were made, nil for those that are none; a nil map remembers none

	exact map[*Node]bool // the times whose distance would not tell them apart; see apart
}

// A context is what a node needs to know of the node around it.
type context struct {
	key   string       // the type that every key has
	elem  string       // the type that every element has
	mark  inspect.Mark // what has been said already
	depth int
	inner bool // not the root
	row   bool // in a list or map: one of many
	brief bool // one line is enough, if an expression shows the whole
	part  bool // within the root, and within what the root points at
	many  bool // directly in a list or map of more than one
	asKey bool // a map's key
	inKey bool // in a map's key
}

// inside is the context of n's items.
func (a context) inside(n *Node) context {
	key, elem := partTypes(n.Type)
	many := n.Shape == inspect.List || n.Shape == inspect.Map
	return context{
		key: key, elem: elem, mark: a.mark | n.mark(), depth: a.depth + 1, inner: true,
		row: a.row || many, brief: a.depth > 0 || many && len(n.Items) > 1,
		part: a.part || n.Shape != inspect.Pointer, many: many && len(n.Items) > 1,
		inKey: (a.asKey || a.inKey) && n.Shape != inspect.Pointer, // nobody types what a pointer leads to
	}
}

// maxWritten bounds the depth of the nodes that are written. Those of Snap are never deeper,
// counting keys and pointers that are nodes.
const maxWritten = 2*maxDepth + 2

// flat adds n on one line.
func (w *writer) flat(l *line, n *Node, a context) {
	if l.over {
		return
	}
	if n == nil {
		l.add(NoteRole, "nil")
		return
	}
	if a.depth > maxWritten {
		l.add(NoteRole, "…")
		return
	}
	w.marks(l, n, a)
	if w.leaf(l, n, a) {
		return
	}
	open, end := w.brackets(l, n, a)
	l.add(PlainRole, open)
	inside := a.inside(n)
	for i, item := range n.Items {
		if l.over {
			return
		}
		if i > 0 {
			l.add(PlainRole, ", ")
		}
		w.label(l, n, item, inside)
		w.flat(l, item.Node, inside)
	}
	if tail := w.tail(n); len(tail) > 0 {
		if len(n.Items) > 0 {
			l.add(PlainRole, ", ")
		}
		for _, p := range tail {
			l.add(p.role, p.text)
		}
	}
	l.add(PlainRole, end)
}

// mark is n's Mark. A list or map whose items are all racy is racy itself, to say so once.
func (n *Node) mark() inspect.Mark {
	if n.Shape != inspect.List && n.Shape != inspect.Map || len(n.Items) == 0 {
		return n.Mark
	}
	for _, item := range n.Items {
		if item.Node == nil || item.Node.Mark&inspect.Racy == 0 {
			return n.Mark
		}
	}
	return n.Mark | inspect.Racy
}

// marks adds the marks that n has and its context has not.
func (w *writer) marks(l *line, n *Node, a context) {
	fresh := n.mark() &^ a.mark
	if fresh&inspect.Copied != 0 && !a.inner && (n.Shape == inspect.Struct || n.Shape == inspect.List || n.Shape == inspect.Map) {
		l.add(NoteRole, "copy ")
	}
	switch {
	case fresh&inspect.Torn != 0:
		l.add(NoteRole, "~")
	case fresh&inspect.Racy != 0:
		l.add(NoteRole, "≈")
	}
}

// label adds the name or key of an item.
func (w *writer) label(l *line, n *Node, item Item, inside context) {
	switch {
	case item.Key != nil:
		inside.elem, inside.asKey = inside.key, true
		w.flat(l, item.Key, inside)
		l.add(PlainRole, ": ")
	case n.Shape == inspect.Struct:
		l.add(NameRole, text.Escape(item.Name))
		l.add(PlainRole, ": ")
	}
}

// leaf adds a node without items, and reports whether n is one.
func (w *writer) leaf(l *line, n *Node, a context) bool {
	switch {
	case n.Hidden:
		l.add(alarmRole, "<redacted>")
	case n.Cycle != "" && a.row:
		l.add(NoteRole, "<cycle>")
	case n.Cycle != "":
		l.add(NoteRole, "<cycle: "+text.Escape(n.Cycle)+">")
	case n.Gloss != "" && n.Shape == inspect.Struct && a.part && w.folder != nil:
		l.add(TypeRole, text.Escape(shortType(n.Type)))
		l.add(PlainRole, "(")
		if n.glossMark&^(a.mark|n.mark())&inspect.Racy != 0 {
			l.add(NoteRole, "≈")
		}
		l.add(PlainRole, text.Escape(n.Gloss)+")")
	case n.Same != "" && w.cell:
		l.add(NoteRole, "<same>")
	case n.Same != "":
		l.add(NoteRole, "<same: "+text.Escape(n.Same)+">")
	case n.Err != "" && len(n.Items) == 0:
		l.add(alarmRole, "<unreadable: "+text.Escape(n.Err)+">")
	case n.Shape == inspect.Nil:
		l.add(NumberRole, text.Escape(cmp.Or(n.Text, "nil")))
	case n.Shape == inspect.Scalar:
		w.scalar(l, n, a)
	case n.Shape == inspect.Func:
		l.add(TypeRole, "func ")
		l.add(PlainRole, text.Escape(text.ShortPaths(n.Text)))
		n.addGloss(l)
	case n.Shape == inspect.Chan, n.Shape == inspect.Opaque, n.Shape == inspect.Interface:
		l.add(TypeRole, text.Escape(shortType(n.Type)))
		s := text.Escape(n.Text)
		if n.Type != "" && s != "" {
			s = "(" + s + ")"
		}
		l.add(PlainRole, s)
	default:
		return false
	}
	return true
}

// addGloss adds what n means besides.
func (n *Node) addGloss(l *line) {
	if s := cmp.Or(n.Gloss, n.Constant()); s != "" {
		l.add(NoteRole, " ("+text.Escape(s)+")")
	}
}

func (w *writer) scalar(l *line, n *Node, a context) {
	s := text.Escape(n.Text)
	if a.asKey || a.inKey {
		if s, role, ok := n.typedKey(a); ok {
			l.add(role, s)
			return
		}
	}
	switch x := n.Scalar.(type) {
	case string:
		l.add(stringRole, text.Quote(x))
	case []byte:
		if isText(x) {
			s = text.Quote(string(x))
		}
		l.add(TypeRole, text.Escape(cmp.Or(n.Type, "[]byte")))
		l.add(PlainRole, "(")
		l.add(stringRole, s)
		l.add(PlainRole, ")")
	case time.Time:
		switch {
		case x.IsZero():
			l.add(NumberRole, "zero time")
		case w.style.Now.IsZero():
			l.add(NumberRole, s)
		case a.row && !w.exact[n]:
			l.add(NumberRole, distance(x, w.style.Now))
		case a.row:
			l.add(NumberRole, s)
		default:
			l.add(NumberRole, s)
			l.add(NoteRole, " ("+distance(x, w.style.Now)+")")
		}
	default:
		l.add(NumberRole, s)
	}
	n.addGloss(l)
	if n.Cut != nil {
		l.add(NoteRole, " "+w.cutText(n))
	}
}

// cutText says how much of n was cut and which expression shows it.
func (w *writer) cutText(n *Node) string {
	s := "…"
	switch {
	case n.Cut.More > 0:
		s += " " + text.Thousands(n.Cut.More) + " more"
		if n.Shape == inspect.Scalar {
			s += " bytes"
		}
	case n.Len > 0:
		s += " " + countText(n)
	}
	if w.cell {
		w.cut = true
	} else if n.Cut.Path != "" {
		s += ": " + text.Escape(n.Cut.Path)
	}
	return s
}

// countText says how many elements or entries n has.
func countText(n *Node) string {
	if n.Shape == inspect.Map {
		return text.Count(n.Len, "entry", "entries")
	}
	return text.Count(n.Len, "element", "elements")
}

// tail returns what follows the last item of n: what was cut, and what could not be read.
func (w *writer) tail(n *Node) (tail []span) {
	if n.Cut != nil {
		tail = append(tail, span{NoteRole, w.cutText(n)})
	}
	if n.Err != "" {
		if tail != nil {
			tail = append(tail, span{PlainRole, ", "})
		}
		tail = append(tail, span{alarmRole, "<unreadable: " + text.Escape(n.Err) + ">"})
	}
	return tail
}

// brackets adds n's type where it is not known already, and returns what stands around the items.
func (w *writer) brackets(l *line, n *Node, a context) (open, end string) {
	if n.Shape == inspect.Pointer {
		return "&", ""
	}
	isList := n.Shape == inspect.List
	if isList && (n.Type == "" || a.inKey || a.asKey && n.Type == a.elem) {
		return "[", "]"
	}
	if n.Type != a.elem && !a.inKey {
		l.add(TypeRole, text.Escape(shortType(n.Type)))
	}
	return "{", "}"
}

// Line writes n on one line of at most max columns, 0 for any number. If something is cut the line
// ends in an ellipsis. It contains nothing that a terminal would obey.
func (n *Node) Line(max int) string { return n.line(max, context{}) }

// UnmarkedLine writes n as Line does, without what that says of how n was read. It is how a key stands
// in JSON.
func (n *Node) UnmarkedLine(max int) string { return n.line(max, context{mark: ^inspect.Mark(0)}) }

// KeyLine writes the key of an item of n as Line does, and as it stands in the map: as one types it,
// with its type where that is not the type of its literal.
func (n *Node) KeyLine(item Item, max int) string {
	inside := context{}.inside(n)
	inside.elem, inside.asKey = inside.key, true
	return item.Key.line(max, inside)
}

func (n *Node) line(max int, a context) string {
	l := &line{max: max}
	(&writer{}).flat(l, n, a)
	if !l.over {
		return l.text(false)
	}
	return text.Fit(l.text(false), max-1) + "…"
}
