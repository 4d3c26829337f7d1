package transport

import (
	"errors"
	"io"
	"net"
	"time"
)

const (
	// DrainTime is how long a client may take to close its side after the session. Input is read
	// meanwhile: closing with unread input makes the kernel send a reset, which can destroy the last
	// answers on their way.
	DrainTime  = time.Second
	drainBytes = 1 << 20
)

// maxWrappers bounds how many layers Unwrap removes, so that it ends for a wrapper around itself.
const maxWrappers = 32

// Unwrap calls visit with nc and each connection inside it, outermost first. It sees through
// wrappers with the method of tls.Conn, NetConn() net.Conn, and stops at others.
func Unwrap(nc net.Conn, visit func(net.Conn)) {
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

// Innermost returns the innermost connection that can be seen in nc.
func Innermost(nc net.Conn) (in net.Conn) {
	Unwrap(nc, func(c net.Conn) { in = c })
	return in
}

// CloseWrite closes the sending side of nc, as (*net.TCPConn).CloseWrite does.
func CloseWrite(nc net.Conn) error {
	if half, ok := nc.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// CloseGently closes our side, and gives the peer time to close its own.
func CloseGently(nc net.Conn) {
	defer nc.Close()
	if CloseWrite(nc) == nil {
		nc.SetReadDeadline(time.Now().Add(DrainTime))
		io.Copy(io.Discard, io.LimitReader(nc, drainBytes))
	}
}
