package transport

import (
	"net"
	"syscall"
)

// Raw returns access to the socket of nc, for TryWrite; nil if nc is no socket, or if writing to it
// does more than writing to its socket, as with TLS.
func Raw(nc net.Conn) syscall.RawConn {
	if safe, ok := nc.(*safeConn); ok {
		nc = safe.Conn
	}
	var socket syscall.Conn
	switch nc := nc.(type) {
	case *net.TCPConn:
		socket = nc
	case *net.UnixConn:
		socket = nc
	default:
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}
