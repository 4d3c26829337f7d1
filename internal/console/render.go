package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

// The size of a terminal that does not tell it.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// style is how answers are laid out.
type style struct {
	name   Name
	width  setting[int]  // columns
	height int           // rows
	page   setting[bool] // long answers wait for a key; the terminal's value is not used
	sized  bool          // the terminal has told its height
	dumb   bool          // it has told that it can do nothing
	color  setting[bool]
	json   bool // each answer is JSON on one line
	keyed  bool // a Terminal sees the keys typed during an evaluation
	deep   bool // the user has set how deep answers are shown, however long they become
	echoed bool // a line stands above its answer as it was typed, behind a prompt
}

// setting is a property of the terminal that the user may override.
type setting[T any] struct {
	terminal T
	user     T
	fixed    bool // user counts
}

func (s setting[T]) value() T {
	if s.fixed {
		return s.user
	}
	return s.terminal
}

func faint(s string, st style) string { return text.Faint(s, st.color.value()) }
func red(s string, st style) string   { return text.Red(s, st.color.value()) }

// costColumn is where the cost begins that stands behind a short answer.
const costColumn = 44

// answer writes the answer to one line, and cuts it where it becomes too long.
type answer struct {
	ctx  context.Context // its end is an error of Write
	out  io.Writer
	buf  bytes.Buffer // to be written to out
	sent bool         // some was written to out
	left int          // bytes that may still be written; negative once some were cut
	lost int          // bytes cut

	page    pager  // shows it by pages; nil writes it at once
	opens   int    // how long buf is when the pager is asked for the first screen
	shown   int    // bytes of buf that it has shown
	unshown int    // lines that the user did not want to see
	leaves  error  // errLeft or errStopped, once the user wants no more
	color   bool   // it may contain colors, and ends with a reset if it is cut
	lines   int    // newlines written
	first   []byte // the beginning, long enough to tell whether the cost fits behind the first line
	held    bool   // a newline is due, unless the cost comes before it
}

// chunk is how many bytes of an answer are collected before they are written.
const chunk = 4 << 10

// Write adds p to the answer. It holds a newline at the end back, so that the cost can come before
// it.
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
	if a.page == nil && a.buf.Len() >= chunk || a.buf.Len() >= maxPaged {
		return n, a.flush(false)
	}
	return n, a.open()
}

// open has the pager show the first screen as soon as there is more than that: the rest of a long
// answer is laid out while somebody reads.
func (a *answer) open() (err error) {
	if a.page == nil || a.sent || a.shown > 0 || a.buf.Len() < max(a.opens, chunk) {
		return nil
	}
	a.shown, err = a.page.open(a.buf.Bytes())
	a.opens = 2 * a.buf.Len()
	return err
}

func (a *answer) add(p []byte) {
	fits := len(p)
	if a.left -= fits; a.left < 0 {
		fits = wholeLines(p, max(0, a.left+fits))
		a.lost += len(p) - fits
	}
	if a.lines == 0 && len(a.first) < 4*costColumn {
		a.first = append(a.first, p[:fits]...)
	}
	a.lines += bytes.Count(p, []byte("\n"))
	a.buf.Write(p[:fits])
}

// wholeLines returns how many of the first max bytes of p to write: whole lines, or else whole
// characters.
func wholeLines(p []byte, max int) int {
	if i := bytes.LastIndexByte(p[:max], '\n'); i >= 0 {
		return i
	}
	return len(text.Whole(p[:max]))
}

// flush writes what was collected. last says that nothing follows.
func (a *answer) flush(last bool) (err error) {
	defer func() {
		a.buf.Reset()
		a.shown = 0
	}()
	a.sent = true
	switch part := a.buf.Bytes(); {
	case a.leaves != nil:
		a.unshown += bytes.Count(part, []byte("\n"))
		return nil
	case a.page == nil:
		_, err = a.out.Write(part)
		return err
	default:
		a.unshown, err = a.page.page(part, a.shown, last)
	}
	if errors.Is(err, errLeft) || errors.Is(err, errStopped) {
		a.leaves, err = err, nil
	}
	return err
}

