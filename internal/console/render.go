package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect"
)

// From where on an answer says what it cost: what a person feels as a pause, and what is more
// than a page of anything.
const (
	slow  = 50 * time.Millisecond
	large = 100_000 // entries
)

// costColumn is where the cost stands behind an answer of one short line.
const costColumn = 44

// answer is what is written for one line. It stops when its context ends, and counts instead of
// writing when it has become too long.
type answer struct {
	ctx  context.Context
	out  io.Writer
	buf  bytes.Buffer
	left int // bytes that may still be written
	lost int // bytes that were not

	color bool
	lines int    // newlines written
	first []byte // the first line, as far as it could have the cost behind it
	held  bool   // a newline at the end that is not written yet
}

// chunk is how much of an answer is collected before it is written.
const chunk = 4 << 10

// Write collects p. The newline at the end of an answer is held back, for the cost to stand before it.
func (a *answer) Write(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	n := len(p)
	if a.held && n > 0 {
		a.held = false
		a.add([]byte("\n"))
	}
	if n > 0 && p[n-1] == '\n' {
		a.held = true
		p = p[:n-1]
	}
	a.add(p)
	if a.buf.Len() >= chunk {
		return n, a.flush()
	}
	return n, nil
}

func (a *answer) add(p []byte) {
	fits := len(p)
	if a.left -= fits; a.left < 0 {
		fits = whole(p, max(0, a.left+fits))
		a.lost += len(p) - fits
	}
	if a.lines == 0 && len(a.first) < 4*costColumn {
		a.first = append(a.first, p[:fits]...)
	}
	a.lines += bytes.Count(p, []byte("\n"))
	a.buf.Write(p[:fits])
}

// whole is how much of p to write of max bytes: whole lines, or else whole characters.
func whole(p []byte, max int) int {
	if i := bytes.LastIndexByte(p[:max], '\n'); i >= 0 {
		return i
	}
	for max > 0 && !utf8.RuneStart(p[max]) {
		max--
	}
	return max
}

func (a *answer) flush() error {
	_, err := a.out.Write(a.buf.Bytes())
	a.buf.Reset()
	return err
}

// end writes what is left to write.
func (a *answer) end() error {
	if err := a.ctx.Err(); err != nil {
		return err
	}
	if a.lost > 0 {
		if a.color {
			a.buf.WriteString("\x1b[0m")
		}
		fmt.Fprintf(&a.buf, "\n… %s bytes more: ask for a part of it", thousands(a.lost))
		a.held = true
	}
	if a.held {
		a.buf.WriteByte('\n')
	}
	return a.flush()
}

// result writes what an expression came to.
func (a *answer) result(r eval.Result, st style) error {
	a.color = st.color.value()
	if r.Name != "" {
		fmt.Fprint(a, printable(r.Name), " = ")
	}
	if r.Text != "" {
		// A layout of the evaluator's own, such as that of dir().
		_, err := io.WriteString(a, r.Text+"\n")
		return err
	}
	err := r.Node.WriteText(a, inspect.Style{Width: st.width.value(), Color: a.color, Now: time.Now()})
	if err != nil {
		return err
	}
	if cost := costText(r.Cost); cost != "" {
		if width := visibleWidth(a.first); a.lines == 0 && width < costColumn {
			a.held = false
			fmt.Fprint(a, strings.Repeat(" ", costColumn-width), faint(cost, st), "\n")
		} else {
			a.aside(cost, st)
		}
	}
	for _, note := range r.Notes {
		a.aside(printable(note), st)
	}
	if !a.held {
		_, err = io.WriteString(a, "\n")
	}
	return err
}

// aside writes a line that is about the answer.
func (a *answer) aside(text string, st style) {
	if !a.held {
		io.WriteString(a, "\n")
	}
	fmt.Fprintf(a, "  %s\n", faint(text, st))
}

// fail writes what went wrong with line: with a caret under the place, in the line as it was
// typed if that can be, or else below the message in a copy.
func (a *answer) fail(err error, line string, st style) error {
	a.ctx = context.WithoutCancel(a.ctx) // what went wrong may be its end, and is to be said
	message := printable(err.Error())
	var e *eval.Error
	if !errors.As(err, &e) || e.Line == 0 {
		_, err := fmt.Fprintln(a, red(message, st))
		return err
	}
	if runes := []rune(line); st.echoed && e.Source == line && e.Line == 1 && e.Col <= len(runes)+1 &&
		!strings.Contains(line, "\n") && len(prompt)+textWidth(line) < st.width.value() {
		under := len(prompt) + textWidth(string(runes[:e.Col-1]))
		_, err := fmt.Fprintf(a, "%*s^\n%s\n", under, "", red(message, st))
		return err
	}
	snippet := strings.ReplaceAll(printable(e.Snippet()), "\n", "\n  ")
	_, err = fmt.Fprintf(a, "%s\n  %s\n", red(message, st), snippet)
	return err
}

// costText is "" for an answer that was cheap and came from memory that held still.
func costText(c eval.Cost) string {
	if c.Time < slow && c.Entries < large && c.Torn == 0 {
		return ""
	}
	parts := []string{thousands(c.Entries) + " entries"}
	if c.Bytes >= 1<<20 {
		parts = append(parts, strconv.Itoa(c.Bytes>>20)+" MiB kept")
	}
	parts = append(parts, milliseconds(c.Time))
	if c.Waited >= time.Millisecond {
		parts = append(parts, milliseconds(c.Waited)+" of it waiting for locks")
	}
	if c.Retries > 0 {
		parts = append(parts, thousands(c.Retries)+" read again")
	}
	if c.Torn > 0 {
		parts = append(parts, thousands(c.Torn)+" torn")
	}
	return strings.Join(parts, ", ")
}

func milliseconds(d time.Duration) string {
	if d >= 10*time.Second {
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return thousands(int(d.Milliseconds())) + " ms"
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func faint(s string, st style) string { return colored(s, "\x1b[2m", st) }
func red(s string, st style) string   { return colored(s, "\x1b[31m", st) }

func colored(s, sequence string, st style) string {
	if !st.color.value() {
		return s
	}
	return sequence + s + "\x1b[0m"
}

// visibleWidth is the width of text that may hold colours.
func visibleWidth(text []byte) int {
	n := 0
	var d decoder
	for _, b := range text {
		for _, k := range d.decode(b) {
			if k.code == keyChar {
				n += runeWidth(k.char)
			}
		}
	}
	return n
}
