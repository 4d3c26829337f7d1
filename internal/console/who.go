package console

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
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
	_, err := fmt.Fprint(a, listed(rows, s.currentStyle().width.value()))
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

// listed lays out what who tells. A column that no session has anything for is left out, with its
// name in the first row.
func listed(rows [][]string, width int) string {
	cells := make([][]text.Cell, len(rows))
	for i, row := range rows {
		for c, cell := range row {
			if !slices.ContainsFunc(rows[1:], func(row []string) bool { return row[c] != "" }) {
				cell = ""
			}
			cells[i] = append(cells[i], text.Cell{Text: text.Escape(cell)})
		}
	}
	return strings.Join(text.Columns(cells, width-1), "\n") + "\n"
}
