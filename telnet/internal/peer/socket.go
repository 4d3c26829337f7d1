package peer

import (
	"net"
	"net/netip"
	"syscall"

	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Socket is the operating system's end of a connection. What it says comes from the kernel and not
// from the types that the connection is wrapped in: those of the PROXY protocol, for one, report
// addresses that the peer has sent.
type Socket struct {
	conn          net.Conn // the innermost
	raw           syscall.RawConn
	Unix          bool
	Local, Remote netip.AddrPort // of TCP; Remote is invalid once the peer has reset the connection
}

func (k *Socket) Scope() Scope {
	if k.Unix {
		return UnixSocket
	}
	return scopeOfIP(k.Local.Addr())
}

// SocketOf returns the socket of nc; nil if there is none, or a wrapper hides it.
func SocketOf(nc net.Conn) *Socket {
	nc = transport.Innermost(nc)
	c, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	k := &Socket{conn: nc, raw: raw}
	if !k.addresses() {
		return nil
	}
	return k
}
