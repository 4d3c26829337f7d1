package telnet

import (
	"net"

	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Level says what a session may do. A session can lower its level, and never raise it.
type Level int

const (
	// Look reads what is exposed, and calls what registry.Methods names.
	Look Level = iota
	// Act also calls what registry.Actions names.
	Act
)

// String returns "look" or "act", as the log has them.
func (l Level) String() string {
	if l >= Act {
		return "act"
	}
	return "look"
}

// LimitLevel returns a listener whose sessions have no higher level than highest, whatever
// Server.Level says: one server may let its users act through a unix socket, and only look through
// a port. Each connection carries the limit, so l may be wrapped before or after. But where a
// wrapper's connections hide what is inside, and have no method NetConn() net.Conn as tls.Conn has,
// their sessions only look.
func LimitLevel(highest Level, l net.Listener) net.Listener { return &leveled{l, highest} }

type leveled struct {
	net.Listener
	highest Level
}

func (l *leveled) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &leveledConn{nc, l.highest}, nil
}

// leveledConn carries the limit of the listener that accepted it.
type leveledConn struct {
	net.Conn
	highest Level
}

func (c *leveledConn) NetConn() net.Conn { return c.Conn }
func (c *leveledConn) CloseWrite() error { return transport.CloseWrite(c.Conn) }

// levelOf returns the highest level of sessions on l, and the listener inside all LimitLevels.
func (s *Server) levelOf(l net.Listener) (Level, net.Listener) {
	highest := s.Level
	for {
		inner, ok := l.(*leveled)
		if !ok {
			return highest, l
		}
		highest, l = min(highest, inner.highest), inner.Listener
	}
}
