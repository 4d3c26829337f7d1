package render

import (
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

const (
	// minRows is how many structs make a table although each fits a line.
	minRows = 3
	// maxCell is the widest that a cell may be, and minCell the narrowest it is cut to if an
	// expression shows the whole row.
	maxCell = 40
	minCell = 16
)

// A table is a list or map of structs of one type, written as rows.
type table struct {
	typ     string // the type of the rows, if the list does not tell
	rows    []*Node
	structs int
	whole   []bool // rows that are no structs, such as nil, written as they are
	lead    []line // of each row: its marks and key
	leads   int    // the width of the widest lead
	columns []column
	filled  []column // all of them, with cells as wide as they were tried last
	path    string   // the expression for one row, "" if rows may not be cut
	missing []string // columns left out or with cut cells
	common  []string // columns left out because all cells are the same, and that cell
	zeros   []string // columns left out because all cells are zero
}

// A column is one field of all rows.
type column struct {
	index int // of the field
	name  string
	cells []line
	width int
	right bool // its cells are numbers, which stand at the right
	cut   bool // some cell is cut
	same  bool // all its cells are the same
	keys  bool // its cells are the keys of the rows
	zero  bool // its cells are all zero, of structs that show such fields by their names
}

// table returns n as a table, nil if it cannot be one or reads better as lines. It is made once for
// a place on the screen: the folder asks for it too.
func (w *writer) table(n *Node, inside context, right int) *table {
	place := tablePlace{n, inside, right}
	t, made := w.tables[place]
	if !made {
		t = w.newTable(n, inside, right)
		if w.tables != nil {
			w.tables[place] = t
		}
	}
	return t
}

// A tablePlace is where a list or map may stand as a table.
type tablePlace struct {
	node   *Node
	inside context
	right  int
}

func (w *writer) newTable(n *Node, inside context, right int) *table {
	t := rowsOf(n)
	answer := n.isAnswer()
	if t == nil || t.structs < 2 && !answer {
		return nil
	}
	room := w.style.Width - right
	plain, asLines := w.leadRows(t, n, inside, room)
	asLines = asLines && !answer
	if asLines && t.structs < minRows {
		return nil
	}
	for _, most := range []int{maxCell, 3 * maxCell / 5, minCell} {
		if !w.fill(t, inside, most) {
			return nil
		}
		if t.width() <= room || t.path == "" {
			break
		}
		if t.dropZeros(); t.width() <= room {
			break
		}
	}
	w.widen(t, inside, room)
	t.drop(room)
	t.note()
	if t.width() > room || len(t.columns) < 2 {
		return nil
	}
	if asLines && (t.missing != nil || t.zeros != nil || t.common != nil || t.width()*t.structs >= plain) {
		return nil
	}
	if first := t.first(); first.Type != inside.elem {
		// The type must be said. An expression's own list can say what it is a list of.
		if n.Type != "" || n.Shape != inspect.List {
			return nil
		}
		t.typ = first.Type
	}
	return t
}

// isAnswer reports whether n is a list of structs without a type, as functions of the expression
// language return. It is a table wherever it can be one.
func (n *Node) isAnswer() bool {
	if n == nil || n.Shape != inspect.List || n.Type != "" || len(n.Items) == 0 {
		return false
	}
	first := n.Items[0].Node
	return first != nil && first.Shape == inspect.Struct && first.Type == "" && first.isRow()
}

// rowsOf collects the rows. It returns nil if they differ in kind.
func rowsOf(n *Node) *table {
	if n.Shape != inspect.List && n.Shape != inspect.Map {
		return nil
	}
	t := &table{rows: make([]*Node, len(n.Items)), whole: make([]bool, len(n.Items)), lead: make([]line, len(n.Items))}
	var first *Node
	for i, item := range n.Items {
		row := item.Node
		switch {
		case row == nil:
			return nil
		case row.isRow():
			if first == nil {
				first, t.path = row, row.Path
			} else if !row.sameColumns(first) {
				return nil
			}
			t.structs++
		case row.splits() || row.Cut != nil:
			return nil
		default:
			t.whole[i] = true
		}
		t.rows[i] = row
	}
	return t
}

// first returns the first row that is a struct.
func (t *table) first() *Node {
	for i, row := range t.rows {
		if !t.whole[i] {
			return row
		}
	}
	return nil
}

// isRow reports whether n is a complete struct, or an expression's map with names for keys.
func (n *Node) isRow() bool {
	isMap := n.Shape == inspect.Map && n.Type == ""
	if n.Shape != inspect.Struct && !isMap || len(n.Items) == 0 || n.Hidden || n.Cycle != "" || n.Same != "" || n.Cut != nil || n.Err != "" {
		return false
	}
	for _, field := range n.Items {
		if field.Node == nil {
			return false
		}
		if k := field.Key; isMap && (k == nil || k.sortKey().rank != rankText || k.Cut != nil) {
			return false
		}
	}
	return true
}

func columnName(field Item) string {
	if field.Key != nil {
		return field.Key.sortKey().text
	}
	return field.Name
}

func (n *Node) sameColumns(m *Node) bool {
	if n.Shape != m.Shape || n.Type != m.Type || len(n.Items) != len(m.Items) {
		return false
	}
	for i := range n.Items {
		if columnName(n.Items[i]) != columnName(m.Items[i]) {
			return false
		}
	}
	return true
}

// maxFigure is how many digits a quantity has. A number with more is a hash or an identifier, which
// people copy and do not read.
const maxFigure = 15

// Figure returns n as people read a number in a column: with commas, and no more digits than help.
// ok is false if n is no such number, or not one that may be shown.
func (n *Node) Figure() (figure string, ok bool) {
	if n == nil || n.Shape != inspect.Scalar || n.Hidden || n.Err != "" || n.Cut != nil || n.Mark&inspect.Torn != 0 || n.Gloss != "" || n.Constant() != "" {
		return "", false
	}
	switch x := n.Scalar.(type) {
	case int, int64, uint64:
		if len(n.Text) > maxFigure {
			return "", false
		}
		return text.Group(n.Text), true
	case float32:
		return text.Group(n.Text), true
	case float64:
		return text.Figure(x), true
	}
	return "", false
}

// isNumber reports whether n stands at the right of its column. A missing value does as the others
// do.
func (n *Node) isNumber() bool {
	return n.Shape == inspect.Nil || !n.Hidden && n.Err == "" && scalarKey(n.Scalar).rank == rankNumber
}

// leadRows writes the lead of each row, and reports whether each row fits that many columns as a line.
// all is how wide those lines are together.
func (w *writer) leadRows(t *table, n *Node, inside context, room int) (all int, fit bool) {
	fit = true
	one := line{max: room}
	for i, item := range n.Items {
		lead := &t.lead[i]
		w.marks(lead, item.Node, inside)
		if item.Key != nil {
			w.label(lead, n, item, inside)
			// The table itself writes the space after the separator.
			lead.spans[len(lead.spans)-1].text = ":"
			lead.width--
		}
		t.leads = max(t.leads, lead.width)
		if !fit {
			continue
		}
		one.reset(lineMark{})
		w.flat(&one, item.Node, inside)
		all += lead.width + one.width
		fit = !one.over && lead.width+one.width <= room
	}
	return all, fit
}

// fill writes the cells, each of at most that many columns. It returns false if a cell needs more
// and may not be cut.
func (w *writer) fill(t *table, inside context, most int) bool {
	wider := t.filled
	t.columns = make([]column, len(t.first().Items))
	for c := range t.columns {
		if wider != nil && !wider[c].cut && wider[c].width <= most {
			t.columns[c] = wider[c] // its cells fit
			continue
		}
		col, ok := w.column(t, c, inside, most)
		if !ok {
			return false
		}
		t.columns[c] = col
	}
	t.filled = slices.Clone(t.columns)
	return true
}

// column writes the cells of column c.
func (w *writer) column(t *table, c int, inside context, most int) (col column, ok bool) {
	name, typ := text.Escape(columnName(t.first().Items[c])), t.oneType(c)
	if typ != "" {
		name += " " + text.Escape(shortType(typ))
	}
	zero := w.folder != nil && len(t.first().Items) >= minLarge && t.first().Type != ""
	col = column{index: c, name: name, width: text.Width(name), right: true, same: true, keys: true, zero: zero, cells: make([]line, len(t.rows))}
	numbers := t.isNumeric(c)
	text, seen := "", false
	for i, row := range t.rows {
		if t.whole[i] {
			continue
		}
		field, in := row.Items[c].Node, inside.inside(row)
		if typ != "" {
			in.elem = typ
		}
		cell, cut := w.cellOf(field, in, most, t.path != "")
		if figure, ok := field.Figure(); ok && numbers {
			cell, cut = line{}, false
			w.marks(&cell, field, in)
			cell.add(NumberRole, figure)
		}
		if cell.over {
			return col, false
		}
		col.cells[i] = cell
		col.cut = col.cut || cut
		col.width = max(col.width, cell.width)
		col.right = col.right && field.isNumber()
		col.zero = col.zero && field.isZero(in, 0)
		if col.same || col.keys {
			this := cell.text(false)
			col.same = col.same && (!seen || this == text)
			col.keys = col.keys && (this+":" == t.lead[i].text(false) || numbers && field.Text+":" == t.lead[i].text(false))
			text, seen = this, true
		}
	}
	return col, true
}

// isNumeric reports whether column c holds quantities alone, or nothing.
func (t *table) isNumeric(c int) bool {
	for i, row := range t.rows {
		if t.whole[i] {
			continue
		}
		field := row.Items[c].Node
		if _, ok := field.Figure(); !ok && (!field.isNumber() || len(field.Text) > maxFigure) {
			return false
		}
	}
	return true
}

// oneType returns the type of all structs in column c of an expression's rows, whose own type does
// not tell it. It stands in the head. It is "" if the column holds anything else.
func (t *table) oneType(c int) string {
	typ := ""
	for i, row := range t.rows {
		if t.whole[i] {
			continue
		}
		field := row.Items[c].Node
		if row.Type != "" || field.Shape != inspect.Struct || field.Type == "" || typ != "" && field.Type != typ {
			return ""
		}
		typ = field.Type
	}
	return typ
}

// widen gives the last column whose cells are cut the room that is left.
func (w *writer) widen(t *table, inside context, room int) {
	spare := room - t.width()
	for c := len(t.columns) - 1; c >= 0 && spare > 0; c-- {
		if !t.columns[c].cut {
			continue
		}
		if col, ok := w.column(t, t.columns[c].index, inside, t.columns[c].width+spare); ok {
			t.columns[c] = col
		}
		return
	}
}

// cellOf writes n in at most that many columns. What is longer is cut if it may be; numbers are
// not, since a part is another number. If it may not be cut the line is over.
func (w *writer) cellOf(n *Node, a context, most int, mayCut bool) (l line, cut bool) {
	if mayCut {
		w.cell, w.cut = true, false
		defer func() { w.cell, cut = false, cut || w.cut }()
	}
	l.max = most
	if n.Cut == nil || !mayCut {
		w.flat(&l, n, a)
		if !l.over || !mayCut {
			return l, false
		}
	}
	l = line{}
	t, isTime := n.Scalar.(time.Time)
	path, isPath := n.path()
	switch {
	case isPath:
		// What paths begin with, they have in common.
		w.marks(&l, n, a)
		l.add(NoteRole, "…")
		l.add(stringRole, endOf(path, most-l.width-1)+`"`)
	case n.isNumber():
		w.flat(&l, n, a)
		return l, false
	case isTime && n.Err == "" && w.exact[n] && text.Width(distance(t, w.style.Now)) <= most:
		// The half of a date that times have in common tells nothing.
		w.marks(&l, n, a)
		l.add(NumberRole, distance(t, w.style.Now))
	case n.Len > 0 && (n.Shape == inspect.List || n.Shape == inspect.Map):
		w.marks(&l, n, a)
		l.add(NoteRole, countText(n))
	default:
		l.max = most - 1
		w.flat(&l, n, a)
		l.over, l.max = false, 0
		l.add(NoteRole, "…")
	}
	return l, true
}

// path returns n if it is a whole text that is the path of a file, or that of a function's package and
// its name.
func (n *Node) path() (s string, ok bool) {
	s, ok = n.Scalar.(string)
	return s, ok && n.Err == "" && n.Cut == nil && n.Gloss == "" && strings.Contains(s, "/") && !strings.Contains(s, " ") && text.Quote(s) == `"`+s+`"`
}

// endOf returns the longest end of s that fits into that many columns.
func endOf(s string, columns int) string {
	from := len(s)
	for from > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:from])
		if columns -= text.RuneWidth(r); columns < 0 {
			break
		}
		from -= size
	}
	return s[from:]
}

