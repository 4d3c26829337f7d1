package telnet

import (
	"errors"
	"net"
)

// Level is what a session may do. Sessions can give up a level, and never gain one.
type Level int

const (
	// Look is to read what is exposed, and to call what registry.Methods names.
	Look Level = iota
	// Act is to call what registry.Actions names as well.
	Act
)

// String returns look or act, as the log has them.
func (l Level) String() string {
	if l >= Act {
		return "act"
	}
	return "look"
}

// AtMost returns l for Server.Serve to serve sessions on that have no higher level than highest,
// whatever Server.Level says: one server may let its users act through a unix socket, and only
// look through a port. The listener may be wrapped in another one: what it accepts carries the level.
// Where the connections of that one do not show what is inside, through a method NetConn() net.Conn
// as tls.Conn has it, their sessions only look.
func AtMost(highest Level, l net.Listener) net.Listener { return &leveled{l, highest} }

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

// leveledConn is a connection whose session has at most that level.
type leveledConn struct {
	net.Conn
	highest Level
}

func (c *leveledConn) NetConn() net.Conn { return c.Conn }
func (c *leveledConn) CloseWrite() error { return closeWrite(c.Conn) }

// closeWrite closes the sending side of nc alone.
func closeWrite(nc net.Conn) error {
	if half, ok := nc.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// levelOf returns the highest level of sessions on l, and the listener that AtMost was given.
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
