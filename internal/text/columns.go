package text

import "strings"

// Cell is the text of a cell of a table, on one line.
type Cell struct {
	Text  string
	Right bool // it stands at the right of its column
}

// Layout places cells in columns that are Gap columns of the terminal apart.
type Layout struct {
	Gap    int
	Widths []int  // of the columns; one of width 0 is left out
	Right  []bool // of each column: its cells stand at its right
}

// Before is where column c begins, with the gap before it; with c the number of columns, it is where
// another one would.
func (l Layout) Before(c int) (n int) {
	for _, width := range l.Widths[:c] {
		if width > 0 {
			n += width + l.Gap
		}
	}
	return n
}

// Indent is how far a cell of that width stands to the right in column c.
func (l Layout) Indent(c, width int) int {
	if !l.Right[c] {
		return 0
	}
	return max(0, l.Widths[c]-width)
}

// Columns aligns rows in columns, two spaces apart, and returns their lines, each cut to at most
// width columns. A column with nothing in it takes no room. Rows may differ in length.
func Columns(rows [][]Cell, width int) []string {
	layout := Layout{Gap: 2}
	for _, row := range rows {
		layout.Widths = append(layout.Widths, make([]int, max(0, len(row)-len(layout.Widths)))...)
		for c, cell := range row {
			layout.Widths[c] = max(layout.Widths[c], Width(cell.Text))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		line, at := "", 0
		for c, cell := range row {
			n := Width(cell.Text)
			start := layout.Before(c)
			if cell.Right {
				start += layout.Widths[c] - n
			}
			line += strings.Repeat(" ", start-at) + cell.Text
			at = start + n
		}
		lines[i] = Cut(strings.TrimRight(line, " "), width)
	}
	return lines
}

// Grid arranges texts in as many columns of one width as fit into width, two spaces apart, filled
// from top to bottom, and returns its lines.
func Grid(texts []string, width int) []string {
	longest := 0
	for _, s := range texts {
		longest = max(longest, Width(s))
	}
	columns := max(1, (width+2)/(longest+2))
	rows := (len(texts) + columns - 1) / columns
	lines := make([]string, rows)
	for row := range lines {
		line := ""
		for i := row; i < len(texts); i += rows {
			line += Pad(texts[i], longest+2)
		}
		lines[row] = Cut(strings.TrimRight(line, " "), width)
	}
	return lines
}
