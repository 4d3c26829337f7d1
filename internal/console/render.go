package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
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
	return len(text.Whole(p[:max]))
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
		fmt.Fprintf(&a.buf, "\n… %s bytes more: ask for a part of it", text.Thousands(a.lost))
		a.held = true
	}
	if a.held {
		a.held = false
		a.buf.WriteByte('\n')
	}
	return a.flush()
}

// result writes what an expression came to.
func (a *answer) result(r eval.Result, st style, now time.Time) error {
	if st.json {
		_, err := fmt.Fprintf(a, "%s\n", r.Node.JSON())
		return err
	}
	a.color = st.color.value()
	if err := writeText(a, r, st, now); err != nil {
		return err
	}
	if c := (cost{r.Cost, true}); c.worthSaying() {
		said := c.String()
		if width := visibleWidth(a.first); a.lines == 0 && width < costColumn && costColumn+text.Width(said) <= st.width.value() {
			a.held = false
			fmt.Fprint(a, strings.Repeat(" ", costColumn-width), faint(said, st), "\n")
		} else {
			a.aside(said, st)
		}
	}
	for _, note := range r.Notes {
		a.aside(text.Escape(note), st)
	}
	if !a.held {
		_, err := io.WriteString(a, "\n")
		return err
	}
	return nil
}

// writeText writes what an expression came to as people read it.
func writeText(out io.Writer, r eval.Result, st style, now time.Time) error {
	style := render.Style{Width: st.width.value(), Color: st.color.value(), Now: now, Name: r.Name}
	if r.Page == nil {
		return r.Node.WriteText(out, style)
	}
	if !st.echoed {
		style.Width = -1 // who has no echo from us folds lines as he likes, or is a program
	}
	return r.Page.WriteText(out, style)
}

// aside writes what is said about the answer, below it.
func (a *answer) aside(note string, st style) {
	if !a.held {
		io.WriteString(a, "\n")
	}
	for _, line := range text.Fold(asideIndent+note, st.width.value()-1, asideIndent) {
		fmt.Fprintf(a, "%s%s\n", asideIndent, faint(line[len(asideIndent):], st))
	}
}

const asideIndent = "  "

// fail writes what went wrong with a statement of line: with a caret under the place, in the line
// as it was typed if that can be, or else below the message in a copy.
func (a *answer) fail(err error, statement, line string, st style) error {
	a.ctx = context.WithoutCancel(a.ctx) // what went wrong may be its end, and is to be said
	message := red(strings.Join(text.Fold(text.Escape(err.Error()), st.width.value()-1, "  "), "\n"), st)
	var e *eval.Error
	if !errors.As(err, &e) || e.Line == 0 {
		_, err := fmt.Fprintln(a, message)
		return err
	}
	ours := *e
	if typed := e.Source == statement; typed {
		ours.Source = line
		if runes := []rune(line); st.echoed && e.Line == 1 && e.Col <= len(runes)+1 &&
			!strings.Contains(line, "\n") && len(prompt)+text.Width(line) < st.width.value() {
			under := len(prompt) + text.Width(string(runes[:e.Col-1]))
			_, err := fmt.Fprintf(a, "%*s^\n%s\n", under, "", message)
			return err
		}
	}
	snippet := strings.ReplaceAll(text.EscapeLines(ours.Snippet()), "\n", "\n  ")
	_, err = fmt.Fprintf(a, "%s\n  %s\n", message, snippet)
	return err
}

// visibleWidth is the width of what may hold colours.
func visibleWidth(shown []byte) int {
	n := 0
	var d decoder
	for _, b := range shown {
		for _, k := range d.decode(b) {
			if k.code == keyChar {
				n += text.RuneWidth(k.char)
			}
		}
	}
	return n
}
