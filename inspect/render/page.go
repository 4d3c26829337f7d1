package render

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Page is an answer that people read in a layout of its own, as that of a directory
// or a tree: lines of text and columns. A nil or zero Page is empty. Once it is made
// it may be written by several goroutines.
type Page struct {
	Gap   int // how many columns of the terminal stand between those of the page; default 3
	parts []part
}

// part is lines of text, or rows of columns.
type part struct {
	text    string
	role    Role
	fixed   bool // the text is not folded
	rows    [][]string
	columns []Column
	bars    []float64 // of each row, as a part of the longest; nil for none
}

// Column is how a column of a page is written.
type Column struct {
	Name  string // its head; where all columns have none there is no head
	Role  Role
	Right bool // it stands to the right
}

// maxAligned is the width to which a column is aligned: longer cells push aside what
// follows them.
const maxAligned = 48

// minAligned is the width to which columns are aligned where there is little room.
const minAligned = 12

// minLast is to how few columns the last cell of a row is folded beside the others.
const minLast = 16

// How long the longest bar is, and to what it is shortened.
const (
	maxBar = 40
	minBar = 8
)

// Text adds lines of text. What is too long for the terminal is folded between words.
func (p *Page) Text(text string, role Role) {
	p.parts = append(p.parts, part{text: text, role: role})
}

// Verbatim adds lines that are never folded, to be copied.
func (p *Page) Verbatim(text string) {
	p.parts = append(p.parts, part{text: text, fixed: true})
}

// Columns adds rows, which have a cell for each of the columns. A column that is empty
// in all rows is left out. Where a row does not fit the terminal, its last cell is
// folded; where there is no room for that either, what does not fit stands below. Lines
// of a tree before the first cell go on there.
func (p *Page) Columns(rows [][]string, columns ...Column) {
	p.parts = append(p.parts, part{rows: rows, columns: columns})
}

// Bars is Columns with a bar behind each row, which is that part of the longest. What
// is not 0 can be seen.
func (p *Page) Bars(rows [][]string, bars []float64, columns ...Column) {
	p.parts = append(p.parts, part{rows: rows, columns: columns, bars: bars})
}

// WriteText writes the page in lines that fit style.Width where words allow; if that
// is negative, nothing is folded. Everything is escaped as by Node.WriteText. Writing
// stops at the first error of out.
func (p *Page) WriteText(out io.Writer, style Style) error {
	switch {
	case style.Width == 0:
		style.Width = 80
	case style.Width < 0:
		style.Width = math.MaxInt32
	}
	style.Width = max(style.Width, 20)
	w := &writer{out: out, style: style}
	if p != nil {
		for _, part := range p.named(style.Name) {
			w.part(part, cmp.Or(p.Gap, 3))
		}
	}
	return w.err
}

// String is the page in lines that are not folded, without colours and with no end of
// line behind the last.
func (p *Page) String() string {
	var b strings.Builder
	p.WriteText(&b, Style{Width: -1})
	return strings.TrimSuffix(b.String(), "\n")
}

// named are the parts below what the page is called, or behind it if they are one line.
func (p *Page) named(name string) []part {
	switch {
	case name == "":
		return p.parts
	case len(p.parts) == 1 && p.parts[0].columns == nil && !strings.Contains(p.parts[0].text, "\n"):
		line := p.parts[0]
		line.text = name + " = " + line.text
		return []part{line}
	}
	return append([]part{{text: name + " ="}}, p.parts...)
}

func (w *writer) part(p part, gap int) {
	if p.columns != nil {
		w.columns(p, gap)
		return
	}
	for whole := range strings.SplitSeq(p.text, "\n") {
		lines := []string{text.Escape(whole)}
		if !p.fixed {
			lines = text.Fold(lines[0], w.style.Width, "")
		}
		for _, s := range lines {
			var l line
			l.add(p.role, s)
			w.flush(&l, 0)
		}
	}
}

// grid lays out the columns of a part.
type grid struct {
	text.Layout // Widths are what the columns are aligned to
	columns     []Column
	last        int // the last column that is not left out
}

