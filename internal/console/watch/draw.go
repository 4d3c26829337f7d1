package watch

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/internal/text"
)

// draw returns a sample, and before it the sequence that erases the one before. The rows fit on the
// screen, however small that is: a row that wraps or scrolls away could not be erased. Where there
// is little room the header is left out first, and then notes.
func (w *run) draw(now *sample, st Screen) string {
	width, height := max(st.Width-1, 1), max(st.Height-2, 1)
	notes := w.notes(now, width, height-2, st)
	room := height - len(notes)
	var rows []string
	if room > 1 {
		rows = []string{text.Faint(text.Cut(w.header(now.at), width), st.Color)}
		room--
	}
	switch {
	case now.err != nil:
		lines := text.Fold(text.Escape(now.err.Error()), width, "  ")
		if left := len(lines) - room; left > 0 {
			lines = append(lines[:room-1], strings.Join(lines[room-1:], " "))
		}
		for _, line := range lines {
			rows = append(rows, text.Red(text.Cut(line, width), st.Color))
		}
	case now.whole():
		rows = append(rows, w.page(now, width, room, st)...)
	default:
		rows = append(rows, w.table(now, width, room, st)...)
	}
	rows = append(rows, notes...)
	var b strings.Builder
	if up := w.rowsAbove(st.Width); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", up)
	}
	b.WriteString(strings.Join(rows, "\n") + "\n")
	w.drawn = w.drawn[:0]
	for _, row := range rows {
		w.drawn = append(w.drawn, text.Width(uncolored().ReplaceAllString(row, "")))
	}
	return b.String()
}

