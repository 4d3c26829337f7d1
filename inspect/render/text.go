package render

import (
	"io"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// Style says how text is laid out. The zero Style is plain text of 80 columns.
type Style struct {
	Width int       // columns; default 80, at least 20
	Color bool      // colours by role, with the escapes of ECMA-48
	Now   time.Time // times are given their distance from it; zero: none is
	Name  string    // what the value is called: 5 named x is written as x = 5; "": no name
	// Height is how many rows there are for a value to be read at a glance, 0 if all of it is to
	// be written. With a Height the parts of a value are unfolded as long as there are rows left
	// and take a line each otherwise, the zero fields of a large struct share a line, and so does
	// each piece of well-known plumbing.
	Height int
}

// indent is how far the parts of a value stand to the right of it.
const indent = 2

// maxAlign is the longest name that others are aligned with.
const maxAlign = 24

// WriteText writes n as text that looks like Go: on one line where that fits, else with one field,
// entry or element a line, short elements side by side, and three or more structs of one type as a
// table where that is shorter; a list of structs without a type, as functions answer, is a table in
// any case. In lists and maps the fields of a struct stand side by side too, and a time is just its
// distance from Style.Now. The text ends with a newline. Writing stops at the first error of out.
//
// The types of elements are left out where the list's or map's type tells them. Numbers and strings
// are as they can be typed. Strings, names, types and errors are escaped: no control character,
// invalid UTF-8 or change of writing direction comes out as it is. There are these marks:
//
//	≈value           read where it may change meanwhile; said once, where that begins
//	~value           it kept changing while it was read
//	copy value       a copy was exposed, not the application's own object
//	<redacted>       policy forbids to show it
//	<cycle: path>    a pointer leads back to the value at path, around this one
//	<same: path>     a pointer to the same struct as the one at path, shown there
//	<unreadable: …>  why it could not be read
//	… 12 more: path  so much was cut; path is the expression that shows what follows
func (n *Node) WriteText(out io.Writer, style Style) error {
	if style.Width == 0 {
		style.Width = 80
	}
	style.Width = max(style.Width, 20)
	if page := n.listing(); page != nil {
		return page.WriteText(out, style)
	}
	w := &writer{out: out, style: style, exact: apart(n, style.Now)}
	if n.splits() || n.isAnswer() { // otherwise there is nothing to fold
		w.tables = map[tablePlace]*table{}
		if style.Height > 0 {
			w.folder = &folder{}
		}
	}
	l := line{}
	if style.Name != "" {
		l.add(PlainRole, text.Escape(style.Name)+" = ")
	}
	if n.isAnswer() {
		if t := w.table(n, context{}.inside(n), indent); t != nil {
			w.writeTable(&l, t, n, context{}, 0)
			return w.err
		}
	}
	if w.folder != nil {
		w.unfold(n, context{}, l.width)
	}
	w.block(&l, n, context{}, 0)
	return w.err
}

// flush writes l and begins the next line, right columns from the left.
func (w *writer) flush(l *line, right int) {
	if w.err == nil {
		w.buf = append(l.appendTo(w.buf[:0], w.style.Color), '\n')
		_, w.err = w.out.Write(w.buf)
	}
	*l = line{spans: l.spans[:0]}
	l.pad(right)
}

// block writes n after what l already holds. The lines that follow begin right columns from the
// left. l is empty afterwards.
func (w *writer) block(l *line, n *Node, a context, right int) {
	if w.err != nil {
		return
	}
	start := l.mark()
	l.max = w.style.Width
	w.flat(l, n, a)
	if l.over {
		l.reset(start)
		l.max = 0
		if n.splits() && a.depth <= maxWritten {
			if !w.fold(l, n, a, right) {
				w.split(l, n, a, right)
			}
			return
		}
		w.flat(l, n, a)
	}
	w.flush(l, 0)
}

// splits reports whether n can be written on several lines.
func (n *Node) splits() bool {
	return n != nil && len(n.Items) > 0 && !n.Hidden && n.Cycle == "" && n.Same == "" &&
		(n.Shape == inspect.Struct || n.Shape == inspect.List || n.Shape == inspect.Map || n.Shape == inspect.Pointer)
}

func (w *writer) split(l *line, n *Node, a context, right int) {
	inside := a.inside(n)
	w.marks(l, n, a)
	if n.Shape == inspect.Pointer {
		l.add(PlainRole, "&")
		w.block(l, n.Items[0].Node, inside, right)
		return
	}
	if t := w.table(n, inside, right+indent); t != nil {
		w.writeTable(l, t, n, a, right)
		return
	}
	if a.brief && w.folder == nil && w.brief(l, n, a) {
		return
	}
	if parts := w.wraps(l, n, a); parts != nil {
		w.wrap(l, n, parts, a)
		return
	}
	open, end := w.brackets(l, n, a)
	l.add(PlainRole, open)
	w.flush(l, right+indent)
	if n.Shape == inspect.List && allScalars(n.Items) {
		w.flow(l, w.parts(n, inside, 0), right+indent)
		w.flush(l, right+indent)
	} else {
		w.lines(l, n, inside, right+indent)
	}
	w.finish(l, n, end, right)
}

// brief writes as many items of n as fit this line, and the expression that shows all of them. It
// returns false if there is no such expression, or no room for it.
func (w *writer) brief(l *line, n *Node, a context) bool {
	if n.Path == "" || n.Err != "" || !w.some(l, n, a, w.style.Width, n.Path) {
		return false
	}
	w.flush(l, 0)
	return true
}

// some writes the items of n that fit into that many columns, and path, the expression that shows
// all of them. Of a struct it leaves out fields that do not fit, and those that say little. It
// returns false, and writes nothing, if there is not even room for path.
func (w *writer) some(l *line, n *Node, a context, room int, path string) bool {
	inside := a.inside(n)
	shown, all := 0, len(n.Items)
	if n.Cut != nil {
		all += n.Cut.More
	}
	more := func() string {
		switch {
		case shown > 0:
			return "… " + text.Thousands(all-shown) + " more: " + text.Escape(path)
		case n.Shape != inspect.Struct:
			return "… " + countText(n) + ": " + text.Escape(path)
		}
		return "… " + text.Count(all, "field", "fields") + ": " + text.Escape(path)
	}
	start := l.mark()
	open, end := w.brackets(l, n, a)
	l.add(PlainRole, open)
	room -= text.Width(end)
	if over := l.width + text.Width(more()) - room; over > 0 {
		// A type may be long, and is the least of what there is to say.
		l.reset(start)
		typ := shortType(n.Type)
		if w.folder == nil || n.Type == a.elem || text.Width(typ)-over < minType {
			return false
		}
		l.add(TypeRole, text.Escape(text.Cut(typ, text.Width(typ)-over)))
		l.add(PlainRole, open)
	}
	for _, item := range n.Items {
		if w.folder != nil && n.Shape == inspect.Struct && item.Node.isDull(inside) {
			continue
		}
		part := line{max: w.style.Width}
		w.label(&part, n, item, inside)
		w.flat(&part, item.Node, inside)
		part.add(PlainRole, ", ")
		shown++
		if part.over || l.width+part.width+text.Width(more()) > room {
			if shown--; n.Shape != inspect.Struct {
				break
			}
			continue
		}
		l.append(part)
	}
	l.add(NoteRole, more())
	l.add(PlainRole, end)
	return true
}

// wraps returns the parts of a struct that is one of many, if each fits a line. Such a struct is
// written with several fields a line.
func (w *writer) wraps(l *line, n *Node, a context) []line {
	if !a.row || n.Shape != inspect.Struct && n.Shape != inspect.Map || n.Cut != nil || n.Err != "" {
		return nil
	}
	parts := w.parts(n, a.inside(n), w.style.Width)
	for _, p := range parts {
		if p.over || l.width+2+p.width > w.style.Width {
			return nil
		}
	}
	return parts
}

func (w *writer) wrap(l *line, n *Node, parts []line, a context) {
	open, end := w.brackets(l, n, a)
	l.add(PlainRole, open)
	w.flow(l, parts, l.width)
	l.add(PlainRole, end)
	w.flush(l, 0)
}

// finish writes what was cut from n, and its closing bracket if it has one. l stands where the next
// item would.
func (w *writer) finish(l *line, n *Node, end string, right int) {
	for _, s := range w.tail(n) {
		if s.role != PlainRole {
			l.add(s.role, s.text)
			w.flush(l, right+indent)
		}
	}
	*l = line{spans: l.spans[:0]}
	if end != "" {
		l.pad(right)
		l.add(PlainRole, end)
		w.flush(l, 0)
	}
}

// lines writes one item a line, the values of fields and entries aligned.
func (w *writer) lines(l *line, n *Node, inside context, right int) {
	zeros := w.zeros(n, inside)
	labels := make([]line, len(n.Items))
	widest := 0
	for i, item := range n.Items {
		if zeros[i] {
			continue
		}
		w.boundLabel(&labels[i], n, item, inside, w.style.Width-right)
		if width := labels[i].width; width <= maxAlign+2 {
			widest = max(widest, width)
		}
	}
	for i, item := range n.Items {
		if zeros[i] {
			continue
		}
		l.append(labels[i])
		l.pad(widest - labels[i].width)
		w.block(l, item.Node, inside, right)
		l.pad(right)
	}
	if len(zeros) > 0 {
		w.zeroLine(l, n, zeros, right)
	}
}

// minType is the fewest columns that a type is cut to.
const minType = 12

// minValue is how many columns a key leaves for its value.
const minValue = 12

// boundLabel is label for a line of that many columns. Of a key that is a composite and does not
// fit it writes the parts that do, and the expression that shows the keys.
func (w *writer) boundLabel(l *line, n *Node, item Item, inside context, columns int) {
	if item.Key == nil || w.folder == nil || !item.Key.splits() || n.Path == "" {
		w.label(l, n, item, inside)
		return
	}
	value := line{max: minValue}
	w.flat(&value, item.Node, inside)
	columns -= value.width + len(": ")
	l.max = columns + len(": ")
	w.label(l, n, item, inside)
	if !l.over {
		l.max = 0
		return
	}
	*l = line{}
	inside.elem = inside.key
	key := item.Key
	for ; key.Shape == inspect.Pointer && key.splits(); key = key.Items[0].Node {
		w.marks(l, key, inside)
		l.add(PlainRole, "&")
		inside = inside.inside(key)
	}
	w.marks(l, key, inside)
	if !key.splits() || !w.some(l, key, inside, columns, "keys("+n.Path+")") {
		w.flat(l, key, inside)
	}
	l.add(PlainRole, ": ")
}

func allScalars(items []Item) bool {
	for _, item := range items {
		if n := item.Node; n == nil || n.Shape != inspect.Scalar || n.Cut != nil || n.Hidden || n.Err != "" {
			return false
		}
	}
	return true
}

// parts writes each item of n on one line of at most max columns, with the comma after it.
func (w *writer) parts(n *Node, inside context, max int) []line {
	parts := make([]line, len(n.Items))
	for i, item := range n.Items {
		p := &parts[i]
		p.max = max
		w.label(p, n, item, inside)
		w.flat(p, item.Node, inside)
		if i < len(n.Items)-1 {
			p.add(PlainRole, ",")
		}
	}
	return parts
}

// flow adds as many parts to a line as fit. The lines that follow begin right columns from the
// left.
func (w *writer) flow(l *line, parts []line, right int) {
	for i, p := range parts {
		switch {
		case i == 0:
		case l.width+1+p.width > w.style.Width:
			w.flush(l, right)
		default:
			l.pad(1)
		}
		l.append(p)
	}
}
