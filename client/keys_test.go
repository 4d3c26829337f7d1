package client

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// shown returns what k holds, with an arrow for the end of a line that was pasted.
func shown(k *keys) string { return strings.ReplaceAll(string(k.held), "\xff", "→") }

// TestPaste: what is pasted is text, however the terminal's bytes come in.
func TestPaste(t *testing.T) {
	for _, tc := range []struct{ said, want string }{
		{"1 + 1\r", "1 + 1\r"},
		{"\x1b[A\x1b\x1b[1;5C", "\x10\x1b\x1b[1;5C"}, // keys
		{pasteBegins + "1 + 1" + pasteEnds, "1 + 1"},
		{"a" + pasteBegins + "b\rc\nd\r\ne" + pasteEnds + "f\r", "ab→c→d→ef\r"},
		{pasteBegins + "\r\n[\r\n\t1,\r\n]\r\n" + pasteEnds, "[→  1,→]"}, // nothing runs before Enter
		{pasteBegins + "a\r\rb" + pasteEnds, "a→→b"},
		{pasteBegins + "\x03\x04a\x1b[2J\x00\x7f\u009b1A" + pasteEnds, "a[2J1A"}, // no key
		{pasteBegins + "a\x1b[200~b" + pasteEnds + pasteEnds, "a[200~b" + pasteEnds},
		{pasteBegins + "é\xff日本" + pasteEnds, "é\ufffd日本"},
		{pasteBegins + pasteEnds + "x", "x"},
		{"\xffx", "x"}, // stands for the end of a line that was pasted
	} {
		for n := range len(tc.said) + 1 {
			if before := tc.said[:n]; strings.HasSuffix(before, "\x1b") && !strings.Contains(before, pasteBegins) {
				continue // a key by itself
			}
			k := new(keys)
			k.take([]byte(tc.said[:n]))
			k.take([]byte(tc.said[n:]))
			if got := shown(k); got != tc.want {
				t.Errorf("%q, the first %d bytes by themselves: got %q, want %q", tc.said, n, got, tc.want)
			}
		}
	}
}

// TestArrows: the keys that move are single characters, whichever of its sequences the terminal sends. liner takes the
// rest of a sequence that comes late for text.
func TestArrows(t *testing.T) {
	for said, want := range map[string]string{
		"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F": "\x10\x0e\x06\x02\x01\x05",
		"\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF": "\x10\x0e\x06\x02\x01\x05",
		"\x1b[1~\x1b[4~\x1b[7~\x1b[8~":         "\x01\x05\x01\x05",
		"a\x1b[3~\x1bb\x1b[1;5A\x1b\x1b":       "a\x1b[3~\x1bb\x1b[1;5A\x1b\x1b", // no such key
	} {
		k := new(keys)
		k.take([]byte(said))
		if got := shown(k); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

// A paste of any size takes bounded memory, and one that never ends is given up by Ctrl-C.
func TestPasteIsBounded(t *testing.T) {
	told := 0
	k := new(keys)
	k.tellCut(func(string) { told++ })
	k.take([]byte(pasteBegins))
	part := bytes.Repeat([]byte("x"), 10_000)
	for range 100 {
		k.take(part)
		if len(k.begun) > maxPaste+len(pasteEnds) {
			t.Fatalf("%d bytes are kept", len(k.begun))
		}
	}
	k.take([]byte(pasteEnds))
	taken := len(k.held)
	k.flush()
	if told != 0 {
		t.Error("it is told before all is written")
	}
	k.held = nil
	if k.flush(); taken != maxPaste || told != 1 {
		t.Errorf("of a million bytes %d are taken, told %d times", taken, told)
	}
	k.take([]byte(pasteBegins + "abc" + pasteEnds))
	k.held = nil
	if k.flush(); told != 1 {
		t.Error("the next paste is told to be cut")
	}
	k.take(slices.Concat([]byte(pasteBegins), make([]byte, maxPaste+1), []byte(pasteEnds))) // in one piece
	k.held = nil
	if k.flush(); told != 2 {
		t.Error("a paste of one piece is not told to be cut")
	}
	k = new(keys)
	k.take([]byte(pasteBegins + "abc"))
	k.take([]byte{ctrlC})
	k.take([]byte("1\r"))
	if got := shown(k); got != "\x031\r" {
		t.Errorf("after Ctrl-C in a paste: %q", got)
	}
}

func FuzzPaste(f *testing.F) {
	f.Add([]byte("a"+pasteBegins+"b\rc"), []byte("\x1b[20"), []byte("1~d\r"))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		k := new(keys)
		k.tellCut(func(string) {})
		for _, part := range [][]byte{a, b, c} {
			k.take(part)
		}
		k = new(keys)
		k.put(b)
		plain := bytes.ReplaceAll(k.held, []byte{pastedEnd}, nil)
		if !utf8.Valid(plain) || bytes.ContainsFunc(plain, unicode.IsControl) || bytes.HasSuffix(k.held, []byte{pastedEnd}) {
			t.Errorf("no lines of text were pasted: %q", k.held)
		}
	})
}

func TestWithinKey(t *testing.T) {
	for said, want := range map[string]bool{
		"": false, "a": false, "\x1b": true, "a\x1b[": true, "\x1b[1;5": true, "\x1b[1;5C": false, "\x1bO": true, "\x1bOP": false,
		"\x1bb": false, "\x1b[A": false, "\x1b[3~": false, "\x1b[A\x1b": true,
	} {
		if withinKey([]byte(said)) != want {
			t.Errorf("%q", said)
		}
	}
}
