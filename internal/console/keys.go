package console

import (
	"bytes"
	"cmp"
	"unicode"
	"unicode/utf8"
)

// A key is a key press, whatever dialect the terminal speaks.
type key struct {
	code code
	char rune // of a keyChar
}

type code uint8

const (
	keyNone code = iota
	keyChar
	keyEnter
	keyTab
	keyLeft
	keyRight
	keyUp
	keyDown
	keyPageDown // the editor has no use for it
	keyHome
	keyEnd
	keyWordLeft
	keyWordRight
	keyBackspace
	keyDelete
	keyKillStart
	keyKillEnd
	keyKillBlank // up to the blank before
	keyKillWord
	keyKillNextWord
	keyYank
	keyTranspose
	keyRedraw
	keySearch
	keyAbort
	keyInterrupt
	keyEOF // Ctrl-D: leaves on an empty line, deletes otherwise
	keyPaste
	keyPasteEnd
)

// The control bytes that are looked for in raw input.
const (
	byteInterrupt = 0x03
	byteEOF       = 0x04
	byteEscape    = 0x1b
)

// controls are the keys that send a control byte.
var controls = [0x20]code{
	0x01: keyHome, 0x02: keyLeft, byteInterrupt: keyInterrupt, byteEOF: keyEOF, 0x05: keyEnd,
	0x06: keyRight, 0x07: keyAbort, 0x08: keyBackspace, 0x09: keyTab, 0x0a: keyEnter,
	0x0b: keyKillEnd, 0x0c: keyRedraw, 0x0d: keyEnter, 0x0e: keyDown, 0x10: keyUp,
	0x12: keySearch, 0x14: keyTranspose, 0x15: keyKillStart, 0x17: keyKillBlank, 0x19: keyYank,
}

// alts follow ESC: the Alt keys.
var alts = map[byte]code{
	'b': keyWordLeft, 'f': keyWordRight, 'd': keyKillNextWord, 0x7f: keyKillWord, 0x08: keyKillWord,
}

// finals follow ESC [ or ESC O.
var finals = map[byte]code{
	'A': keyUp, 'B': keyDown, 'C': keyRight, 'D': keyLeft, 'H': keyHome, 'F': keyEnd,
}

// functions follow ESC O alone: rxvt's arrows with Control, and the keypad's Enter.
var functions = map[byte]code{'c': keyWordRight, 'd': keyWordLeft, 'M': keyEnter}

// numbered are the n of ESC [ n ~, as VT220, rxvt (7, 8) and bracketed paste have them.
var numbered = map[string]code{
	"1": keyHome, "7": keyHome, "4": keyEnd, "8": keyEnd, "3": keyDelete, "6": keyPageDown,
	"200": keyPaste, "201": keyPasteEnd,
}

// decoder turns bytes into keys, byte by byte, so that it does not matter how they were packed. It
// swallows unknown sequences whole. A control byte within a sequence ends it and counts: Enter and
// Ctrl-C come through whatever is half open.
type decoder struct {
	state  decoding
	params []byte // between ESC [ and the final byte
	char   []byte // an incomplete UTF-8 sequence
	keys   []key  // of the last byte
}

type decoding uint8

const (
	ground       decoding = iota
	escape                // after ESC
	bracket               // after ESC [
	function              // after ESC O
	linuxConsole          // after ESC [ [, as the Linux console sends its function keys
	ofText                // after ESC ], P, X, ^ or _, until BEL or ESC \
	ofTextEscape          // after ESC within that
)

// maxParams bounds the parameters of a sequence. The longest of a key is "27;6;127".
const maxParams = 32

// decode returns the keys that b completes: often none, and more than one after broken UTF-8. The
// result is valid until the next call.
func (d *decoder) decode(b byte) []key {
	d.keys = d.keys[:0]
	if len(d.char) > 0 || d.state == ground && b >= utf8.RuneSelf {
		d.utf8(b)
	} else {
		d.byte(b)
	}
	return d.keys
}

// between reports whether no key is half decoded.
func (d *decoder) between() bool { return d.state == ground && len(d.char) == 0 }

func (d *decoder) emit(c code) {
	if c != keyNone {
		d.keys = append(d.keys, key{code: c})
	}
}

func (d *decoder) emitChar(r rune) {
	if !unicode.IsControl(r) { // C1 controls are sequences to some terminals
		d.keys = append(d.keys, key{keyChar, r})
	}
}

// utf8 adds b to a UTF-8 sequence. Each byte that is not UTF-8 becomes U+FFFD.
func (d *decoder) utf8(b byte) {
	d.char = append(d.char, b)
	for len(d.char) > 0 && utf8.FullRune(d.char) {
		if c := d.char[0]; c < utf8.RuneSelf {
			d.char = d.char[:copy(d.char, d.char[1:])]
			d.byte(c)
			continue
		}
		r, n := utf8.DecodeRune(d.char)
		d.char = d.char[:copy(d.char, d.char[n:])]
		d.emitChar(r)
	}
}

func (d *decoder) byte(b byte) {
	if d.state != ground && b < 0x20 && b != byteEscape && !(b == 0x07 && d.state == ofText) && !(b == 0x08 && d.state == escape) {
		d.state = ground
	}
	switch d.state {
	case ground:
		d.ground(b)
	case escape:
		d.escape(b)
	case bracket:
		d.bracket(b)
	case function:
		d.state = ground
		if b == byteEscape {
			d.state = escape
			return
		}
		d.emit(cmp.Or(finals[b], functions[b]))
	case linuxConsole:
		d.state = ground
	case ofText:
		switch b {
		case 0x07:
			d.state = ground
		case byteEscape:
			d.state = ofTextEscape
		}
	case ofTextEscape:
		d.state = ofText
		if b == '\\' {
			d.state = ground
		}
	}
}

func (d *decoder) ground(b byte) {
	switch {
	case b == byteEscape:
		d.state = escape
	case b < 0x20:
		d.emit(controls[b])
	case b == 0x7f:
		d.emit(keyBackspace)
	default:
		d.emitChar(rune(b))
	}
}

func (d *decoder) escape(b byte) {
	d.state = ground
	switch b {
	case byteEscape: // Alt with a key that is itself a sequence: the key counts
		d.state = escape
	case '[':
		d.state = bracket
		d.params = d.params[:0]
	case 'O':
		d.state = function
	case ']', 'P', 'X', '^', '_':
		d.state = ofText
	default:
		d.emit(alts[b])
	}
}

func (d *decoder) bracket(b byte) {
	switch {
	case b == byteEscape:
		d.state = escape
	case b == '[' && len(d.params) == 0:
		d.state = linuxConsole
	case b >= 0x40 && b <= 0x7e:
		d.state = ground
		d.emit(sequence(d.params, b))
	case len(d.params) < maxParams:
		d.params = append(d.params, b)
	}
}

// byWord are the keys that act on a word with Alt or Control, and on a character without.
var byWord = map[code]code{keyLeft: keyWordLeft, keyRight: keyWordRight, keyDelete: keyKillNextWord}

// sequence returns the key of ESC [ params final. The second parameter is one more than the sum of
// Shift 1, Alt 2 and Control 4 (xterm's ctlseqs, "PC-Style Function Keys").
func sequence(params []byte, final byte) code {
	number, modifier, _ := bytes.Cut(params, []byte(";"))
	c := finals[final]
	if final == '~' {
		c = numbered[string(number)]
	}
	if len(modifier) == 1 && modifier[0] >= '3' { // Alt or Control
		c = cmp.Or(byWord[c], c)
	}
	return c
}