// layout places the leads and the columns.
func (t *table) layout() text.Layout {
	l := text.Layout{Gap: 2, Widths: []int{t.leads}, Right: []bool{false}}
	for _, col := range t.columns {
		l.Widths, l.Right = append(l.Widths, col.width), append(l.Right, col.right)
	}
	return l
}

// width is the width of a row.
func (t *table) width() int {
	l := t.layout()
	return max(0, l.Before(len(l.Widths))-l.Gap)
}

// dropZeros leaves out the columns that are zero in each row, if there are several.
func (t *table) dropZeros() {
	t.zeros = nil
	var rest []column
	for _, col := range t.columns {
		if col.zero {
			t.zeros = append(t.zeros, col.name)
		} else {
			rest = append(rest, col)
		}
	}
	if len(t.zeros) < minZeros || rest == nil {
		t.zeros = nil
		return
	}
	t.columns = rest
}

// drop leaves out columns until the rest fits, if rows may be cut: first those that repeat the
// keys, then those that are the same in each row, then the last ones.
func (t *table) drop(room int) {
	if t.path == "" {
		return
	}
	for _, less := range []func(col *column) bool{
		func(col *column) bool { return col.keys },
		func(col *column) bool { return col.same && !col.cut },
		func(*column) bool { return true },
	} {
		for c := len(t.columns) - 1; c >= 0 && t.width() > room; c-- {
			col := &t.columns[c]
			if !less(col) {
				continue
			}
			if col.same && !col.cut {
				t.common = append([]string{col.name + ": " + t.sample(c)}, t.common...)
			} else {
				t.missing = append([]string{col.name}, t.missing...)
			}
			t.columns = append(t.columns[:c:c], t.columns[c+1:]...)
		}
	}
}

