package watch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// show writes a sample: in place of the one before, or as a line of its own.
func (w *run) show(ctx context.Context, now *sample, last bool) error {
	st := w.host.Screen()
	var b strings.Builder
	if w.inPlace {
		b.WriteString(w.draw(now, st))
		if last {
			b.WriteString(text.Faint(w.reached(now), st.Color) + "\n")
		}
		return w.write(ctx, b.String())
	}
	if w.samples == 1 {
		b.WriteString(text.Faint(w.header(now.at), st.Color) + "\n")
	}
	line, differs := w.line(now, max(st.Line-len(w.stamp(now))-2, minLine))
	if differs || !w.Changes || w.samples == 1 {
		b.WriteString(text.Faint(w.stamp(now), st.Color) + "  " + line + "\n")
	}
	if w.last == nil || !slices.Equal(now.notes, w.last.notes) {
		for _, note := range now.notes {
			b.WriteString("  " + text.Faint(text.Escape(note), st.Color) + "\n")
		}
	}
	if last {
		b.WriteString(text.Faint(w.reached(now), st.Color) + "\n")
	}
	return w.write(ctx, b.String())
}

// minLine is in how few columns a sample is told on a line: on a terminal that is narrower it wraps.
const minLine = 20

func (w *run) write(ctx context.Context, text string) error {
	if ctx.Err() != nil {
		return ErrEnded
	}
	_, err := w.host.Write([]byte(text))
	return err
}

// reached says that the condition holds.
func (w *run) reached(now *sample) string {
	if w.samples == 1 {
		return text.Escape(w.Condition) + " holds already"
	}
	return fmt.Sprintf("%s holds, after %s samples in %s", text.Escape(w.Condition), text.Thousands(w.samples), text.Duration(now.at.Sub(w.began), 2))
}

// stamp is the time of day, with parts of a second where a watch asks more than one time in it.
func (w *run) stamp(now *sample) string {
	if w.Every%1e9 != 0 {
		return now.at.Format("15:04:05.0")
	}
	return now.at.Format("15:04:05")
}

// line is a sample in one line of at most width columns, and whether it differs from the one before.
func (w *run) line(now *sample, width int) (shown string, differs bool) {
	var parts []string
	switch {
	case now.err != nil:
		message := text.Escape(now.err.Error())
		return text.Cut(message, width), w.last == nil || w.last.err == nil || w.last.err.Error() != now.err.Error()
	case w.last == nil || w.last.err != nil || now.whole() != w.last.whole():
		return w.first(now, width), true
	case now.whole():
		if now.page == nil && now.node.Len != w.last.node.Len {
			parts = append(parts, fmt.Sprintf("%s elements (%+d)", text.Thousands(now.node.Len), now.node.Len-w.last.node.Len))
		}
		parts = append(parts, now.changes(w.last)...)
	case len(w.series.order) == 1 && w.series.order[0].place == "":
		s := w.series.order[0]
		differs = s.changed.Equal(now.at)
		for _, part := range []string{s.now(width / 2), s.delta(now.at, width/2), s.speed(), s.trend()} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		return text.Cut(strings.Join(parts, "  "), width), differs
	default:
		for _, s := range w.series.order {
			if s.changed.Equal(now.at) {
				parts = append(parts, s.brief(width))
			}
		}
	}
	if len(parts) == 0 {
		return "no change", false
	}
	return w.fitting(parts, width), true
}

// first is the sample that others are compared with.
func (w *run) first(now *sample, width int) string {
	if now.page != nil {
		return text.Cut(strings.Join(now.lines(width, now.at), "; "), width)
	}
	if s := w.series.order; len(s) == 1 && s[0].place == "" {
		return s[0].now(width)
	}
	return now.node.Line(width)
}

// brief is what happened to a leaf, in a few words.
func (s *series) brief(max int) string {
	switch {
	case s.gone:
		return s.place + " gone"
	case s.before == nil:
		return s.place + " " + s.now(max/2) + " (new)"
	case s.known:
		return s.place + " " + s.now(max/2) + " (" + s.change.text + ")"
	}
	return s.place + " " + s.now(max/2) + " (" + s.delta(s.changed, max/2) + ")"
}

// fitting joins as many parts as fit, and says how many do not.
func (w *run) fitting(parts []string, width int) string {
	joined := ""
	for i, part := range parts {
		next := part
		if i > 0 {
			next = joined + ", " + part
		}
		more := ""
		if left := len(parts) - i - 1; left > 0 {
			more = w.more(left)
		}
		if text.Width(next+more) > width {
			if i == 0 {
				return text.Cut(part, max(width-text.Width(more), 1)) + more
			}
			return joined + w.more(len(parts)-i)
		}
		joined = next
	}
	return joined
}

func (w *run) more(n int) string {
	return fmt.Sprintf(", … %d more: set width %d", n, w.host.Screen().Wider)
}

// draw is a sample, and what takes back the one before. It stays on the screen, however small that
// is: a row that wraps or scrolls away would be taken back wrongly. The sample comes first, then
// what one has to know about it, then the header.
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
	if !w.host.Away() && w.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", w.drawn)
	}
	b.WriteString(strings.Join(rows, "\n") + "\n")
	w.drawn = len(rows)
	return b.String()
}

// notes are what one has to know about a sample, in at most height rows.
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

// page is the sample as it is written, in at most height rows, with a sign at the lines that were
// not in the one before. width and height are at least 1, as for a table.
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
			rows = append(rows, text.Yellow(text.Cut("* "+line, width), st.Color))
		} else {
			rows = append(rows, text.Cut("  "+line, width))
		}
	}
	return rows
}

// table is a row for each leaf, in at most height rows: what changes, and as much of the rest as
// there is room for.
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
	rows := make([][]text.Cell, len(shown))
	for i, s := range shown {
		third := max(width/3, 1)
		rows[i] = []text.Cell{
			{Text: s.place},
			{Text: s.now(third), Right: s.isNumber()},
			{Text: s.delta(now.at, third), Right: s.known},
			{Text: s.speed(), Right: true},
			{Text: s.trend()},
		}
	}
	lines := text.Columns(rows, width)
	for i, s := range shown {
		if s.changed.Equal(now.at) {
			lines[i] = text.Yellow(lines[i], st.Color)
		}
	}
	if rest != "" {
		lines = append(lines, text.Faint(text.Cut(rest, width), st.Color))
	}
	return lines
}
