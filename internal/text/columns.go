package text

import "strings"

// Cell is the text of a cell of a table, on one line.
type Cell struct {
	Text  string
	Right bool // it stands at the right of its column
}

// Columns aligns rows in columns, two spaces apart, and returns their lines, each cut to at most
// width columns. A column with nothing in it takes no room. Rows may differ in length.
func Columns(rows [][]Cell, width int) []string {
	var widths []int
	for _, row := range rows {
		widths = append(widths, make([]int, max(0, len(row)-len(widths)))...)
		for c, cell := range row {
			widths[c] = max(widths[c], Width(cell.Text))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		line := ""
		for c, cell := range row {
			space := strings.Repeat(" ", widths[c]-Width(cell.Text))
			switch {
			case widths[c] == 0:
			case cell.Right:
				line += space + cell.Text + "  "
			default:
				line += cell.Text + space + "  "
			}
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
