package telnet

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// wayIn describes how a connection came in. Admission decides by nothing else.
type wayIn struct {
	peer.Facts
	listener peer.Scope // of the listener; Elsewhere only if permit has agreed
	highest  Level      // of the session, whoever it is of
}

// wayOf returns the way in of nc, which a listener of that scope has accepted, for a session that
// has the level highest at most.
func (s *Server) wayOf(nc net.Conn, listener peer.Scope, highest Level) *wayIn {
	w := &wayIn{Facts: peer.Of(nc, s.kernel()), listener: listener, highest: highest}
	transport.Unwrap(nc, func(c net.Conn) {
		if l, ok := c.(*leveledConn); ok {
			w.highest = min(w.highest, l.highest)
		}
	})
	return w
}

func (s *Server) kernel() peer.Kernel {
	if s.asked != nil {
		return *s.asked
	}
	return peer.System()
}

// timed returns nc with deadlines that work. Those of sockets do, unless what is around them says no.
func (w *wayIn) timed(nc net.Conn) net.Conn {
	if w.Socket != nil && nc.SetReadDeadline(time.Time{}) == nil {
		return nc
	}
	return transport.WithDeadlines(nc)
}

// admits returns nil if w leads to a session, or to the Authenticator if there is one.
func (s *Server) admits(w *wayIn) error {
	if w.Remote() && !s.secure() && !s.InsecureRemote {
		return fmt.Errorf("only this machine may connect, and the peer is not known to be on it: %w", w.Unknown)
	}
	switch {
	case s.Auth != nil, !w.listener.Local(), w.Trusted():
		return nil
	case s.AnyUser && !w.Remote():
		return nil
	case w.UID >= 0:
		return fmt.Errorf("connect as the user that this process runs as (uid %d) or as root, not as uid %d", os.Geteuid(), w.UID)
	case w.Scope == peer.UnixSocket && w.Socket != nil && errors.Is(w.Unknown, peer.ErrUnknownUser):
		return nil // the mode of the socket's file, which the kernel has checked, stands in for it
	case errors.Is(w.Unknown, peer.ErrUnknownUser):
		return fmt.Errorf("cannot tell which user connects: %w; use a unix socket, or set Server.Auth or Server.AnyUser", w.Unknown)
	}
	return fmt.Errorf("cannot tell which user connects: %w", w.Unknown)
}
