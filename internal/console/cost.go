package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
)

// An answer that took or read as much tells its cost unasked.
const (
	slow  = 50 * time.Millisecond // a person notices the pause
	large = 50_000                // entries
)

// cost is what an answer cost.
type cost struct {
	eval.Cost
	known bool // false if there was no answer yet
}

// remarkable reports whether an answer tells its cost unasked.
func (c cost) remarkable() bool {
	return c.Time >= slow || c.Queued >= slow || c.Walked >= large || c.Torn > 0
}

func (c cost) String() string {
	var parts []string
	if c.Walked > 0 {
		parts = append(parts, text.Count(c.Walked, "entry", "entries"))
	}
	if c.Bytes >= 1<<20 {
		parts = append(parts, strconv.Itoa(c.Bytes>>20)+" MiB kept")
	}
	parts = append(parts, milliseconds(c.Time))
	if c.Waited >= time.Millisecond {
		parts = append(parts, milliseconds(c.Waited)+" of it waiting for locks")
	}
	if c.Gave >= slow && c.Gave >= c.Time/4 {
		parts = append(parts, milliseconds(c.Gave)+" of it left to the application")
	}
	if c.Queued >= slow {
		parts = append(parts, milliseconds(c.Queued)+" more in line behind other sessions")
	}
	if c.Retries > 0 {
		parts = append(parts, text.Thousands(c.Retries)+" read again")
	}
	if c.Torn > 0 {
		parts = append(parts, text.Thousands(c.Torn)+" torn")
	}
	return strings.Join(parts, ", ")
}

// runTime tells what the last answer cost, or first evaluates what follows the word.
func runTime(ctx context.Context, s *Session, a *answer, args string) error {
	if args != "" {
		if err := s.show(ctx, a, eval.Query{Source: args}); err != nil {
			return err
		}
	}
	c := s.last
	if !c.known {
		return complain("there was no answer yet; ask something first")
	}
	queued := ""
	if c.Queued > 0 {
		queued = fmt.Sprintf("queued   %v more, behind other sessions\n", c.Queued.Round(time.Microsecond))
	}
	_, err := fmt.Fprintf(a, "time     %v\n%swaiting  %v for locks\nleft     %v to the application\nentries  %s of lists and maps\nreads    %s, %s of them again, %s torn\nmemory   %s at most\n",
		c.Time.Round(time.Microsecond), queued, c.Waited.Round(time.Microsecond), c.Gave.Round(time.Microsecond), text.Thousands(c.Walked), text.Thousands(c.Entries), text.Thousands(c.Retries), text.Thousands(c.Torn), text.Bytes(c.Bytes))
	return err
}

func milliseconds(d time.Duration) string {
	if d >= 10*time.Second {
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return text.Thousands(int(d.Milliseconds())) + " ms"
}
