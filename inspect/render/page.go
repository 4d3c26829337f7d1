package render

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Page is an answer with a layout of its own, such as a directory or a tree: lines of text and
// columns. A nil or zero Page is empty. Once made it may be written by several goroutines.
type Page struct {
	Gap      int // columns of the terminal between those of the page; default 3
	sections []section
}

// A section is lines of text, or rows of columns.
type section struct {
	text    string
	role    Role
	fixed   bool // the text is not folded
	rows    [][]string
	columns []Column
	bars    []float64 // of each row, a fraction of the longest; nil for none
}

// Column says how a column of a page is written.
type Column struct {
	Name  string // its head; a page whose columns have no names has no head
	Role  Role
	Right bool // its cells stand at the right
	Whole bool // its cells are values, which are never broken over lines: what is too long is cut
}

// maxAligned is the widest that a column is aligned to. Longer cells push aside what follows them.
const maxAligned = 48

// minAligned is the narrowest that columns are aligned to where room is short.
const minAligned = 12

// minLast is the narrowest that the last cell of a row is folded to beside the others.
const minLast = 16

// The length of the longest bar, and the length it may shrink to.
const (
	maxBar = 40
	minBar = 8
)

// Text adds lines of text, which are folded between words if they are too long for the terminal.
func (p *Page) Text(text string, role Role) {
	p.sections = append(p.sections, section{text: text, role: role})
}

// Verbatim adds lines that are never folded, to be copied. A tab becomes blanks up to the next
// column that is a multiple of 8, and a carriage return at the end of a line is left out.
func (p *Page) Verbatim(text string) {
	p.sections = append(p.sections, section{text: text, fixed: true})
}

// verbatim is a line as a terminal shows it.
func verbatim(line string) string {
	line = strings.TrimSuffix(line, "\r")
	var b strings.Builder
	column := 0
	for i, part := range strings.Split(line, "\t") {
		if i > 0 {
			n := 8 - column%8
			b.WriteString(strings.Repeat(" ", n))
			column += n
		}
		part = text.Escape(part)
		b.WriteString(part)
		column += text.Width(part)
	}
	return b.String()
}

// Columns adds rows with a cell for each of the columns. A column that is empty in all rows is left
// out. If a row does not fit the terminal its last cell is folded; if there is no room for that,
// cells move to the lines below. The lines of a tree before the first cell continue there.
func (p *Page) Columns(rows [][]string, columns ...Column) {
	p.sections = append(p.sections, section{rows: rows, columns: columns})
}

// Bars is Columns with a bar behind each row, which is that fraction of the longest. A bar that is
// not 0 is visible.
func (p *Page) Bars(rows [][]string, bars []float64, columns ...Column) {
	p.sections = append(p.sections, section{rows: rows, columns: columns, bars: bars})
}

// WriteText writes the page in lines that fit style.Width where words allow; a negative Width folds
// nothing. It escapes everything, as Node.WriteText does. Writing stops at the first error of out.
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
		for _, s := range p.named(style.Name) {
			w.section(s, cmp.Or(p.Gap, 3))
		}
	}
	return w.err
}

// String returns the page in lines that are not folded, without colours and without an end of line
// after the last.
func (p *Page) String() string {
	var b strings.Builder
	p.WriteText(&b, Style{Width: -1})
	return strings.TrimSuffix(b.String(), "\n")
}

// named returns the sections below the name of the page, or behind it if they are one line.
func (p *Page) named(name string) []section {
	switch {
	case name == "":
		return p.sections
	case len(p.sections) == 1 && p.sections[0].columns == nil && !strings.Contains(p.sections[0].text, "\n"):
		line := p.sections[0]
		line.text = name + " = " + line.text
		return []section{line}
	}
	return append([]section{{text: name + " ="}}, p.sections...)
}

func (w *writer) section(p section, gap int) {
	if p.columns != nil {
		w.columns(p, gap)
		return
	}
	for whole := range strings.SplitSeq(p.text, "\n") {
		var lines []string
		if p.fixed {
			lines = []string{verbatim(whole)}
		} else {
			lines = text.Fold(text.Escape(whole), w.style.Width, "")
		}
		for _, s := range lines {
			var l line
			l.add(p.role, s)
			w.flush(&l, 0)
		}
	}
}

// A grid lays out the columns of a section.
type grid struct {
	text.Layout // Widths are what the columns are aligned to
	columns     []Column
	last        int // the last column that is not left out
}

func (w *writer) columns(p section, gap int) {
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

// align chooses the widths that columns are aligned to: those of their cells, or less, so that the
// last column or the bars have room.
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
	// Values give way first, since what follows a name is found by it.
	for _, all := range []bool{false, true} {
		for most := maxAligned; most >= minAligned; most-- {
			g.Widths = slices.Clone(natural)
			for c := range g.Widths {
				if all || g.columns[c].Whole {
					g.Widths[c] = min(g.Widths[c], most)
				}
				g.Widths[c] = min(g.Widths[c], maxAligned)
			}
			if g.Before(last) <= room {
				return
			}
		}
	}
}

// cells writes a row and the bar behind it, if there is one.
func (w *writer) cells(g grid, row []string, bar string, head bool) {
	var l line
	lines, name := splitBranch(row[0])
	l.add(NoteRole, lines)
	started, below := false, false // a cell stands on the line; the line is not the row's first
	// down begins the next line, right columns from the left.
	down := func(right int) {
		w.flush(&l, 0)
		l.add(NoteRole, continued(lines))
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
		whole := g.columns[c].Whole
		if !fits && started && (below || whole || c < g.last || w.style.Width-at < minLast) {
			down(text.Width(lines) + indent)
			at = l.width
		}
		l.pad(at - l.width)
		if whole {
			cell = text.Cut(cell, max(w.style.Width-at, 1))
		}
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

// splitBranch splits what a tree draws before a name from the name.
func splitBranch(text string) (lines, name string) {
	name = strings.TrimLeft(text, "│├└─ ")
	return text[:len(text)-len(name)], name
}

// continued returns how the lines that a tree draws before a name go on below.
func continued(text string) string {
	lines, _ := splitBranch(text)
	return strings.NewReplacer("├", "│", "└", " ", "─", " ").Replace(lines)
}

// bar draws a bar in eighths of a column.
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