// sample returns a cell of column c.
func (t *table) sample(c int) string {
	for i := range t.rows {
		if !t.whole[i] {
			return t.columns[c].cells[i].text(false)
		}
	}
	return ""
}

// note adds the columns with cut cells to those that are missing.
func (t *table) note() {
	for _, col := range t.columns {
		if col.cut {
			t.missing = append(t.missing, col.name)
		}
	}
}

func (w *writer) writeTable(l *line, t *table, n *Node, a context, right int) {
	open, end := "", ""
	if t.typ != "" {
		open, end = "{", "}"
		l.add(TypeRole, "[]"+text.Escape(shortType(t.typ)))
	} else if a.inner || n.Type != "" || l.width > 0 {
		open, end = w.brackets(l, n, a)
	}
	inner := right
	if open != "" {
		inner += indent
		l.add(PlainRole, open)
		w.flush(l, inner)
	}
	head := make([]line, len(t.columns))
	for c, col := range t.columns {
		head[c].add(NameRole, col.name)
	}
	layout := t.layout()
	w.row(l, layout, line{}, head, inner)
	inside := a.inside(n)
	cells := make([]line, len(t.columns))
	for i := range t.rows {
		if !t.whole[i] {
			for c, col := range t.columns {
				cells[c] = col.cells[i]
			}
			w.row(l, layout, t.lead[i], cells, inner)
			continue
		}
		l.append(t.lead[i])
		if t.leads > 0 {
			l.pad(t.leads - t.lead[i].width + 2)
		}
		// Its mark stands in the lead.
		whole := inside
		whole.mark |= t.rows[i].Mark
		w.flat(l, t.rows[i], whole)
		w.flush(l, inner)
	}
	if t.zeros != nil {
		all := ": " + text.Escape(t.path) + "!"
		w.names(l, "zero in each row: ", t.zeros, all, all, inner)
	}
	if t.common != nil {
		w.note(l, "… the same in each row: ", t.common, "", "", inner)
	}
	if t.missing != nil {
		if w.folder != nil && len(t.missing) >= minLarge {
			all := "): " + text.Escape(t.path)
			w.names(l, "… more in each row (", t.missing, all, all, inner)
		} else {
			w.note(l, "… more in each row (", t.missing, "):", text.Escape(t.path), inner)
		}
	}
	w.finish(l, n, end, right)
}

