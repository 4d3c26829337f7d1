package telnet

import (
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/console"
)

// Session is one session of a Server, as it was when Sessions was called.
type Session struct {
	ID         int64         // tells it from the server's others, as in the log
	User       string        // as Auth established it; "" without
	Addr       net.Addr      // where it comes from
	UID, PID   int           // as of Peer
	Level      Level         // what it may do now
	Since      time.Time     // when it connected
	Idle       time.Duration // since it last sent something
	Evaluating string        // the expression that is being evaluated, without secrets; "" for none

	conn *conn
}

// End ends the session, which is told why in one line, and cancels its evaluation. It does not
// wait for its end. It does nothing for a session that is over, and for the zero Session.
func (s Session) End(why string) {
	if s.conn != nil {
		go s.conn.terminal.Shutdown(shown(why))
	}
}

// Sessions returns the sessions that there are, the oldest first. Connections that have not
// logged in yet are not among them.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	conns := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	var list []Session
	for _, c := range conns {
		if who := c.who.Load(); who != nil {
			list = append(list, c.describe(*who))
		}
	}
	slices.SortFunc(list, func(a, b Session) int { return int(a.ID - b.ID) })
	return list
}

func (c *conn) describe(who Identity) Session {
	d := Session{
		ID: c.id, User: who.User, Addr: c.peer.Addr, UID: c.peer.UID, PID: c.peer.PID,
		Level: Level(c.level.Load()), Since: c.since, Idle: c.idle.lasts(), conn: c,
	}
	if source := c.evaluator.doing.Load(); source != nil {
		d.Evaluating = access.RedactSource(*source)
	}
	return d
}

// peers is the list of sessions as the command who shows it.
func (c *conn) peers() []console.Peer {
	var list []console.Peer
	for _, s := range c.server.Sessions() {
		p := console.Peer{
			ID: strconv.FormatInt(s.ID, 10), User: s.User, Addr: s.conn.peer.from(), Level: s.Level.String(),
			Since: s.Since, Idle: s.Idle, Doing: s.Evaluating, Self: s.conn == c,
		}
		if p.User == "" && s.UID >= 0 {
			p.User = userName(s.UID)
		}
		if p.Doing != "" {
			p.Idle = 0
		}
		list = append(list, p)
	}
	return list
}
