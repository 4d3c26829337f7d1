package telnet

import "net"

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
// look through a port.
func AtMost(highest Level, l net.Listener) net.Listener { return &leveled{l, highest} }

type leveled struct {
	net.Listener
	highest Level
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
