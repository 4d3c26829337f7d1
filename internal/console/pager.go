package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/internal/text"
)

// maxPaged bounds the text of an answer that is kept while a person reads it, in bytes. A longer
// answer comes in parts; with the default Limits.Output there is none.
const maxPaged = 1 << 20

// errStopped ends a line whose answer was left by Ctrl-C in the pager.
var errStopped = errors.New("the answer was left")

// A pager shows an answer and waits after each screen.
type pager interface {
	// open shows the first screen of an answer that begins with part, before the rest of it is there,
	// and returns how many bytes that takes. It is 0 if part may be all that there is to see, or if
	// nobody is to be asked.
	open(part []byte) (at int, err error)
	// page shows a part of an answer, of which at bytes are shown already. last is set for the last
	// part. It returns how many lines of the part it has not shown, and errLeft or errStopped if the
	// user wants no more.
	page(part []byte, at int, last bool) (unshown int, err error)
}

// errLeft ends an answer that was left by q in the pager.
var errLeft = errors.New("the rest of the answer was left")

// turning is what the user wants of a long answer next.
type turning uint8

const (
	aPage turning = iota
	aLine
	theRest
	toMatch
	leftAnswer // q: nothing more of it
	leftLine   // Ctrl-C: nor of what follows it in the line
)

// pause is a place in a long answer where the terminal waits for a key. It belongs to Terminal.mu,
// but for decided.
type pause struct {
	decided chan turning // of capacity 1
	head    string       // what it shows, and where it is in the answer
	place   string
	finding bool   // a text to search for is being typed
	want    []rune // it
}

// pages is the text of an answer, by rows of a terminal.
type pages struct {
	text []byte
	at   int    // how much of it was shown
	last bool   // nothing follows it
	want string // what was searched for last
}

var _ pager = (*Terminal)(nil)

// open implements pager.
func (t *Terminal) open(part []byte) (at int, err error) {
	p := &pages{text: part}
	width, rows, ok := t.opensPager()
	if !ok || p.within(width, rows) {
		return 0, nil
	}
	if _, err := t.out.Write(p.take(width, max(1, rows-1))); err != nil {
		return 0, err
	}
	return p.at, t.out.Flush()
}

// page implements pager. It is called by the goroutine of run, which holds no lock, and keeps nothing
// but part while it waits.
func (t *Terminal) page(part []byte, at int, last bool) (unshown int, err error) {
	p := &pages{text: part, at: at, last: last}
	width, rows, ok := t.opensPager()
	shown := max(1, rows-1) // the line asked stays on the screen
	if at > 0 {
		// What was typed since the first screen is about it.
		shown, ok = 0, !t.leaving()
	}
	if !ok || p.fits(width, rows) {
		_, err := t.out.Write(part[at:])
		return 0, err
	}
	note := ""
	for next := aPage; ; {
		switch next {
		case aLine:
			shown = 1
		case theRest:
			shown = len(part)
		case toMatch:
			var err error
			if shown, note, err = p.toMatch(t.out, shown, rows); err != nil {
				return 0, err
			}
		}
		if _, err := t.out.Write(p.take(width, shown)); err != nil {
			return 0, err
		}
		if p.at == len(part) {
			return 0, nil
		}
		if err := t.out.Flush(); err != nil {
			return 0, err
		}
		if next, width, rows, err = t.awaitTurning(p, note); err != nil {
			return 0, err
		}
		switch note, shown = "", rows; next {
		case leftAnswer:
			return p.left(), errLeft
		case leftLine:
			return p.left(), errStopped
		}
	}
}

// opensPager reports whether somebody is there who can turn pages, and the size of a page. Whoever
// has typed ahead, or pasted several lines, wants the answers without being asked.
func (t *Terminal) opensPager() (width, rows int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	width, rows = t.pageSize()
	ahead := len(t.held.bytes) > 0 || t.unread != nil && t.unread()
	return width, rows, !ahead && !t.eof && t.decoder.between() && t.job.Err() == nil && !t.ends()
}

// leaving reports whether nobody is there any more who could turn pages.
func (t *Terminal) leaving() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.eof || t.ends()
}

