package text

import "strings"

// Cell is a cell of a table, on one line.
type Cell struct {
	Text  string
	Right bool // aligned to the right of its column
}

// Layout places cells in columns.
type Layout struct {
	Gap    int    // between two columns, in columns of the terminal
	Widths []int  // of the columns; a column of width 0 is left out
	Right  []bool // of each column: its cells are aligned to the right
}

// Before returns the width of the columns before c and their gaps, which is where c begins.
func (l Layout) Before(c int) (n int) {
	for _, width := range l.Widths[:c] {
		if width > 0 {
			n += width + l.Gap
		}
	}
	return n
}

// Indent returns how far to indent a cell of that width in column c.
func (l Layout) Indent(c, width int) int {
	if !l.Right[c] {
		return 0
	}
	return max(0, l.Widths[c]-width)
}

// Columns aligns rows in columns two spaces apart and returns their lines, cut to width. An empty
// column takes no room. Rows may differ in length.
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

// Grid arranges texts in columns of one width two spaces apart, as many as fit into width, and
// fills them from top to bottom. It returns the lines.
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
			line += pad(texts[i], longest+2)
		}
		lines[row] = Cut(strings.TrimRight(line, " "), width)
	}
	return lines
}
