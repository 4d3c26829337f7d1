package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/peterh/liner"

	"github.com/sightglass-go/sightglass/internal/text"
)

const (
	// Around what is pasted, a terminal that was asked to sends these: bracketed paste, as xterm has it.
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"

	// maxPaste bounds what is pasted at once, in bytes. Servers take as much in a line.
	maxPaste = 64 << 10

	// recall is a key that liner does not know, which has it leave what it does besides editing a line; a
	// Tab, at which it tells the line; and Ctrl-C, at which it gives that up.
	recall = "\x1b[99~\t\x03"

	// What a terminal is asked to say, or not to say, around what is pasted.
	asksForPastes   = "\x1b[?2004h"
	asksForNoPastes = "\x1b[?2004l"
)

const ctrlC = 3

// pastedEnd stands for the end of a line that was pasted. It is no part of any text.
const pastedEnd = 0xff

// keys are what is typed at the terminal, on its way to liner. liner reads a pipe, so that what is pasted
// can be told from what is typed, and a line can be taken back from it while it is edited. The terminal
// is read only while a line is edited: at other times it is for others.
//
// The nil keys pass on nothing: liner reads the terminal.
type keys struct {
	terminal *os.File

	// These are of who passes keys on, and of others while nobody does.
	held    []byte // not yet written to the pipe
	begun   []byte // of what is being pasted, or of what may be pasteBegins
	pasting bool   // pasteBegins was seen
	waits   bool   // held goes on behind a line that was pasted, once liner has returned that
	pasted  bool   // liner has been sent a line of several that were pasted
	cut     bool   // not all of the paste is taken
	lost    bool   // that is to be told, below what is taken
	tell    func(string)

	writing sync.Mutex // held while something is written to the pipe

	mu      sync.Mutex
	in      *os.File // the pipe; nil once there is nothing more to come
	editing bool     // liner edits a line that recall may take back
	partial bool     // what was written ends within the escape sequence of a key
	wanted  bool     // recall is to be sent
	sent    bool     // and it was, and liner has not told its line yet
}

// newKeys returns what passes on the keys of standard input, or nil where liner reads no pipe.
func newKeys() *keys {
	if !interruptible {
		return nil
	}
	return &keys{terminal: os.Stdin}
}

// tellCut has tell called below a paste of which not all was taken.
func (k *keys) tellCut(tell func(string)) {
	if k != nil {
		k.tell = tell
	}
}

// newLiner returns a liner that reads what k passes on. What an earlier one has not read is dropped.
func (k *keys) newLiner() *liner.State {
	if k == nil {
		return liner.NewLiner()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.in != nil {
		k.in.Close()
		k.in = nil
	}
	k.held, k.begun, k.pasting, k.cut, k.lost, k.waits, k.pasted, k.sent = nil, nil, false, false, false, false, false, false
	theirs, ours, err := os.Pipe()
	if err != nil {
		return liner.NewLiner()
	}
	k.in = ours
	defer func(was *os.File) { os.Stdin = was }(os.Stdin)
	os.Stdin = theirs // which liner takes for the terminal
	return liner.NewLiner()
}

// during passes keys on while edit has liner edit a line, and has it give the line back if recall was
// called since the last call of told. able is whether the terminal can be drawn on.
func (k *keys) during(able bool, edit func() (string, error)) (string, error) {
	if k == nil {
		return edit()
	}
	k.mu.Lock()
	pipe := k.in
	k.mu.Unlock()
	if pipe == nil {
		return edit()
	}
	ctx, over := context.WithCancel(context.Background())
	defer over()
	in, release, err := until(ctx, k.terminal)
	if err != nil {
		return "", err
	}
	defer release()
	pipe.SetWriteDeadline(time.Time{})
	k.mu.Lock()
	k.editing = able // from now on recall may write
	k.mu.Unlock()
	k.waits, k.pasted = false, false
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.pass(in)
	}()
	if able {
		io.WriteString(os.Stdout, asksForPastes)
		defer io.WriteString(os.Stdout, asksForNoPastes)
	}
	defer func() {
		k.mu.Lock()
		k.editing = false
		k.mu.Unlock()
		pipe.SetWriteDeadline(time.Unix(1, 0)) // liner reads no more
		over()
		<-done
	}()
	return edit()
}

// pass passes on what is typed until the line is over.
func (k *keys) pass(in io.Reader) {
	k.flush()
	for b := make([]byte, 4<<10); ; {
		n, err := in.Read(b)
		k.take(b[:n])
		k.flush()
		switch {
		case n > 0 && err == nil:
		case errors.Is(err, context.Canceled):
			return
		default: // the terminal is gone, or it was Ctrl-D where liner does not edit
			k.hangUp()
			return
		}
	}
}

// hangUp has liner come to the end of its input.
func (k *keys) hangUp() {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.in != nil {
		k.in.Close()
		k.in = nil
	}
}

// take takes what was read from the terminal.
func (k *keys) take(b []byte) {
	if len(b) == 1 && b[0] == ctrlC {
		k.begun, k.pasting, k.waits, k.cut, k.lost = nil, false, false, false, false // whatever the terminal has left unsaid
	}
	for len(b) > 0 {
		all := append(k.begun, b...)
		mark := pasteBegins
		if k.pasting {
			mark = pasteEnds
		}
		at := bytes.Index(all, []byte(mark))
		switch {
		case at < 0 && k.pasting:
			if len(all) > maxPaste { // with what may be the beginning of pasteEnds
				k.cut = true
				all = append(all[:maxPaste:maxPaste], all[max(maxPaste, len(all)-len(pasteEnds)):]...)
			}
			k.begun = all
			return
		case at < 0:
			rest := startOf(all, pasteBegins)
			k.typed(all[:len(all)-rest])
			k.begun = bytes.Clone(all[len(all)-rest:])
			return
		case k.pasting:
			k.put(all[:min(at, maxPaste)])
			k.lost, k.cut = k.lost || k.cut || at > maxPaste, false
		default:
			k.typed(all[:at])
		}
		k.begun, k.pasting, b = nil, !k.pasting, all[at+len(mark):]
	}
}

