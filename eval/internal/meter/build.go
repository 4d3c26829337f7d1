package meter

import (
	"strings"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// MaxText is how long a string may get that an expression builds, in bytes. A longer string of the
// application is not copied: what can work on it reads it in pieces.
const MaxText = access.MaxText

// KeepText charges for a string of n bytes that is about to be built. It is an error if n is more
// than MaxText.
func (m *Meter) KeepText(n int) error {
	if n < 0 || n > MaxText {
		return fault.New("budget", "a string would get longer than %s", text.Bytes(MaxText)).With("take parts, as in s[0:1000]")
	}
	if err := m.Tick(1 + n/BytesPerStep); err != nil {
		return err
	}
	return m.Keep(16 + n)
}

// Builder builds a string of up to MaxText bytes.
type Builder struct{ strings.Builder }

// Add appends s and charges m for it.
func (b *Builder) Add(m *Meter, s string) error {
	if b.Len()+len(s) > MaxText {
		return m.KeepText(b.Len() + len(s))
	}
	if err := m.Tick(1 + len(s)/BytesPerStep); err != nil {
		return err
	}
	// A strings.Builder copies itself when it grows: twice the bytes.
	if err := m.Keep(2 * len(s)); err != nil {
		return err
	}
	b.WriteString(s)
	return nil
}

// TextChunk is how many bytes of a string are converted between two ticks. Base64 needs a multiple
// of three.
const TextChunk = 63 << 10

// Chunks calls each for the parts of s in order, cut where a character ends.
func Chunks(s string, each func(part string) error) error {
	for len(s) > 0 {
		n := len(s)
		if n > TextChunk {
			n = len(text.Whole(s[:TextChunk]))
		}
		if err := each(s[:n]); err != nil {
			return err
		}
		s = s[n:]
	}
	return nil
}
