package telnet

import (
	"net"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// wayIn describes how a connection came in. Admission depends on it and the server's fields alone.
type wayIn struct {
	peer.Facts
	listener peer.Scope // of the listener's address; Elsewhere only if permit has agreed
	highest  Level      // that the session may have, whoever logs in
}

// wayOf returns the way in of nc, accepted by a listener of the given scope that allows the level
// highest. LimitLevel may allow less.
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

// withDeadlines returns nc with deadlines that work. Those of sockets do, unless a wrapper says no.
func (w *wayIn) withDeadlines(nc net.Conn) net.Conn {
	if w.Socket != nil && nc.SetReadDeadline(time.Time{}) == nil {
		return nc
	}
	return transport.WithDeadlines(nc)
}
