package access

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// MaxText bounds the bytes of a text that is copied as a whole. What Go does with such a text in
// one go takes some milliseconds. A longer one stays where it is and is read in parts: with
// [View.Window], or from its beginning to its end with [View.Text].
const MaxText = 4 << 20

const (
	// largeText is the length from which a copied text is charged to the Meter.
	largeText = 64 << 10
	// maxPiece bounds the bytes that are copied under one hold of a guard, which takes some ten
	// microseconds.
	maxPiece = 256 << 10
	// margin is how far around a part of a text a secret is sought.
	margin = 16 << 10
	// maxChecked bounds the bytes that are searched for a secret before the Meter is told: some ten
	// microseconds, in the worst of texts half a millisecond.
	maxChecked = 8 << 10
	// maxReplaced bounds how often we begin again with a text that was replaced while we read it.
	maxReplaced = 4
)

// Text reads a string or a list of bytes of any length piece by piece, each under the guard. It is
// for one goroutine, ends with its Visit, and holds no guard between two pieces.
type Text struct {
	of      textView
	at, end int     // what is left to read, in the whole text
	addr    uintptr // of the bytes of a string
	size    int     // of the whole string; -1 for a list of bytes
	buf     []byte  // reused for each piece
	piece   piece
	read    func(inspect.Value) error // readPiece, made once
}

// piece is what readPiece reads, in the whole text.
type piece struct{ off, n int }

// Text begins to read v, which is a string or a list of bytes, or leads to one; for a window, its
// part.
func (v *View) Text() (*Text, error) {
	t := &Text{}
	if err := t.begin(v); err != nil {
		return nil, err
	}
	return t, nil
}

// begin makes t, which is new or was used before, read v from its beginning.
func (t *Text) begin(v *View) error {
	of, err := v.resolveFor("text")
	if err != nil {
		return err
	}
	if !kind.IsText(of.val.Type()) {
		return of.typeError("is not text or bytes")
	}
	t.of, t.at, t.addr, t.size = textView{of}, 0, 0, -1
	if kind.IsString(of.val.Type()) {
		t.addr, t.size, err = of.val.Header()
		t.end = t.size
	} else {
		t.end, err = of.val.Len()
	}
	if err != nil {
		return err
	}
	if w := of.window; w != nil {
		t.at, t.end = min(w.lo, t.end), min(w.hi, t.end)
	}
	return nil
}

// Len returns how many bytes are left to read.
func (t *Text) Len() int { return t.end - t.at }

// Next returns the next piece, of up to 256 KiB, and io.EOF after the last. The Meter is told of
// each. If a secret lies in the piece or near it, Next returns a *RedactedError; so whoever has
// read everything knows that the text holds none. If a string was replaced meanwhile, Next returns
// an error that is [inspect.ErrTorn]. A list of bytes that became shorter just ends; its pieces are
// of one moment each. A text longer than a piece is not read while a guard is held: everybody who
// wants the guard would wait.
func (t *Text) Next() (string, error) {
	n := min(t.Len(), maxPiece)
	if n <= 0 {
		return "", io.EOF
	}
	if t.Len() > maxPiece && t.of.visit.Holding() {
		return "", t.of.tooLong(t.Len(), "to be read while a guard is held: ask for it by itself, or take a part, as in x[0:1000]")
	}
	if err := t.of.visit.meter.read(1); err != nil {
		return "", err
	}
	s, err := t.around(t.at, n)
	if err == nil {
		// A KiB counts as an entry, so that the Meter ends a long read in time; but not of a secret,
		// whose length that would tell.
		err = t.of.visit.meter.read(n / 1024)
	}
	if err != nil {
		return "", err
	}
	if t.at += len(s); s == "" {
		t.end = t.at
		return "", io.EOF
	}
	return s, nil
}

// around returns n bytes from off, in the whole text. It searches the bytes around them for secrets
// too: a part of one does not look like one.
func (t *Text) around(off, n int) (string, error) {
	if n <= 0 {
		return "", nil
	}
	from := off - min(off, margin)
	if t.read == nil {
		t.read = t.readPiece
	}
	t.piece = piece{from, off - from + n + margin}
	if err := t.of.View.read(true, t.read); err != nil {
		return "", err
	}
	s := string(t.buf)
	if len(s) > maxChecked || secret.MayHold(t.buf) {
		if err := t.of.check(s); err != nil {
			return "", err
		}
	}
	s = s[min(off-from, len(s)):]
	return s[:min(n, len(s))], nil
}

// readPiece reads t.piece into the buffer.
func (t *Text) readPiece(val inspect.Value) (err error) {
	if t.size < 0 {
		t.buf, _, err = val.AppendBytes(t.buf[:0], t.piece.off, t.piece.n)
	} else {
		t.buf, err = val.AppendString(t.buf[:0], t.addr, t.size, t.piece.off, t.piece.n)
	}
	return err
}

