package console

import (
	"fmt"
	"io"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Longer reports whether what WriteAnswer has written takes more rows of the terminal than that.
func (f Afar) Longer(shown []byte, rows int) bool {
	return !(&pages{text: shown, last: true}).within(f.Width, max(1, rows))
}

// Page shows what WriteAnswer has written, and waits after each screen of that many rows for a key,
// of which it reads byte by byte from keys. It has the keys of a Terminal's pager. left is true if
// Ctrl-C or the end of keys has ended it, and not q.
func (f Afar) Page(out io.Writer, keys io.Reader, shown []byte, rows int) (left bool, err error) {
	p := &pages{text: shown, last: true}
	page := max(1, rows-1) // for the label
	count, note := page, ""
	var d decoder
	for {
		if _, err := out.Write(p.take(f.Width, count)); err != nil || p.at == len(p.text) {
			return false, err
		}
		end := ""
		if f.Color {
			end = "\x1b[0m"
		}
		if p.at > 0 && p.text[p.at-1] != '\n' {
			end += "\n"
		}
		next, want, err := f.press(out, keys, &d, &pause{head: p.head(note), place: p.place()}, end)
		if err != nil {
			next = leftLine
		}
		if want != "" {
			p.want = want
		}
		count, note = page, ""
		switch next {
		case aLine:
			count = 1
		case theRest:
			count = len(p.text)
		case toMatch:
			if count, note, err = p.toMatch(out, page, rows); err != nil {
				return false, err
			}
		case leftAnswer, leftLine:
			_, err := fmt.Fprintf(out, "… %s not shown\n", manyLines(p.left()))
			return next == leftLine, err
		}
	}
}

// press shows the pager's prompt behind end until a key decides what is next, and returns what was
// typed to search for.
func (f Afar) press(out io.Writer, keys io.Reader, d *decoder, now *pause, end string) (next turning, want string, err error) {
	var b [1]byte
	for pressed := true; ; {
		if pressed {
			label := now.label(f.Width)
			if now.finding {
				label = text.Fit("/"+text.Escape(string(now.want)), f.Width-1)
			}
			if _, err := fmt.Fprint(out, end, "\r\x1b[K", label); err != nil {
				return 0, "", err
			}
			end = ""
		}
		if _, err := io.ReadFull(keys, b[:]); err != nil {
			fmt.Fprint(out, "\r\x1b[K")
			return 0, "", err
		}
		pressed = false
		for _, k := range d.decode(b[0]) {
			pressed = true
			if next, ok := now.press(k); ok {
				_, err := fmt.Fprint(out, "\r\x1b[K")
				return next, string(now.want), err
			}
		}
	}
}
