package console

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// action is what a key asks of the Terminal.
type action uint8

const (
	none      action = iota
	accept           // the line is complete: take returns it
	tooLong          // the line was too long, and is gone
	completes        // Tab: complete the line, and propose the result
	interrupt        // Ctrl-C
	leave            // Ctrl-D on an empty line
)

// editor edits the line being typed. With echo it does what a shell's prompt does, and screen
// collects what to send to the terminal. Without echo it only collects the line, which the client
// has edited before sending it, and screen gets nothing but prompts.
//
// The line may have several lines: Enter adds a newline while a bracket is open.
type editor struct {
	// echo is set in character mode.
	echo bool
	// max bounds a line in bytes. See limit.
	max int
	// nesting is Limits.Nesting, for scanner.
	nesting int
	history *history
	// label returns the prompt of the session; nil stands for prompt.
	label func() string
	// program reports whether lines come from a program, in JSON mode; nil stands for no.
	program func() bool

	// text is the line so far, size its bytes as UTF-8, and pos the place of the cursor in it.
	text []rune
	size int
	pos  int
	// over is set once the line was too long. Then it cannot be accepted before it is emptied.
	over bool
	// pasting is set between the terminal's marks of a paste, where a tab is a blank.
	pasting bool
	// scanner has read the first scanned runes of text. A paste may have many lines, and Enter
	// reads only what is new.
	scanner scanner
	scanned int
	// killed is what the last kills removed. killing is set by a key that kills, and joins tells
	// the next such key to add to killed.
	killed         []rune
	killing, joins bool

	// listed is how many lines of a list of proposals came before those on the screen.
	listed int

	recall recall
	search search
	screen screen
}

// The prompts. A name may stand before the first two.
const (
	prompt     = "> "
	actsPrompt = "# " // the session may act
	more       = ". " // the line goes on
)

// fromProgram reports whether there is neither prompt nor echo, and no line goes on in the next.
func (e *editor) fromProgram() bool { return e.program != nil && e.program() }

// refuses reports whether characters are dropped, as the line is too long.
func (e *editor) refuses() bool { return e.over && !e.search.on }

// echoes reports whether keys edit a line on the screen.
func (e *editor) echoes() bool { return e.echo && !e.fromProgram() }

func (e *editor) prompt() string {
	if e.fromProgram() {
		return ""
	}
	if e.label != nil {
		return e.label()
	}
	return prompt
}

// maxEdited bounds a line that is edited, in bytes, as each key may take time in proportion to the
// line and show it anew. It is four screens of 80 by 24, and twice what completion looks at.
const maxEdited = 8 << 10

// limit bounds the line in bytes.
func (e *editor) limit() int {
	if e.echoes() {
		return min(e.max, maxEdited)
	}
	return e.max
}

// begin starts a new line.
func (e *editor) begin() {
	e.clear()
	e.recall.on = false
	e.search.on = false
	e.killing = false
	e.screen.begin(e.prompt())
}

func (e *editor) clear() {
	e.invalidate(0)
	e.text, e.pos, e.size, e.over = e.text[:0], 0, 0, false
	if cap(e.text) > 4096 {
		e.text = nil // do not keep the memory of one long line for the rest of the session
	}
}

// endPaste ends a paste whose end was dropped with other input.
func (e *editor) endPaste() { e.pasting = false }

// setEcho changes the mode. It keeps what was typed, unless that is too long to edit.
func (e *editor) setEcho(on bool) {
	e.screen.hideBelow()
	e.echo = on
	e.pos = len(e.text)
	if e.size > e.limit() {
		e.clear()
		e.over = true
	}
}

// refresh brings the screen up to date with the keys since the last refresh.
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

// resize sets the width of the screen. refresh has to follow.
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

// interject writes text, which ends in a newline, above the line.
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

// leaveLine writes note behind the line and moves below it.
func (e *editor) leaveLine(note string) {
	if e.echoes() {
		e.search.on = false
		e.pos = len(e.text)
		e.refresh()
		e.screen.hideBelow()
		e.screen.put(note + "\n")
	}
}

// key acts on k.
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

// edit acts on a key that only changes the line or moves in it.
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

// plainKey acts on a key in line mode. Arrows and the like were not meant for us.
func (e *editor) plainKey(k key) action {
	switch k.code {
	case keyChar:
		e.insert(k.char)
	case keyTab:
		e.insert(' ')
	case keyBackspace:
		// The lines before were sent already.
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

// enter completes the line, or adds a newline while a bracket is open. An empty line completes it
// all the same: nobody is kept in an expression that they cannot close.
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

// incomplete reports whether text is incomplete. It reads only what was added since it last said yes.
func (e *editor) incomplete() bool {
	part := string(e.text[e.scanned:])
	e.scanned = len(e.text)
	return e.scanner.incomplete(part, e.nesting)
}

// invalidate tells that text changes from pos on, other than by a newline at its end, where the
// scanner can go on.
func (e *editor) invalidate(pos int) {
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

// insert inserts text at the cursor. Text that does not fit makes the line too long.
func (e *editor) insert(text ...rune) {
	n := sizeOf(text)
	if e.over || e.size+n > e.limit() {
		e.over = true
		return
	}
	if len(text) != 1 || text[0] != '\n' || e.pos < len(e.text) {
		e.invalidate(e.pos)
	}
	e.text = slices.Insert(e.text, e.pos, text...)
	e.pos += len(text)
	e.size += n
}

// sizeOf returns the number of bytes of text as UTF-8.
func sizeOf(text []rune) (n int) {
	for _, r := range text {
		n += utf8.RuneLen(r)
	}
	return n
}

func (e *editor) delete(from, to int) {
	e.invalidate(from)
	e.size -= sizeOf(e.text[from:to])
	e.text = slices.Delete(e.text, from, to)
	e.pos = from
	if len(e.text) == 0 {
		e.over = false // nothing is left of the line that was too long
	}
}

// kill removes text that keyYank brings back.
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

// transpose swaps the two characters around the cursor.
func (e *editor) transpose() {
	if len(e.text) < 2 || e.pos == 0 {
		return
	}
	i := min(e.pos, len(e.text)-1)
	e.invalidate(i - 1)
	e.text[i-1], e.text[i] = e.text[i], e.text[i-1]
	e.pos = i + 1
}

// set replaces the line.
func (e *editor) set(line string) {
	e.clear()
	e.insert([]rune(line)...)
}
