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

// MaxText is how long a text may be, in bytes, to be copied as a whole. What Go does with one of
// this length in one go takes some milliseconds. A longer one stays where it is, and is read in
// parts: with [View.Window], or from its beginning to its end with [View.Text].
const MaxText = 4 << 20

const (
	// largeText is the length from which a text is charged to the Meter when it is copied.
	largeText = 64 << 10
	// maxPiece is how many bytes are copied under one hold of a guard; that takes some ten
	// microseconds.
	maxPiece = 256 << 10
	// margin is how far around a part of a text a secret is looked for.
	margin = 16 << 10
	// secretPiece is how much of a text is searched for a secret between two ticks: some ten
	// microseconds, and in the worst of texts half a millisecond.
	secretPiece = 8 << 10
	// maxReplaced is how often a text is begun again that was replaced while it was read.
	maxReplaced = 4
)

// Text reads a string or a list of bytes of any length, one piece after the other, each under the
// guard. It is for one goroutine, ends with its Visit, and holds no guard between two pieces.
type Text struct {
	of      *View
	at, end int // in the whole
	addr    uintptr
	size    int // of the whole string; -1 for a list of bytes
	buf     []byte
}

// Text begins to read v, a string or a list of bytes, or what leads to one; of a window, the part.
func (v *View) Text() (*Text, error) {
	of, err := v.into("text")
	if err != nil {
		return nil, err
	}
	if !kind.IsText(of.val.Type()) {
		return nil, &TypeError{Path: of.Path(), Type: of.val.Type().String(), Why: "is not text or bytes"}
	}
	t := &Text{of: of, size: -1}
	if kind.IsString(of.val.Type()) {
		t.addr, t.size, err = of.val.Header()
		t.end = t.size
	} else {
		t.end, err = of.val.Len()
	}
	if err != nil {
		return nil, err
	}
	if w := of.window; w != nil {
		t.at, t.end = min(w.lo, t.end), min(w.hi, t.end)
	}
	return t, nil
}

// Len is how many bytes are still to be read.
func (t *Text) Len() int { return t.end - t.at }

// Next is the next piece, of up to 256 KiB, and io.EOF behind the last. The meter looks at each. It
// is a *RedactedError if a secret is in the piece or near it, so who has read all knows that none
// is in the text. A string that was replaced meanwhile is an error that is [inspect.ErrTorn]; a
// list of bytes that became shorter ends, and its pieces are of one moment each. What is longer
// than a piece is not read while a guard is held, because all who want it would wait.
func (t *Text) Next() (string, error) {
	n := min(t.Len(), maxPiece)
	if n <= 0 {
		return "", io.EOF
	}
	if t.Len() > maxPiece && t.of.visit.Holding() {
		return "", t.of.tooLong(t.Len(), "to be read while a guard is held: ask for it by itself, or take a part, as in x[0:1000]")
	}
	// As much as many entries, so that the meter looks soon.
	if err := t.of.visit.tick(1 + n/1024); err != nil {
		return "", err
	}
	s, err := t.of.near(t.at, n, t.copy)
	if err != nil {
		return "", err
	}
	if t.at += len(s); s == "" {
		t.end = t.at
		return "", io.EOF
	}
	return s, nil
}

// copy reads n bytes of the whole from off on.
func (t *Text) copy(val inspect.Value, off, n int) (b []byte, err error) {
	if t.size < 0 {
		t.buf, _, err = val.AppendBytes(t.buf[:0], off, n)
	} else {
		t.buf, err = val.AppendString(t.buf[:0], t.addr, t.size, off, n)
	}
	return t.buf, err
}

// rest copies what is still to be read.
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
			// What was around it is not to be kept with it.
			return strings.Clone(piece), nil
		}
		// Only now: a length that is a lie is more than there is to read.
		all.Grow(len(piece) + t.Len())
		all.WriteString(piece)
	}
}

// whole copies up to max bytes (0: all) of v from off on; n is the length of v, or of the window
// that it is.
func (v *View) whole(off, max int) (s string, n int, err error) {
	charged := largeText
	for range maxReplaced {
		t, err := v.Text()
		if err != nil {
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
			if err := v.visit.keep(charged); err != nil {
				return "", n, err
			}
		}
		if s, err = t.rest(); !errors.Is(err, inspect.ErrTorn) {
			return s, n, err
		}
	}
	return "", n, fmt.Errorf("%s is replaced faster than it can be copied: %w", place(v.Path(), "the text"), inspect.ErrTorn)
}

func (v *View) tooLong(n int, why string) error {
	return &TypeError{Path: v.Path(), Type: v.val.Type().String(), Why: fmt.Sprintf("has %d bytes, too many %s", n, why), long: true}
}

// near reads n bytes of the whole from off on. What lies around them is looked at too, since a part
// of a secret does not look like one.
func (v *View) near(off, n int, read func(val inspect.Value, off, n int) ([]byte, error)) (string, error) {
	if n <= 0 {
		return "", nil
	}
	from := off - min(off, margin)
	var b []byte
	err := v.read(true, func(val inspect.Value) (err error) {
		b, err = read(val, from, off-from+n+margin)
		return err
	})
	if err != nil {
		return "", err
	}
	s := string(b)
	if err := v.searched(s); err != nil {
		return "", err
	}
	s = s[min(off-from, len(s)):]
	return s[:min(n, len(s))], nil
}

// searched is an error if a secret is in s, which v holds. Between pieces the meter looks.
func (v *View) searched(s string) error {
	for at := 0; at < len(s); at += secretPiece {
		if at > 0 {
			// A step for a byte: so many take a few milliseconds in the worst of texts.
			if err := v.visit.work(secretPiece); err != nil {
				return err
			}
		}
		if secret.InRange(s, at, min(at+secretPiece, len(s))) {
			return &RedactedError{Path: v.Path()}
		}
	}
	return nil
}

// textual is the error of a string or bytes that hold a secret near the part given, and so may not
// even be measured or taken apart.
func (v *View) textual(off, n int) error {
	if !kind.IsText(v.val.Type()) {
		return nil
	}
	_, err := v.near(off, n, func(val inspect.Value, off, n int) ([]byte, error) {
		b, _, err := val.Bytes(off, n)
		return b, err
	})
	return err
}