// end writes the rest of the answer, and how much of it was cut.
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
	if err := a.flush(true); err != nil || a.leaves == nil {
		return err
	}
	if _, err := fmt.Fprintf(a.out, "… %s not shown\n", manyLines(a.unshown)); err != nil {
		return err
	}
	if errors.Is(a.leaves, errStopped) {
		return errStopped
	}
	return nil
}

// result writes the value of an expression, what it cost if that is remarkable, and notes.
func (a *answer) result(r eval.Result, st style, now time.Time) error {
	if st.json {
		n := r.Value()
		if size := n.JSONSize(); size > a.left {
			// Half an object is no JSON.
			n = &render.Node{Err: beyondOutput(size, a.left)}
		}
		if err := n.WriteJSON(a); err != nil {
			return err
		}
		_, err := io.WriteString(a, "\n")
		return err
	}
	a.color = st.color.value()
	if err := writeText(a, r, st, now); err != nil {
		return err
	}
	return a.remarks(r.Cost, r.Notes, st)
}

// remarks ends an answer with what it cost if that is remarkable, and with notes.
func (a *answer) remarks(spent eval.Cost, notes []string, st style) error {
	if c := (cost{spent, true}); c.remarkable() {
		said := c.String()
		if width := visibleWidth(a.first); a.lines == 0 && width < costColumn && costColumn+text.Width(said) <= st.width.value() {
			a.held = false
			fmt.Fprint(a, strings.Repeat(" ", costColumn-width), faint(said, st), "\n")
		} else {
			a.remark(said, st)
		}
	}
	for _, note := range notes {
		a.remark(text.Escape(note), st)
	}
	if !a.held {
		_, err := io.WriteString(a, "\n")
		return err
	}
	return nil
}

// besides is how many rows of the screen an answer leaves to what stands around it: the line that
// was typed, a note and the next prompt.
const besides = 3

// writeText writes the value of an expression for people.
func writeText(out io.Writer, r eval.Result, st style, now time.Time) error {
	style := render.Style{Width: st.width.value(), Color: st.color.value(), Now: now, Name: r.Name}
	switch {
	case st.deep:
		style.Height = math.MaxInt32
	case !r.All:
		style.Height = max(st.height-besides, 1)
	}
	if r.Page == nil {
		return r.Node.WriteText(out, style)
	}
	if !st.echoed {
		style.Width = -1 // a client in line mode folds lines itself, or is a program
	}
	return r.Page.WriteText(out, style)
}

// remark writes a remark about the answer, below it.
func (a *answer) remark(note string, st style) {
	if !a.held {
		io.WriteString(a, "\n")
	}
	for _, line := range text.Fold(remarkIndent+note, st.width.value()-1, remarkIndent) {
		fmt.Fprintf(a, "%s%s\n", remarkIndent, faint(line[len(remarkIndent):], st))
	}
}

const remarkIndent = "  "

// writeError writes an error in a statement of line, with a caret under the place: in the line on
// the screen if that is just above, and otherwise in a copy below the message.
func (a *answer) writeError(err error, statement, line string, st style) error {
	a.ctx = context.WithoutCancel(a.ctx) // the error may be that it has ended
	said := err.Error()
	var e *eval.Error
	if errors.As(err, &e) {
		if name := meantCommand(e, statement); name != "" {
			said += "; did you mean the command " + name + "?"
		}
	}
	message := red(strings.Join(text.Fold(text.Escape(said), st.width.value()-1, "  "), "\n"), st)
	if e == nil || e.Line == 0 {
		_, err := fmt.Fprintln(a, message)
		return err
	}
	ours := *e
	if typed := e.Source == statement; typed {
		ours.Source = line
		if runes := []rune(line); st.echoed && e.Line == 1 && e.Col <= len(runes)+1 &&
			!strings.Contains(line, "\n") && st.lead()+text.Width(line) < st.width.value() {
			under := st.lead() + text.Width(string(runes[:e.Col-1]))
			_, err := fmt.Fprintf(a, "%*s^\n%s\n", under, "", message)
			return err
		}
	}
	snippet := strings.ReplaceAll(text.EscapeLines(ours.Snippet()), "\n", "\n  ")
	_, err = fmt.Fprintf(a, "%s\n  %s\n", message, snippet)
	return err
}

// visibleWidth returns the width of text that may contain colors.
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