// pageSize returns the columns of the terminal, and its rows but the one for the pager's prompt.
func (t *Terminal) pageSize() (width, rows int) {
	return t.editor.screen.width, max(1, t.session.currentStyle().height-1)
}

// awaitTurning waits for a key in the pager. The error is that of the line if that was cancelled.
func (t *Terminal) awaitTurning(p *pages, note string) (next turning, width, rows int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	width, rows = t.pageSize()
	if err := t.job.Err(); err != nil {
		return 0, 0, 0, err
	}
	if t.eof || !t.editor.echoes() {
		return theRest, width, rows, nil
	}
	if t.session.currentStyle().color.value() {
		t.editor.screen.put("\x1b[0m")
	}
	if p.at > 0 && p.text[p.at-1] != '\n' {
		t.editor.screen.put("\n")
	}
	now := &pause{decided: make(chan turning, 1), head: p.head(note), place: p.place()}
	t.pause = now
	t.editor.screen.begin(now.label(t.editor.screen.width))
	t.show()
	for len(t.held.bytes) > 0 && t.pause == now {
		t.held.drop(t.turn(t.held.bytes[:1]))
		t.room.Broadcast()
	}
	job := t.job
	t.mu.Unlock()
	select {
	case next = <-now.decided:
	case <-job.Done():
		err = job.Err()
	}
	t.mu.Lock()
	t.pause = nil
	t.editor.screen.erase()
	t.show()
	if len(now.want) > 0 {
		p.want = string(now.want)
	}
	width, rows = t.pageSize()
	return next, width, rows, err
}

// decide ends the pause.
func (t *Terminal) decide(next turning) {
	t.pause.decided <- next
	t.pause = nil
}

// turn gives p to the pager, up to the key that ends the pause, and returns the number of bytes that
// took.
func (t *Terminal) turn(p []byte) (n int) {
	for n < len(p) && t.pause != nil {
		keys := t.decoder.decode(p[n])
		n++
		for _, k := range keys {
			if t.pause == nil {
				break
			}
			if next, ok := t.pause.press(k); ok {
				t.decide(next)
			}
		}
	}
	if t.pause != nil {
		t.showPause()
	}
	return n
}

// press acts on a key, and reports whether it decides what is next.
func (p *pause) press(k key) (next turning, decided bool) {
	if p.finding {
		return toMatch, p.findKey(k)
	}
	switch {
	case k.code == keyPageDown, k.char == ' ', k.char == 'f':
		return aPage, true
	case k.code == keyEnter, k.code == keyDown, k.char == 'j':
		return aLine, true
	case k.char == 'G', k.char == '>':
		return theRest, true
	case k.char == 'n':
		return toMatch, true
	case k.char == 'q', k.char == 'Q', k.code == keyEOF:
		return leftAnswer, true
	case k.code == keyInterrupt:
		return leftLine, true
	case k.char == '/':
		p.finding = true
	}
	return 0, false // other keys do nothing
}

// findKey acts on a key while the text to search for is typed, and reports whether it is complete.
func (p *pause) findKey(k key) (complete bool) {
	switch k.code {
	case keyChar:
		if len(p.want) < maxWanted {
			p.want = append(p.want, k.char)
		}
	case keyBackspace:
		if len(p.want) == 0 {
			p.finding = false
			return false
		}
		p.want = p.want[:len(p.want)-1]
	case keyKillStart:
		p.want = p.want[:0]
	case keyEnter:
		return true
	case keyAbort, keyInterrupt:
		p.finding, p.want = false, nil
	}
	return false
}

// showPause shows the pager's prompt.
func (t *Terminal) showPause() {
	s := &t.editor.screen
	if p := t.pause; p.finding {
		s.show("/", p.want, len(p.want))
	} else {
		s.show(p.label(s.width), nil, 0)
	}
	t.show()
}

// label returns the pager's prompt, with as much as fits a row of that many columns.
func (p *pause) label(columns int) string {
	for _, label := range []string{p.head + p.place + ": space, Enter, / finds, q ends", p.head + p.place} {
		if text.Width(label) < columns {
			return label
		}
	}
	return text.Cut(p.head, max(1, columns-1))
}

