package console

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An action is what a key asks of the editor's owner.
type action uint8

const (
	none      action = iota
	accept           // the line is complete: take it
	tooLong          // the line was too long, and is gone
	completes        // Tab: propose is to be given what could stand at place
	interrupt        // Ctrl-C
	leave            // Ctrl-D on an empty line
)

// editor is a line being typed. With echo it is what one expects of a shell's prompt, and out
// collects what the terminal has to be sent; without, it collects the line and out is nothing but
// prompts: who has no echo from us has edited the line before sending it.
//
// The line may hold newlines: Enter where a bracket is open adds one.
type editor struct {
	echo    bool
	max     int // bytes of a line, of which fewer are edited: see limit
	history *history
	acts    func() bool // nil: never
	program func() bool // lines come from a program, in JSON mode; nil: never

	text    []rune
	pos     int // of the cursor, in text
	size    int // bytes of text as UTF-8
	over    bool
	pasting bool
	scanned int // runes of text that scanner has read: what is pasted may have many lines
	scanner scanner
	nesting int // Limits.Nesting
	killed  []rune
	killing bool // the key kills,
	joins   bool // as the one before did: it is yanked back with that

	recall recall
	search search
	screen screen
}

// The prompts of a line, where the session looks and where it may act, and of its continuation.
// They have the same width.
const (
	prompt     = "> "
	actsPrompt = "# "
	more       = ". "
)

// fromProgram reports whether there is neither prompt nor echo, and each line is a line by itself.
func (e *editor) fromProgram() bool { return e.program != nil && e.program() }

// refuses reports whether what is typed is dropped, up to the line's end.
func (e *editor) refuses() bool { return e.over && !e.search.on }

// echoes reports whether keys edit a line on the screen.
func (e *editor) echoes() bool { return e.echo && !e.fromProgram() }

func (e *editor) prompt() string {
	if e.fromProgram() {
		return ""
	}
	if e.acts != nil && e.acts() {
		return actsPrompt
	}
	return prompt
}

// maxEdited bounds a line that is edited here, in bytes: each key may take as long as the line is, and have it
// shown anew. It is four screens of 80 by 24, and twice what completion looks at.
const maxEdited = 8 << 10

// limit is how long the line may get, in bytes.
func (e *editor) limit() int {
	if e.echoes() {
		return min(e.max, maxEdited)
	}
	return e.max
}

// begin starts a line.
func (e *editor) begin() {
	e.clear()
	e.recall.on = false
	e.search.on = false
	e.killing = false
	e.screen.begin(e.prompt())
}

func (e *editor) clear() {
	e.changes(0)
	e.text, e.pos, e.size, e.over = e.text[:0], 0, 0, false
	if cap(e.text) > 4096 {
		e.text = nil // one long line is no reason to hold its memory for the rest of the session
	}
}

// drop forgets that something was being pasted: its end was dropped.
func (e *editor) drop() { e.pasting = false }

// setEcho changes the mode; what was typed so far stays.
func (e *editor) setEcho(on bool) {
	e.echo = on
	e.pos = len(e.text)
	if e.size > e.limit() {
		e.clear()
		e.over = true
	}
}

// refresh brings the screen up to date with the keys since the last one.
func (e *editor) refresh() {
	if !e.echoes() {
		return
	}
	if e.search.on {
		label, text, pos := e.search.view(e.history)
		e.screen.show(label, text, pos)
		return
	}
	e.screen.show(e.prompt(), e.text, e.pos)
}

// resize takes note of another width, and shows the line anew.
func (e *editor) resize(width int) {
	if e.screen.width == width {
		return
	}
	if !e.echoes() {
		e.screen.width = width
		return
	}
	e.screen.resize(width)
	e.screen.begin(e.screen.label)
}

// interject writes text, which ends in a newline, in place of the line, and the line again below it.
func (e *editor) interject(text string) {
	if e.echoes() {
		e.screen.erase()
	} else {
		e.screen.put("\n")
	}
	e.screen.put(text)
	e.screen.begin(e.prompt())
	e.refresh()
}

// leaveLine moves below the line, whatever part of it the cursor was in, and writes note behind it.
func (e *editor) leaveLine(note string) {
	if e.echoes() {
		e.search.on = false
		e.pos = len(e.text)
		e.refresh()
		e.screen.put(note + "\n")
	}
}

// key does what k asks. After accept, take has the line.
func (e *editor) key(k key) action {
	if !e.echoes() {
		return e.plainKey(k)
	}
	e.joins, e.killing = e.killing, false
	if e.search.on && e.searchKey(k) {
		return none
	}
	if k.code != keyUp && k.code != keyDown {
		e.recall.on = false
	}
	switch k.code {
	case keyInterrupt:
		return interrupt
	case keyEOF:
		if len(e.text) == 0 && !e.over {
			return leave
		}
		e.delete(e.pos, e.right())
	case keyEnter:
		return e.enter()
	case keyTab:
		if e.pasting {
			e.insert(' ')
		} else {
			return completes
		}
	case keySearch:
		e.startSearch()
	default:
		e.edit(k)
	}
	return none
}

