package telnet

import (
	"errors"
	"fmt"
	"net"

	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Listen opens a listener on addr, which is host:port or unix:/path.
//
// The host localhost means both 127.0.0.1 and, where the machine has it, ::1, on the same port: a
// client may try either first.
//
// A unix socket has the mode 0600 from its first moment (but not on Windows). Listen replaces a
// socket that a dead process has left behind; a socket that answers is an error. Closing the
// listener removes the socket, unless somebody has replaced it. On Linux unix:@name is a socket
// without a file.
func Listen(addr string) (net.Listener, error) { return transport.Listen(addr) }

// permit returns an error if s must not serve connections to addr, or sessions of the level
// highest.
func (s *Server) permit(addr net.Addr, highest Level) error {
	switch c := s.TLSConfig; {
	case !peer.ScopeOf(addr).Local() && !s.secure() && !s.InsecureRemote:
		return fmt.Errorf("telnet: %s is not loopback: %w", addr, ErrInsecure)
	case c != nil && len(c.Certificates) == 0 && c.GetCertificate == nil && c.GetConfigForClient == nil:
		return errors.New("telnet: Server.TLSConfig has no certificate; set its GetCertificate to that of CertificateFiles")
	}
	return s.audited(highest)
}

// secure reports whether s may face other machines.
func (s *Server) secure() bool { return s.TLSConfig != nil && s.Auth != nil }

// audited returns an error if a session of the level highest could act without a record.
func (s *Server) audited(highest Level) error {
	if highest >= Act && s.Logger == nil {
		return errors.New("telnet: actions must be recorded; set Server.Logger, or leave Server.Level at Look")
	}
	return nil
}