// startOf returns how many bytes at the end of b are the beginning of mark: none or at least two, as
// an escape alone is a key.
func startOf(b []byte, mark string) int {
	for n := min(len(b), len(mark)-1); n > 1; n-- {
		if bytes.HasSuffix(b, []byte(mark[:n])) {
			return n
		}
	}
	return 0
}

// asControl has the keys that liner knows as control characters too. It takes the rest of an escape sequence for text if
// that comes more than 50 ms behind the escape, which it does on a machine where all processors are busy.
var asControl = strings.NewReplacer(
	"\x1b[A", "\x10", "\x1bOA", "\x10", // up
	"\x1b[B", "\x0e", "\x1bOB", "\x0e", // down
	"\x1b[C", "\x06", "\x1bOC", "\x06", // right
	"\x1b[D", "\x02", "\x1bOD", "\x02", // left
	"\x1b[H", "\x01", "\x1bOH", "\x01", "\x1b[1~", "\x01", "\x1b[7~", "\x01", // Home
	"\x1b[F", "\x05", "\x1bOF", "\x05", "\x1b[4~", "\x05", "\x1b[8~", "\x05", // End
)

// typed holds what was typed.
func (k *keys) typed(b []byte) {
	if bytes.IndexByte(b, '\x1b') >= 0 {
		b = []byte(asControl.Replace(string(b)))
	}
	for _, c := range b {
		if c != pastedEnd {
			k.held = append(k.held, c)
		}
	}
}

// put holds what was pasted: lines of plain text. Nothing in it is a key, and the last line waits for
// Enter.
func (k *keys) put(b []byte) {
	said := strings.ReplaceAll(strings.ToValidUTF8(string(b), "\ufffd"), "\r\n", "\n")
	for _, r := range strings.Trim(said, "\r\n") {
		switch {
		case r == '\n' || r == '\r':
			k.held = append(k.held, pastedEnd)
		case r == '\t':
			k.held = append(k.held, indent...)
		case !unicode.IsControl(r):
			k.held = utf8.AppendRune(k.held, r)
		}
	}
}

// flush writes what is held, up to the end of a line that was pasted.
func (k *keys) flush() {
	k.mu.Lock()
	pipe := k.in
	k.mu.Unlock()
	for pipe != nil && len(k.held) > 0 && !k.waits {
		part := k.held
		switch end := bytes.IndexByte(k.held, pastedEnd); {
		case end == 0:
			part = []byte{'\r'}
		case end > 0:
			part = k.held[:end]
		}
		k.writing.Lock()
		n, err := pipe.Write(part)
		k.writing.Unlock()
		if n > 0 && k.held[0] == pastedEnd {
			k.waits, k.pasted = true, true
		}
		last := k.held[:n]
		k.held = k.held[n:]
		k.mu.Lock()
		k.partial = withinKey(last)
		k.mu.Unlock()
		if err != nil {
			return
		}
	}
	if k.waits {
		return
	}
	k.send()
	if k.lost && len(k.held) == 0 {
		k.lost = false
		k.tell(fmt.Sprintf(`the paste was cut after %s bytes; Ctrl-C gives it up, and \run FILE runs more lines`, text.Thousands(maxPaste)))
	}
}

// withinKey reports whether b ends within the escape sequence of a key.
func withinKey(b []byte) bool {
	at := bytes.LastIndexByte(b, '\x1b')
	if at < 0 {
		return false
	}
	rest := b[at+1:]
	return len(rest) == 0 || (rest[0] == '[' || rest[0] == 'O') && len(bytes.Trim(rest[1:], "0123456789;")) == 0
}

// recall has liner give the line back that it edits, if it does.
func (k *keys) recall() {
	if k == nil {
		return
	}
	k.mu.Lock()
	k.wanted = true
	k.mu.Unlock()
	k.send()
}

// send sends recall, if it is wanted and no key is half written.
func (k *keys) send() {
	k.mu.Lock()
	pipe := k.in
	now := pipe != nil && k.wanted && k.editing && !k.partial
	if now {
		k.wanted, k.sent = false, true
	}
	k.mu.Unlock()
	if !now {
		return
	}
	k.writing.Lock()
	defer k.writing.Unlock()
	if _, err := io.WriteString(pipe, recall); err != nil { // the line was over, and the next Tab is the user's
		k.mu.Lock()
		defer k.mu.Unlock()
		k.sent = false
	}
}

// told says that there is nothing more for which liner has to give a line back.
func (k *keys) told() {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.wanted = false
}

// recalled reports whether liner tells a line because of recall.
func (k *keys) recalled() bool {
	if k == nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.sent
	k.sent = false
	return was
}

// left has liner move the cursor from the end of e to where it is, and returns the end.
func (k *keys) left(e edited) int {
	all := []rune(e.text)
	keys := ""
	for _, r := range all[e.at:] {
		if text.RuneWidth(r) > 0 { // the others are of the letter before them
			keys += "\x1b[D"
		}
	}
	k.held = append([]byte(keys), k.held...)
	return len(all)
}

// more reports whether the line that liner has returned last goes on with another that was pasted.
func (k *keys) more() bool { return k != nil && k.pasted }