// edit does the keys that only change the line or the place in it.
func (e *editor) edit(k key) {
	switch k.code {
	case keyChar:
		e.insert(k.char)
	case keyPaste, keyPasteEnd:
		e.pasting = k.code == keyPaste
	case keyLeft:
		e.pos = e.left()
	case keyRight:
		e.pos = e.right()
	case keyHome:
		e.pos = e.lineStart()
	case keyEnd:
		e.pos = e.lineEnd()
	case keyWordLeft:
		e.pos = e.wordLeft(inWord)
	case keyWordRight:
		e.pos = e.wordRight()
	case keyBackspace:
		e.delete(e.left(), e.pos)
	case keyDelete:
		e.delete(e.pos, e.right())
	case keyKillStart:
		e.kill(e.lineStart(), e.pos)
	case keyKillEnd:
		e.kill(e.pos, e.lineEnd())
	case keyKillBlank:
		e.kill(e.wordLeft(func(r rune) bool { return !unicode.IsSpace(r) }), e.pos)
	case keyKillWord:
		e.kill(e.wordLeft(inWord), e.pos)
	case keyKillNextWord:
		e.kill(e.pos, e.wordRight())
	case keyYank:
		e.insert(e.killed...)
	case keyTranspose:
		e.transpose()
	case keyUp:
		if !e.lineUp() {
			e.older()
		}
	case keyDown:
		if !e.lineDown() {
			e.newer()
		}
	case keyRedraw:
		e.screen.clear()
	}
}

// plainKey is key in line mode, where arrows and the like were not meant for us.
func (e *editor) plainKey(k key) action {
	switch k.code {
	case keyChar:
		e.insert(k.char)
	case keyTab:
		e.insert(' ')
	case keyBackspace:
		// The lines before are as they were sent.
		e.delete(max(e.left(), e.lineStart()), e.pos)
	case keyKillStart:
		e.delete(e.lineStart(), e.pos)
	case keyInterrupt:
		return interrupt
	case keyEOF:
		if len(e.text) == 0 && !e.over {
			return leave
		}
	case keyEnter:
		return e.enter()
	}
	return none
}

// enter completes the line, or adds a newline where a bracket is open. A blank line more
// completes it all the same: nobody is kept in an expression that he cannot close.
func (e *editor) enter() action {
	if e.over {
		e.leaveLine("")
		return tooLong
	}
	blank := len(e.text) > 0 && e.text[len(e.text)-1] == '\n'
	if !e.fromProgram() && !blank && e.incomplete() {
		e.insert('\n')
		if !e.echoes() {
			e.screen.put(more)
		}
		return none
	}
	e.leaveLine("")
	return accept
}

// incomplete is Session.Incomplete of the text. It reads only what is new since it was so.
func (e *editor) incomplete() bool {
	part := string(e.text[e.scanned:])
	e.scanned = len(e.text)
	return e.scanner.incomplete(part, e.nesting)
}

// changes says that the text is another from pos on: by more than a newline at its end, which is
// where the scanner may be told to go on.
func (e *editor) changes(pos int) {
	if pos <= e.scanned {
		e.scanned, e.scanner = 0, scanner{}
	}
}

// take returns the line and forgets it.
func (e *editor) take() string {
	line := strings.TrimRight(string(e.text), "\n")
	e.clear()
	return line
}

// insert puts text at the cursor. What does not fit makes the line too long.
func (e *editor) insert(text ...rune) {
	n := sizeOf(text)
	if e.over || e.size+n > e.limit() {
		e.over = true
		return
	}
	if len(text) != 1 || text[0] != '\n' || e.pos < len(e.text) {
		e.changes(e.pos)
	}
	e.text = slices.Insert(e.text, e.pos, text...)
	e.pos += len(text)
	e.size += n
}

// sizeOf is how many bytes text has as UTF-8.
func sizeOf(text []rune) (n int) {
	for _, r := range text {
		n += utf8.RuneLen(r)
	}
	return n
}

func (e *editor) delete(from, to int) {
	e.changes(from)
	e.size -= sizeOf(e.text[from:to])
	e.text = slices.Delete(e.text, from, to)
	e.pos = from
	if len(e.text) == 0 {
		e.over = false // nothing is left of what was too long
	}
}

// kill removes text for keyYank to bring back.
func (e *editor) kill(from, to int) {
	e.killing = true
	if from == to {
		return
	}
	gone := slices.Clone(e.text[from:to])
	switch {
	case !e.joins:
		e.killed = gone
	case from < e.pos:
		e.killed = append(gone, e.killed...)
	default:
		e.killed = append(e.killed, gone...)
	}
	e.delete(from, to)
}

func (e *editor) transpose() {
	if len(e.text) < 2 || e.pos == 0 {
		return
	}
	i := min(e.pos, len(e.text)-1)
	e.changes(i - 1)
	e.text[i-1], e.text[i] = e.text[i], e.text[i-1]
	e.pos = i + 1
}

// set replaces the line.
func (e *editor) set(line string) {
	e.clear()
	e.insert([]rune(line)...)
}