// rest returns everything that is left to read.
func (t *Text) rest() (string, error) {
	var all strings.Builder
	for {
		piece, err := t.Next()
		switch {
		case err == io.EOF:
			return all.String(), nil
		case err != nil:
			return "", err
		case t.Len() == 0 && all.Len() == 0:
			if len(piece) == len(t.buf) {
				return piece, nil
			}
			// Do not keep what lay around it.
			return strings.Clone(piece), nil
		}
		// Only now: a torn length may exceed what there is to read.
		all.Grow(len(piece) + t.Len())
		all.WriteString(piece)
	}
}

// Bytes is [inspect.Value.Bytes] under policy; off and n are those of the window, if v is one. What
// is longer than 256 KiB is read in pieces, which for a list of bytes are of one moment each. More
// than [MaxText] is an error.
func (v *View) Bytes(off, max int) (b []byte, n int, err error) {
	v.markUsed()
	s, n, err := textView{v}.readText(off, max)
	if err != nil {
		return nil, n, err
	}
	return []byte(s), n, nil
}

// textView is the View of a string or a list of bytes, or of what may be one.
type textView struct{ *View }

// load loads a string, or the part of one that a window shows. Unless the string is long, all of it
// is searched for secrets.
func (v textView) load() (string, error) {
	n, err := v.val.Len()
	if err != nil {
		return "", err
	}
	if n > largeText {
		s, _, err := v.readText(0, 0)
		return s, err
	}
	var s string
	err = v.read(true, func(val inspect.Value) error {
		// Another string may lie there by now: do not load a longer one.
		d, x, err := val.Load(largeText)
		if s = d.Text; x != nil {
			s, _ = x.(string)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if err := v.check(s); err != nil {
		return "", err
	}
	if w := v.window; w != nil {
		s = s[min(w.lo, len(s)):min(w.hi, len(s))]
	}
	return s, nil
}

// readText returns up to max bytes (0: all) of the text v from off. n is the length of v, or of the
// window that it is.
func (v textView) readText(off, max int) (s string, n int, err error) {
	charged := largeText
	t := &v.visit.text
	defer func() {
		if cap(t.buf) > largeText {
			t.buf = nil
		}
	}()
	for range maxReplaced {
		if err := t.begin(v.View); err != nil {
			return "", 0, err
		}
		n = t.Len()
		if off < 0 || off > n {
			return "", n, &IndexError{Path: v.Path(), Index: off, Len: n}
		}
		if t.at += off; max > 0 {
			t.end = min(t.end, t.at+max)
		}
		switch more := t.Len() - charged; {
		case t.Len() > MaxText:
			return "", n, v.tooLong(t.Len(), "at a time: take a part, as in x[0:1000]")
		case more > 0:
			charged = t.Len()
			if err := v.visit.meter.keep(charged); err != nil {
				return "", n, err
			}
		}
		if s, err = t.rest(); !errors.Is(err, inspect.ErrTorn) {
			return s, n, err
		}
	}
	return "", n, fmt.Errorf("%s is replaced faster than it can be copied: %w", orType(v.Path(), "the text"), inspect.ErrTorn)
}

// tooLong returns the error for a text of n bytes, too many for what why says.
func (v textView) tooLong(n int, why string) error {
	err := v.typeError(fmt.Sprintf("has %d bytes, too many %s", n, why))
	err.long = true
	return err
}

// check returns a *RedactedError if s, a text that v holds, contains a secret. The Meter is told of
// the work.
func (v textView) check(s string) error {
	for at := 0; at < len(s); at += maxChecked {
		if at > 0 {
			// A step for each byte: in the worst of texts so many take a few milliseconds.
			if err := v.visit.meter.work(maxChecked); err != nil {
				return err
			}
		}
		if secret.InRange(s, at, min(at+maxChecked, len(s))) {
			return &RedactedError{Path: v.Path()}
		}
	}
	return nil
}

// checkAt returns a *RedactedError if v is a text with a secret near the n bytes from off: then it
// must not even be measured or taken apart.
func (v textView) checkAt(off, n int) error {
	if n <= 0 || !kind.IsText(v.val.Type()) {
		return nil
	}
	from := off - min(off, margin)
	b, err := v.visit.around[:0], error(nil)
	if val, ok := v.readable(true); ok {
		b, _, err = val.AppendBytes(b, from, off-from+n+margin)
	} else {
		b, err = v.appendGuarded(b, from, off-from+n+margin)
	}
	if err != nil {
		return err
	}
	v.visit.around = b
	if len(b) <= maxChecked && !secret.MayHold(b) {
		return nil
	}
	return v.check(string(b))
}

// appendGuarded is [inspect.Value.AppendBytes] under the guard. It is not a part of checkAt, which is
// called for each text that is shown and allocates nothing otherwise.
func (v *View) appendGuarded(b []byte, off, n int) ([]byte, error) {
	err := v.read(true, func(val inspect.Value) (err error) {
		b, _, err = val.AppendBytes(b, off, n)
		return err
	})
	return b, err
}
