package client

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/sightglass-go/sightglass/internal/text"
)

// watchScreen draws the plot on the terminal, over what it has drawn before.
type watchScreen struct {
	out     io.Writer
	plot    *plot
	window  time.Duration
	ends    string // how the user ends the watch
	size    func() (columns, rows int)
	color   bool
	said    string
	drawn   []int // the widths of the lines on the screen
	stops   int   // of the process, before they were drawn
	signals chan os.Signal
	stop    func()
}

func newWatchScreen(out io.Writer, p *plot, window time.Duration, ends string) *watchScreen {
	w := &watchScreen{out: out, plot: p, window: window, ends: ends, size: terminalSize, color: colored(), signals: make(chan os.Signal, 16)}
	w.stop = notifyScreen(w.signals)
	w.stops = ofProcess.tell(w.signals)
	return w
}

// terminalSize returns the size of the terminal at standard output.
func terminalSize() (columns, rows int) {
	columns, rows, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

func (w *watchScreen) show(row) error { return w.draw(w.ends) }

func (w *watchScreen) tell(said string) {
	w.said = said
	w.draw(w.ends)
}

func (w *watchScreen) again() <-chan os.Signal { return w.signals }

func (w *watchScreen) redraw() { w.draw(w.ends) }

// end draws the plot as it stays.
func (w *watchScreen) end() {
	w.stop()
	if len(w.drawn) > 0 {
		w.draw("")
	}
}

// draw draws the plot, below what others have written while the process was stopped.
func (w *watchScreen) draw(ends string) (err error) {
	ofProcess.draw(func(stops int) {
		if stops != w.stops {
			w.stops, w.drawn = stops, w.drawn[:0]
		}
		err = w.write(ends)
	})
	return err
}

// write writes the plot over what it has written before. A screen that is narrower than then may show
// a line in several rows.
func (w *watchScreen) write(ends string) error {
	columns, rows := w.size()
	status := text.Count(w.plot.samples, "sample", "samples")
	if w.plot.slowed > 0 {
		status += ", every " + text.Duration(w.plot.slowed, 2) + " as they take long"
	}
	if w.plot.left > 0 {
		status += "; " + leftOut(w.plot.left)
	}
	for _, said := range []string{ends, w.said} {
		if said != "" {
			status += "; " + said
		}
	}
	lines := w.plot.draw(columns-1, rows-1, w.window, w.color, status)
	var b strings.Builder
	up := 0
	for _, width := range w.drawn {
		up += text.Rows(width, columns)
	}
	if up = min(up, rows-1); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	// Lines are written over, and not cleared before: that would flicker, and some terminals keep what is
	// cleared among the lines that have scrolled off.
	w.drawn = w.drawn[:0]
	b.WriteByte('\r')
	for _, line := range lines {
		b.WriteString(line + "\x1b[K\r\n")
		w.drawn = append(w.drawn, visible(line))
	}
	b.WriteString("\x1b[J")
	_, err := io.WriteString(w.out, b.String())
	return err
}

// visible returns the width of a line that may hold colors.
func visible(line string) (width int) {
	for i, part := range strings.Split(line, "\x1b[") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		width += text.Width(part)
	}
	return width
}