func (w *writer) columns(p part, gap int) {
	g := grid{columns: p.columns, Layout: text.Layout{Gap: gap}}
	for _, col := range p.columns {
		g.Right = append(g.Right, col.Right)
	}
	rows := make([][]string, 0, len(p.rows)+1)
	head := make([]string, len(p.columns))
	for c, col := range p.columns {
		head[c] = col.Name
	}
	headed := slices.ContainsFunc(head, func(name string) bool { return name != "" })
	if headed {
		rows = append(rows, head)
	}
	for _, row := range p.rows {
		cells := make([]string, len(row))
		for c, cell := range row {
			cells[c] = text.Escape(cell)
		}
		rows = append(rows, cells)
	}
	g.align(rows, w.style.Width, p.bars != nil)
	longest := max(minBar, min(maxBar, w.style.Width-g.Before(len(g.columns))))
	for i, row := range rows {
		switch {
		case headed && i == 0:
			w.cells(g, row, "", true)
		case p.bars != nil:
			w.cells(g, row, bar(p.bars[i-len(rows)+len(p.rows)], longest), false)
		default:
			w.cells(g, row, "", false)
		}
	}
}

// align finds the widths to which the columns are aligned so that the last one, or the
// bars, have room beside them: those of their cells, or else less.
func (g *grid) align(rows [][]string, width int, bars bool) {
	natural := make([]int, len(g.columns))
	for _, row := range rows {
		for c, cell := range row {
			natural[c] = max(natural[c], text.Width(cell))
		}
	}
	g.Widths = natural
	for c, n := range natural {
		if n > 0 {
			g.last = c
		}
	}
	room := width - min(minLast, natural[g.last])
	last := g.last
	if bars {
		room, last = width-minBar, len(g.columns)
	}
	for most := maxAligned; most >= minAligned; most-- {
		g.Widths = slices.Clone(natural)
		for c := range g.Widths {
			g.Widths[c] = min(g.Widths[c], most)
		}
		if g.Before(last) <= room {
			return
		}
	}
}

// cells writes a row, and the bar behind it if there is one.
func (w *writer) cells(g grid, row []string, bar string, head bool) {
	var l line
	lines, name := branch(row[0])
	l.add(NoteRole, lines)
	started, below := false, false // a cell stands on the line; the line is not the row's first
	// down begins the next line, in which what follows stands that far to the right.
	down := func(right int) {
		w.flush(&l, 0)
		l.add(NoteRole, under(lines))
		l.pad(right - l.width)
		started, below = false, true
	}
	for c, cell := range row {
		if c == 0 {
			cell = name
		}
		if cell == "" {
			continue
		}
		role := g.columns[c].Role
		if head {
			role = NameRole
		}
		at := l.width
		if started {
			at += g.Gap
		}
		if !below {
			at = max(at, g.Before(c)) + g.Indent(c, text.Width(cell))
		}
		fits := at+text.Width(cell) <= w.style.Width
		if !fits && started && (below || c < g.last || w.style.Width-at < minLast) {
			down(text.Width(lines) + indent)
			at = l.width
		}
		l.pad(at - l.width)
		for i, cell := range text.Fold(cell, max(w.style.Width-at, 1), "") {
			if i > 0 {
				down(at)
			}
			l.add(role, cell)
		}
		started = true
	}
	if bar != "" {
		l.pad(g.Before(len(g.columns)) - l.width)
		l.add(PlainRole, bar)
	}
	w.flush(&l, 0)
}

// branch splits what stands before a name in a tree from the name.
func branch(text string) (lines, name string) {
	name = strings.TrimLeft(text, "│├└─ ")
	return text[:len(text)-len(name)], name
}

// under is what goes on below the lines before a name in a tree.
func under(text string) string {
	lines, _ := branch(text)
	return strings.NewReplacer("├", "│", "└", " ", "─", " ").Replace(lines)
}

// bar is a bar of eighths of a column.
func bar(part float64, longest int) string {
	eighths := int(math.Round(part * float64(longest) * 8))
	if part > 0 {
		eighths = max(eighths, 1)
	}
	text := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return text
}
