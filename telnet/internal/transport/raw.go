package transport

import (
	"net"
	"syscall"
)

// Socket is access to the socket of a connection. Its TryWrite is for one goroutine at a time.
type Socket struct {
	raw   syscall.RawConn
	write func(fd uintptr) (done bool) // writes p and sets n; made once, as each would be allocated
	p     []byte
	n     int
}

// Raw returns access to the socket of nc; nil if nc is no socket, or if writing to it does more than
// writing to its socket, as with TLS.
func Raw(nc net.Conn) *Socket {
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
	return &Socket{raw: raw}
}
