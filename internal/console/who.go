package console

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Peer is a session as who lists it. Zero fields are unknown.
type Peer struct {
	ID    string        // as in the server's log
	User  string        // as the server established it
	Addr  string        // where the session comes from
	Level string        // look or act
	Since time.Time     // when the session began
	Idle  time.Duration // since the peer last sent something; 0 while a line is evaluated
	Doing string        // the line being evaluated
	Self  bool          // it is the session that asks
}

// SetPeers sets the function that lists all sessions for who, this one included, in the order to
// show them in.
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
		return complain("this session is not served by a server, and knows no other")
	}
	rows := [][]string{{"", "ID", "USER", "FROM", "LEVEL", "FOR", "IDLE", "EVALUATING"}}
	for _, p := range list() {
		self, age, idle := "", "", ""
		if p.Self {
			self = "*"
		}
		if !p.Since.IsZero() {
			age = uptime(time.Since(p.Since))
		}
		if p.Idle > 0 {
			idle = uptime(p.Idle)
		}
		rows = append(rows, []string{self, p.ID, p.User, p.Addr, p.Level, age, idle, p.Doing})
	}
	_, err := fmt.Fprint(a, layOut(rows, s.currentStyle().width.value()))
	return err
}

// layOut aligns rows, of which the first is the head, and leaves out the columns that are empty
// below it.
func layOut(rows [][]string, width int) string {
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
