package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
)

// From where on an answer says what it cost: what a person feels as a pause, and what is more
// than a page of anything.
const (
	slow  = 50 * time.Millisecond
	large = 100_000 // entries
)

// cost is that of the last answer, if there was one.
type cost struct {
	eval.Cost
	known bool
}

// worthSaying reports whether an answer was neither cheap nor from memory that held still.
func (c cost) worthSaying() bool {
	return c.Time >= slow || c.Entries >= large || c.Torn > 0
}

func (c cost) String() string {
	parts := []string{thousands(c.Entries) + " entries"}
	if c.Bytes >= 1<<20 {
		parts = append(parts, strconv.Itoa(c.Bytes>>20)+" MiB kept")
	}
	parts = append(parts, milliseconds(c.Time))
	if c.Waited >= time.Millisecond {
		parts = append(parts, milliseconds(c.Waited)+" of it waiting for locks")
	}
	if c.Retries > 0 {
		parts = append(parts, thousands(c.Retries)+" read again")
	}
	if c.Torn > 0 {
		parts = append(parts, thousands(c.Torn)+" torn")
	}
	return strings.Join(parts, ", ")
}

func runTime(_ context.Context, s *Session, a *answer, _ string) error {
	c := s.last
	if !c.known {
		return complain("there was no answer yet whose cost could be told; ask something first")
	}
	_, err := fmt.Fprintf(a, "time     %v\nwaiting  %v for locks\nentries  %s read, %s of them again, %s torn\nmemory   %s at most\n",
		c.Time.Round(time.Microsecond), c.Waited.Round(time.Microsecond), thousands(c.Entries), thousands(c.Retries), thousands(c.Torn), size(c.Bytes))
	return err
}

func milliseconds(d time.Duration) string {
	if d >= 10*time.Second {
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return thousands(int(d.Milliseconds())) + " ms"
}

// size writes a number of bytes.
func size(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return thousands(n>>20) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return thousands(n>>10) + " KiB"
	}
	return thousands(n) + " bytes"
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