// names writes as many names as fit a line, and how many do not. At the end stands whole if all do,
// and cut if not.
func (w *writer) names(l *line, begin string, names []string, whole, cut string, right int) {
	room := w.style.Width - l.width
	first := func(n int) string {
		more := "… " + text.Thousands(len(names)-n) + " more"
		return begin + strings.Join(append(names[:n:n], more), ", ") + cut
	}
	said := begin + strings.Join(names, ", ") + whole
	if text.Width(said) > room {
		said = first(sort.Search(len(names)-1, func(n int) bool { return text.Width(first(n+1)) > room }))
	}
	l.add(NoteRole, said)
	w.flush(l, right)
}

// note writes what is true of all rows and where the rest is, on several lines if it does not fit
// one.
func (w *writer) note(l *line, begin string, parts []string, end, path string, right int) {
	l.add(NoteRole, begin)
	words := slices.Clone(parts)
	for i := range words[:len(words)-1] {
		words[i] += ","
	}
	words[len(words)-1] += end
	if path != "" {
		words = append(words, path)
	}
	for i, part := range words {
		switch {
		case i == 0:
		case l.width+1+text.Width(part) > w.style.Width:
			w.flush(l, right+indent)
		default:
			l.add(NoteRole, " ")
		}
		l.add(NoteRole, part)
	}
	w.flush(l, right)
}

// row writes a row: its lead, if the table has leads, and its cells.
func (w *writer) row(l *line, layout text.Layout, lead line, cells []line, right int) {
	left := l.width
	l.append(lead)
	for c, cell := range cells {
		if cell.width > 0 { // no spaces at the end of a line
			l.pad(left + layout.Before(c+1) + layout.Indent(c+1, cell.width) - l.width)
			l.append(cell)
		}
	}
	w.flush(l, right)
}
