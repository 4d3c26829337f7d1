package inspect

// Tables are for at least so many structs, of cells no wider than so many
// columns.
const (
	minRows = 3
	maxCell = 40
)

// table is a list or map of flat structs of one type, written as rows.
type table struct {
	typ    string // of the rows, where the list does not tell
	lead   []line // of each row: its marks and key
	cells  [][]line
	whole  []*Node // rows that are no struct (nil, redacted), written as they are
	head   []string
	widths []int // widths[0] is that of the leads
	right  []bool
}

// table returns n as a table, nil if it cannot be one, or is not shorter so.
func (w *writer) table(n *Node, inside around, right int) *table {
	if len(n.Items) < minRows || n.Shape != List && n.Shape != Map {
		return nil
	}
	t := &table{
		lead:   make([]line, len(n.Items)),
		cells:  make([][]line, len(n.Items)),
		whole:  make([]*Node, len(n.Items)),
		widths: []int{0},
		right:  []bool{false},
	}
	rows, plain := 0, 0
	var first *Node
	for i, item := range n.Items {
		if item.Node == nil {
			return nil
		}
		plain += w.addRow(t, &first, i, n, item, inside)
		if t.cells[i] != nil {
			rows++
		} else if t.whole[i] == nil {
			return nil
		}
	}
	if rows < minRows {
		return nil
	}
	total := right + t.widths[0]
	for _, width := range t.widths[1:] {
		total += width + 2
	}
	if total > w.style.Width || (total-right)*rows >= plain {
		return nil
	}
	if first.Type != inside.elem {
		// The type must be said. An expression's own list can say what it is a list of.
		if n.Type != "" || n.Shape != List {
			return nil
		}
		t.typ = first.Type
	}
	return t
}

// addRow makes row i. It returns how many columns the item takes outside of a
// table. first is the first struct, which the others must be like.
func (w *writer) addRow(t *table, first **Node, i int, n *Node, item Item, inside around) (plain int) {
	row := item.Node
	lead := &t.lead[i]
	lead.max = maxCell
	w.marks(lead, row, inside)
	if item.Key != nil {
		w.label(lead, n, item, inside)
		// The separator's space is the table's own.
		lead.spans[len(lead.spans)-1].text = ":"
		lead.width--
	}
	t.widths[0] = max(t.widths[0], lead.width)
	if lead.over {
		return 0
	}
	if !row.flatStruct() {
		if !row.splits() && row.Cut == nil {
			t.whole[i] = row
		}
		return 0
	}
	if *first == nil {
		*first = row
		for _, field := range row.Items {
			name := clean(columnName(field))
			t.head = append(t.head, name)
			t.widths = append(t.widths, textWidth(name))
			t.right = append(t.right, true)
		}
	} else if !row.sameColumns(*first) {
		return 0
	}
	cells := make([]line, len(row.Items))
	below := inside.inside(row)
	for c, field := range row.Items {
		cells[c].max = maxCell
		w.flat(&cells[c], field.Node, below)
		if cells[c].over {
			return 0
		}
		t.widths[c+1] = max(t.widths[c+1], cells[c].width)
		t.right[c+1] = t.right[c+1] && field.Node.isNumber()
	}
	t.cells[i] = cells
	one := line{max: 4 * w.style.Width}
	w.flat(&one, row, inside)
	return lead.width + one.width
}

func columnName(field Item) string {
	if field.Key != nil {
		return field.Key.sortKey().text
	}
	return field.Name
}

// flatStruct reports whether n is a struct, or an expression's map with names
// for keys, of nothing but leaves.
func (n *Node) flatStruct() bool {
	isMap := n.Shape == Map && n.Type == ""
	if n.Shape != Struct && !isMap || len(n.Items) == 0 || n.Hidden || n.Cycle != "" || n.Cut != nil || n.Err != "" {
		return false
	}
	for _, field := range n.Items {
		if isMap {
			if k := field.Key; k == nil || k.sortKey().rank != rankText || k.Cut != nil {
				return false
			}
		}
		if field.Node == nil || field.Node.splits() || field.Node.Cut != nil {
			return false
		}
	}
	return true
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

// isNumber reports whether n stands to the right in its column. What is missing
// does as the others do.
func (n *Node) isNumber() bool {
	return n.Shape == Nil || !n.Hidden && n.Err == "" && n.sortKey().rank == rankNumber
}

func (w *writer) writeTable(l *line, t *table, n *Node, a around, right int) {
	open, end := "{", "}"
	if t.typ != "" {
		l.add(typeRole, "[]"+clean(shortType(t.typ)))
	} else {
		open, end = w.brackets(l, n, a)
	}
	l.add(punctuation, open)
	w.flush(l, right+indent)
	head := make([]line, len(t.head))
	for c, name := range t.head {
		head[c].add(nameRole, name)
	}
	w.row(l, t, line{}, head, right+indent)
	inside := a.inside(n)
	for i := range t.lead {
		if t.whole[i] == nil {
			w.row(l, t, t.lead[i], t.cells[i], right+indent)
			continue
		}
		for _, s := range t.lead[i].spans {
			l.add(s.role, s.text)
		}
		if t.widths[0] > 0 {
			l.pad(t.widths[0] - t.lead[i].width + 2)
		}
		w.flat(l, t.whole[i], inside)
		w.flush(l, right+indent)
	}
	w.finish(l, n, end, right)
}

// row writes one row. The leads take no room where there are none.
func (w *writer) row(l *line, t *table, lead line, cells []line, right int) {
	for _, s := range lead.spans {
		l.add(s.role, s.text)
	}
	gap := t.widths[0] - lead.width
	for c, cell := range cells {
		if c > 0 || t.widths[0] > 0 {
			gap += 2
		}
		space := t.widths[c+1] - cell.width
		if cell.width == 0 {
			gap += space // no spaces at the end of a line
			continue
		}
		if t.right[c+1] {
			gap, space = gap+space, 0
		}
		l.pad(gap)
		for _, s := range cell.spans {
			l.add(s.role, s.text)
		}
		gap = space
	}
	w.flush(l, right)
}
