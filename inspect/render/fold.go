package render

import (
	"bytes"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// A folder decides which parts of a value are unfolded, each of their fields or entries on a line,
// and which stay on one line. It starts with one line for each part of the root, and unfolds what
// fits into the rows that are left: first what lies directly in the root, then what lies in that.
type folder struct {
	open map[*Node]bool
	// found holds the parts that were folded while a node was written.
	found []foldable
}

// A foldable is a part that can be unfolded, and where it begins.
type foldable struct {
	node  *Node
	at    context
	left  int // columns of the line that stand before it
	right int // where the lines that follow begin
}

// unfold decides what is unfolded of n, which is called style.Name and written at a.
func (w *writer) unfold(n *Node, a context, named int) {
	w.folder.open = map[*Node]bool{}
	rows, queue := w.try(foldable{n, a, named, 0})
	left := w.style.Height - rows
	for ; len(queue) > 0 && left > 0; queue = queue[1:] {
		part := queue[0]
		rows, parts := w.try(part)
		if rows-1 > left {
			continue
		}
		w.folder.open[part.node] = true
		left -= rows - 1
		queue = append(queue, parts...)
	}
}

// try returns the rows that part takes if it is unfolded and nothing in it is, and the parts in it
// that can be.
func (w *writer) try(part foldable) (rows int, parts []foldable) {
	var out bytes.Buffer
	dry := &writer{out: &out, style: w.style, exact: w.exact, tables: w.tables, folder: &folder{open: map[*Node]bool{part.node: true}}}
	dry.style.Color = false
	l := line{}
	l.pad(part.left)
	dry.block(&l, part.node, part.at, part.right)
	for written := range bytes.Lines(out.Bytes()) {
		width := text.Width(string(bytes.TrimSuffix(written, []byte("\n"))))
		rows += text.Rows(width, w.style.Width)
	}
	return rows, dry.folder.found
}

// fold writes n, which does not fit the line, on that line, and reports whether it could. The
// elements of a list and the entries of a map always stay folded: they look alike, so that none of
// them is shown in another way than the rest.
func (w *writer) fold(l *line, n *Node, a context, right int) bool {
	if w.folder == nil || !a.part || n.Shape == inspect.Pointer || w.folder.open[n] {
		return false
	}
	start := l.mark()
	w.marks(l, n, a)
	if !w.brief(l, n, a) {
		l.reset(start)
		return false
	}
	if !a.many && !n.plumbing {
		w.folder.found = append(w.folder.found, foldable{n, a, start.width, right})
	}
	return true
}
