package peer

import (
	"net"
	"net/netip"
	"syscall"

	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Socket is the socket of a connection, as the kernel describes it. The types that wrap a
// connection cannot be trusted with that: those of the PROXY protocol, for one, report addresses
// that the peer has sent.
type Socket struct {
	Unix          bool           // a unix socket, or else one of TCP
	Local, Remote netip.AddrPort // of TCP; Remote is invalid once the peer has reset the connection

	conn net.Conn // the innermost one
	raw  syscall.RawConn
}

// Scope returns the scope of the local address.
func (s *Socket) Scope() Scope {
	if s.Unix {
		return UnixSocket
	}
	return scopeOfIP(s.Local.Addr())
}

// socketOf returns the socket of nc, or nil if nc has none or a wrapper hides it.
func socketOf(nc net.Conn) *Socket {
	nc = transport.Innermost(nc)
	c, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	s := &Socket{conn: nc, raw: raw}
	if !s.addresses() {
		return nil
	}
	return s
}
