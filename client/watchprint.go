package client

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// lineNotes tells on standard error what samples in lines do not.
type lineNotes struct {
	notes io.Writer
	quiet bool
	told  bool // that there is more than the lines have
}

func (l *lineNotes) tell(said string) {
	if !l.quiet {
		fmt.Fprintln(l.notes, "sightglass: note:", said)
	}
}

// tellOnce tells what is so from now on, but no more than once.
func (l *lineNotes) tellOnce(said string) {
	if !l.told {
		l.told = true
		l.tell(said)
	}
}

func (*lineNotes) again() <-chan os.Signal { return nil }
func (*lineNotes) redraw()                 {}
func (*lineNotes) end()                    {}

// csvLines prints a sample a line. The columns are those of the first sample.
type csvLines struct {
	lineNotes
	out     io.Writer
	columns []string
}

func (l *csvLines) show(r row) error {
	cells := map[string]string{}
	for _, one := range r.readings {
		cells[one.name] = one.text
	}
	w := csv.NewWriter(l.out)
	if l.columns == nil {
		l.columns = []string{}
		for _, one := range r.readings {
			l.columns = append(l.columns, one.name)
		}
		w.Write(append([]string{"time"}, l.columns...))
	}
	for _, one := range r.readings {
		if !slices.Contains(l.columns, one.name) {
			l.tellOnce(text.Cut(one.name, nameWidth) + " has no column, as it was not in the first sample; --json has it")
		}
	}
	if r.more > 0 {
		l.tellOnce(leftOut(r.more))
	}
	line := []string{r.at.Format(time.RFC3339Nano)}
	for _, name := range l.columns {
		line = append(line, cells[name])
	}
	w.Write(line)
	w.Flush()
	return w.Error()
}

// jsonLines prints a sample as an object on a line.
type jsonLines struct {
	lineNotes
	out io.Writer
}

func (l *jsonLines) show(r row) error {
	if r.more > 0 {
		l.tellOnce(leftOut(r.more))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"time":%q,"values":{`, r.at.Format(time.RFC3339Nano))
	for i, one := range r.readings {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quoted(one.name))
		b.WriteByte(':')
		switch {
		case one.text == "":
			b.WriteString("null")
		case json.Valid([]byte(one.text)):
			b.WriteString(one.text)
		default:
			b.Write(quoted(one.text))
		}
	}
	b.WriteByte('}')
	for i, f := range r.errs {
		if b.WriteByte(','); i == 0 {
			b.WriteString(`"errors":{`)
		}
		b.Write(quoted(f.expr))
		b.WriteByte(':')
		b.Write(quoted(f.why))
	}
	if len(r.errs) > 0 {
		b.WriteByte('}')
	}
	b.WriteByte('}')
	_, err := fmt.Fprintf(l.out, "%s\n", text.EscapeJSON(b.Bytes()))
	return err
}

func quoted(s string) []byte {
	b, _ := json.Marshal(s) // a string always is
	return b
}

// summary returns a table of the least, mean, greatest and last value of each series.
func (p *plot) summary() string {
	var b strings.Builder
	for _, line := range legend(p.series, 0) {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// legend returns a table of series, and in front of each line margin columns.
func legend(all []*series, margin int) []string {
	rows := [][]string{{"", "min", "mean", "max", "last"}}
	for _, s := range all {
		rows = append(rows, append([]string{text.Cut(s.name, nameWidth)}, s.figures()...))
	}
	widths := make([]int, 5)
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], text.Width(cell))
		}
	}
	var lines []string
	for _, row := range rows {
		line := strings.Repeat(" ", margin) + row[0] + strings.Repeat(" ", widths[0]-text.Width(row[0]))
		for i, cell := range row[1:] {
			line += strings.Repeat(" ", 2+widths[i+1]-text.Width(cell)) + cell
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// figures returns the least, mean, greatest and last value of s.
func (s *series) figures() (all []string) {
	for _, x := range []float64{s.low, s.sum / float64(s.n), s.high, s.last} {
		if s.n == 0 || math.IsNaN(x) {
			all = append(all, "-")
			continue
		}
		all = append(all, s.unit.exact(x))
	}
	return all
}