// head returns what the pager has to say.
func (p *pages) head(note string) string {
	if note == "" {
		note = "more"
	}
	return "-- " + text.Escape(note) + " --"
}

// place returns where in the answer the pager is.
func (p *pages) place() string {
	all := linesIn(p.text)
	total := manyLines(all)
	if !p.last {
		total = "more than " + total
	}
	return fmt.Sprintf("  %s of %s", text.Thousands(all-p.left()), total)
}

// left returns how many lines were not shown, or not to their end.
func (p *pages) left() int { return linesIn(p.text[p.at:]) }

// manyLines writes a number of lines.
func manyLines(n int) string { return text.Count(n, "line", "lines") }

func linesIn(part []byte) int {
	n := bytes.Count(part, []byte("\n"))
	if len(part) > 0 && part[len(part)-1] != '\n' {
		n++
	}
	return n
}

// fits reports whether the text has at most that many rows, and nothing follows it.
func (p *pages) fits(width, rows int) bool { return p.last && p.within(width, rows) }

// within reports whether the text has at most that many rows.
func (p *pages) within(width, rows int) bool {
	whole := *p
	whole.take(width, rows)
	return whole.at == len(p.text)
}

// pages reports whether a long answer waits for a key after each screen, as far as the terminal and
// the user decide that.
func (st style) pages() bool {
	if st.page.fixed {
		return st.page.user
	}
	return st.sized && !st.dumb
}

// take returns the next rows of the text.
func (p *pages) take(width, rows int) []byte {
	from := p.at
	for ; rows > 0 && p.at < len(p.text); rows-- {
		p.at += row(p.text[p.at:], width)
	}
	return p.text[from:p.at]
}

// row returns the number of bytes in the first row of shown, which a terminal of that width wraps,
// with the newline if there is one. Sequences that set colors take no room.
func row(shown []byte, width int) int {
	columns := 0
	for i := 0; i < len(shown); {
		switch shown[i] {
		case '\n':
			return i + 1
		case byteEscape:
			n := bytes.IndexByte(shown[i:], 'm')
			if n < 0 {
				return len(shown)
			}
			i += n + 1
			continue
		}
		r, n := utf8.DecodeRune(shown[i:])
		if columns += text.RuneWidth(r); columns > width && i > 0 {
			return i
		}
		i += n
	}
	return len(shown)
}

// find moves on to the next line that has the text searched for, and returns how many lines that
// skipped. A text without capitals is found in any case.
func (p *pages) find() (skipped int, found bool) {
	if p.want == "" {
		return 0, false
	}
	fold := func(s string) string { return s }
	if strings.IndexFunc(p.want, unicode.IsUpper) < 0 {
		fold = strings.ToLower
	}
	for at := p.at; at < len(p.text); skipped++ {
		n := bytes.IndexByte(p.text[at:], '\n') + 1
		if n == 0 {
			n = len(p.text) - at
		}
		if strings.Contains(fold(plain(p.text[at:at+n])), p.want) {
			p.at = at
			return skipped, true
		}
		at += n
	}
	return 0, false
}

// toMatch moves on to the next match, and returns how many rows to show, which are those of a page if
// something was skipped, and what to say if there is no match.
func (p *pages) toMatch(out io.Writer, page, rows int) (shown int, note string, err error) {
	skipped, found := p.find()
	switch {
	case found && skipped > 0:
		_, err = fmt.Fprintf(out, "… %s skipped\n", manyLines(skipped))
		return max(1, rows-1), "", err
	case found:
		return page, "", nil
	case p.want != "":
		note = "not found: " + p.want
	}
	return 0, note, nil
}

// plain returns shown without the sequences that set colors.
func plain(shown []byte) string {
	var b strings.Builder
	for len(shown) > 0 {
		i := bytes.IndexByte(shown, byteEscape)
		if i < 0 {
			i = len(shown)
		}
		b.Write(shown[:i])
		shown = shown[i:]
		if n := bytes.IndexByte(shown, 'm'); n >= 0 {
			shown = shown[n+1:]
		} else {
			break
		}
	}
	return b.String()
}
