package console

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Peer is a session as who lists it. Empty fields are not known.
type Peer struct {
	ID    string        // tells it from the others, as in a log
	User  string        // who it is, as the server established it
	Addr  string        // where it comes from
	Level string        // what it may do, as in look or act
	Since time.Time     // when it began
	Idle  time.Duration // for how long nothing was asked; 0 while a line is being evaluated
	Doing string        // the line that is being evaluated
	Self  bool          // it is the one that asks
}

// SetPeers gives the session the function by which who lists all sessions, itself included, in the
// order in which they are to be shown. It may be called from any goroutine.
func (s *Session) SetPeers(list func() []Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers = list
}

func runWho(_ context.Context, s *Session, a *answer, _ string) error {
	s.mu.Lock()
	list := s.peers
	s.mu.Unlock()
	if list == nil {
		return complain("no other session is known here: this one is not served by a server")
	}
	rows := [][]string{{"", "ID", "USER", "FROM", "LEVEL", "FOR", "IDLE", "EVALUATING"}}
	for _, p := range list() {
		self := ""
		if p.Self {
			self = "*"
		}
		rows = append(rows, []string{self, p.ID, p.User, p.Addr, p.Level, since(p.Since), short(p.Idle), p.Doing})
	}
	_, err := fmt.Fprint(a, columns(rows, s.currentStyle().width.value()))
	return err
}

func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return uptime(time.Since(t))
}

func short(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return uptime(d)
}

// columns lays rows out, the first being the header. Columns with nothing below it are left out,
// and no line is wider than width.
func columns(rows [][]string, width int) string {
	widths := make([]int, len(rows[0]))
	for c := range widths {
		for _, row := range rows[1:] {
			widths[c] = max(widths[c], textWidth(printable(row[c])))
		}
		if widths[c] > 0 {
			widths[c] = max(widths[c], textWidth(rows[0][c]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for c, cell := range row {
			if widths[c] > 0 {
				cell = strings.ReplaceAll(printable(cell), "\n", " ")
				line += pad(cell, widths[c]) + "  "
			}
		}
		b.WriteString(cut(strings.TrimRight(line, " "), width-1) + "\n")
	}
	return b.String()
}
