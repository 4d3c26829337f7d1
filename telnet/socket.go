package telnet

import (
	"net"
	"net/netip"
	"syscall"
)

// socket is the operating system's end of a connection. What it says comes from the kernel and not
// from the types that the connection is wrapped in: those of the PROXY protocol, for one, report
// addresses that the peer has sent.
type socket struct {
	conn          net.Conn // the innermost
	raw           syscall.RawConn
	unix          bool
	local, remote netip.AddrPort // of TCP; remote is invalid once the peer has reset the connection
}

func (k *socket) place() place {
	if k.unix {
		return unixSocket
	}
	return placeOfIP(k.local.Addr())
}

// maxWrappers bounds how many layers unwrap removes, so that it ends for a wrapper around itself.
const maxWrappers = 32

// unwrap calls visit with nc and each connection inside it, outermost first. It sees through
// wrappers with the method of tls.Conn, NetConn() net.Conn, and stops at others.
func unwrap(nc net.Conn, visit func(net.Conn)) {
	for range maxWrappers {
		visit(nc)
		w, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return
		}
		if nc = w.NetConn(); nc == nil {
			return
		}
	}
}

// inner returns the innermost connection that can be seen in nc.
func inner(nc net.Conn) (in net.Conn) {
	unwrap(nc, func(c net.Conn) { in = c })
	return in
}

// socketOf returns the socket of nc; nil if there is none, or a wrapper hides it.
func socketOf(nc net.Conn) *socket {
	nc = inner(nc)
	c, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	k := &socket{conn: nc, raw: raw}
	if !k.addresses() {
		return nil
	}
	return k
}
