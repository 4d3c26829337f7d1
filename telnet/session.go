package telnet

import (
	"maps"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Session describes a session of a Server as it was when Sessions was called.
type Session struct {
	ID         int64         // unique in the server, as in the log
	User       string        // of the Identity; empty without Server.Auth
	Addr       net.Addr      // where the peer connects from; never nil
	UID, PID   int           // as in Peer
	Level      Level         // what the session may do now
	Since      time.Time     // when the peer connected
	Idle       time.Duration // since the peer last sent something
	Evaluating string        // the running expression, without secrets; empty for none

	conn *conn
}

// End cancels the session's evaluation, sends why as its last line and ends it. It does not wait
// for the end. It does nothing if the session is over, or for the zero Session.
func (s Session) End(why string) {
	if s.conn != nil {
		go s.conn.terminal.Shutdown(shown(why))
	}
}

// Sessions returns the current sessions, the oldest first. It leaves out connections that have not
// logged in yet.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	conns := slices.Collect(maps.Keys(s.conns))
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
		Level: Level(c.level.Load()), Since: c.since, Idle: c.idle.elapsed(), conn: c,
	}
	if source := c.evaluator.running.Load(); source != nil {
		d.Evaluating = secret.RedactSource(*source)
	}
	return d
}

// peers returns the sessions for the command who.
func (c *conn) peers() []console.Peer {
	var list []console.Peer
	for _, s := range c.server.Sessions() {
		p := console.Peer{
			ID: strconv.FormatInt(s.ID, 10), User: s.User, Addr: from(s.Addr), Level: s.Level.String(),
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