// uncolored matches the colors in a row. Nothing else in it is an escape.
var uncolored = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\x1b\[[0-9]*m`) })

// rowsAbove returns how many rows of a screen of that width hold what was drawn last. It assumes
// what most terminals do when they become narrower: they wrap all rows anew.
func (w *run) rowsAbove(width int) (rows int) {
	width = max(width, 1)
	for _, drawn := range w.drawn {
		rows += text.Rows(drawn, width)
	}
	return rows
}

// notes returns the notes on a sample, in at most height rows.
func (w *run) notes(now *sample, width, height int, st Screen) (rows []string) {
	for i, note := range now.notes {
		if left := len(now.notes) - i; left > 1 && len(rows) >= height-1 {
			note = fmt.Sprintf("… %d notes more: %s", left, w.Source)
		}
		if len(rows) < height {
			rows = append(rows, text.Faint(text.Cut("  "+text.Escape(note), width), st.Color))
		}
	}
	return rows
}

// page returns a whole sample in at most height rows, with a sign at the lines that the sample
// before did not have. width and height are at least 1.
func (w *run) page(now *sample, width, height int, st Screen) (rows []string) {
	inner := max(width-2, 1)
	old := map[string]int{}
	compare := w.last != nil && w.last.err == nil
	if compare {
		for _, line := range w.last.contents(inner) {
			old[line]++
		}
	}
	lines, contents := now.lines(inner, now.at), now.contents(inner)
	for i, line := range lines {
		if left := len(lines) - i; len(rows) == height-1 && left > 1 {
			return append(rows, text.Faint(text.Cut(fmt.Sprintf("  … %s lines more: %s", text.Thousands(left), text.Escape(w.Source)), width), st.Color))
		}
		content := contents[i]
		if old[content]--; compare && old[content] < 0 {
			rows = append(rows, text.Bold(text.Cut("* "+line, width), st.Color))
		} else {
			rows = append(rows, text.Cut("  "+line, width))
		}
	}
	return rows
}

// table returns a row for each leaf, in at most height rows: those that have changed at all come
// first if there is not room for the rest. width and height are at least 1.
func (w *run) table(now *sample, width, height int, st Screen) []string {
	all := w.series.order
	shown := slices.Clone(all)
	rest := ""
	if len(all) > height {
		moved := func(s *series) int {
			if s.changed.IsZero() {
				return 1
			}
			return 0
		}
		slices.SortStableFunc(shown, func(a, b *series) int { return cmp.Compare(moved(a), moved(b)) })
		left := shown[height-1:]
		shown = shown[:height-1]
		if moved(left[0]) == 0 {
			rest = fmt.Sprintf("… %s more: ask for a part of %s", text.Thousands(len(left)), text.Escape(w.Source))
		} else {
			rest = fmt.Sprintf("… %s more that did not change: %s", text.Thousands(len(left)), text.Escape(w.Source))
		}
	}
	lines := layRows(shown, now, width)
	for i, s := range shown {
		if s.changed.Equal(now.at) {
			lines[i] = text.Bold(lines[i], st.Color)
		}
	}
	if rest != "" {
		lines = append(lines, text.Faint(text.Cut(rest, width), st.Color))
	}
	return lines
}

// The fewest columns that a value and a path are cut to where there is not room for all, and the
// fewest samples of a sparkline.
const (
	minNow   = 12
	minPath  = 12
	minSpark = 8
)

// The columns of a table.
const (
	pathColumn = iota
	nowColumn
	deltaColumn
	speedColumn
	kindColumn
	sparkColumn
	spreadColumn
	tableColumns
)

const tableGap = 2

// layRows writes a row for each leaf, in at most width columns. All that the leaves have to tell is
// written if it fits, and sparklines take the columns that are left. Where there is too little room
// they become shorter first; then long values are cut to a fourth of the row; then the bounds of the
// sparklines are left out; then values are cut further; then the sparklines are left out; then
// paths are cut; and then rates and changes are left out.
func layRows(shown []*series, now *sample, width int) []string {
	cells := make([][]text.Cell, len(shown))
	var widths [tableColumns]int
	longest := 0 // of the sparklines
	for i, s := range shown {
		kind, spread := s.trend()
		cells[i] = []text.Cell{
			{Text: s.path},
			{Text: s.now(width), Right: s.isNumber()},
			{Text: s.delta(now.at, width), Right: s.known},
			{Text: s.speed(), Right: true},
			{Text: kind},
			{},
			{Text: spread},
		}
		for c, cell := range cells[i] {
			widths[c] = max(widths[c], text.Width(cell.Text))
		}
		if kind != "" {
			longest = max(longest, len(s.values))
		}
	}
	widths[sparkColumn] = min(longest, minSpark)
	longestPath := widths[pathColumn]
	// over is how many columns are missing, negative if some are left.
	over := func() int {
		layout := text.Layout{Gap: tableGap, Widths: widths[:]}
		return layout.Before(tableColumns) - tableGap - width
	}
	// less has column c give away what is missing, down to least.
	less := func(c, least int) {
		widths[c] -= min(max(over(), 0), max(widths[c]-least, 0))
	}
	// cut cuts values to at least that many columns. Numbers and times stay whole.
	cut := func(least int) {
		less(nowColumn, least)
		most := widths[nowColumn]
		for i, s := range shown {
			if text.Width(cells[i][nowColumn].Text) > most {
				cells[i][nowColumn].Text = s.now(most)
				widths[nowColumn] = max(widths[nowColumn], text.Width(cells[i][nowColumn].Text))
			}
		}
	}
	cut(width / 4)
	if over() > 0 {
		widths[spreadColumn] = 0
	}
	cut(minNow)
	if over() > 0 {
		widths[kindColumn], widths[sparkColumn] = 0, 0
	} else {
		widths[sparkColumn] = min(longest, widths[sparkColumn]-over())
	}
	less(pathColumn, minPath)
	// Half a number is another number, so these columns are there or not.
	for _, c := range []int{speedColumn, deltaColumn} {
		if over() > 0 {
			widths[c] = 0
		}
	}
	less(pathColumn, 1)
	widths[pathColumn] = min(longestPath, widths[pathColumn]+max(-over(), 0))
	for i, s := range shown {
		for _, c := range []int{deltaColumn, speedColumn, kindColumn, spreadColumn} {
			if widths[c] == 0 {
				cells[i][c].Text = ""
			}
		}
		cells[i][pathColumn].Text = text.Cut(cells[i][pathColumn].Text, widths[pathColumn])
		if cells[i][kindColumn].Text != "" {
			cells[i][sparkColumn].Text = s.spark(widths[sparkColumn])
		}
	}
	return text.Columns(cells, width)
}
