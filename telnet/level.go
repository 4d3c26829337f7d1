package telnet

import (
	"net"

	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Level says what a session may do. A session can lower its level, but not raise it.
type Level int

const (
	// Look allows reading what is exposed, and calling what registry.Methods names.
	Look Level = iota
	// Act also allows calling what registry.Actions names.
	Act
)

// String returns "look" or "act", as in the log.
func (l Level) String() string {
	if l >= Act {
		return "act"
	}
	return "look"
}

// LimitLevel returns a listener like l whose sessions have at most the level highest, whatever
// Server.Level says. With it one server can let users act through a unix socket, and only look
// through a port. The limit holds if the listener is wrapped again, as each connection carries it;
// a wrapper whose connections lack the method NetConn() net.Conn of tls.Conn hides it, and their
// sessions only look.
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

// levelOf returns the highest level of sessions on l, and the listener inside all LimitLevels
// around it.
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
