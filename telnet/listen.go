package telnet

import (
	"errors"
	"fmt"
	"net"

	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Listen opens addr, which is host:port or unix:/path.
//
// The host localhost is both of its addresses, 127.0.0.1 and ::1 where the machine has it, on the
// same port, as a client that is told localhost may try either first.
//
// A unix socket has mode 0600 from its first moment. One that is left over from a process that is
// gone is replaced; one that answers is an error. It is removed when the listener is closed,
// unless somebody has replaced it. unix:@name is a socket without a file, on Linux.
func Listen(addr string) (net.Listener, error) { return transport.Listen(addr) }

// permit says whether s may serve connections to addr, with sessions of that level.
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

// audited says whether what a session of that level does is on record.
func (s *Server) audited(highest Level) error {
	if highest >= Act && s.Logger == nil {
		return errors.New("telnet: actions are always on record; set Server.Logger, or leave Server.Level at Look")
	}
	return nil
}
