package transport

import (
	"errors"
	"fmt"
	"net"
	"strings"
)

// Listen opens addr, which is host:port or unix:/path.
//
// The host localhost is both of its addresses, 127.0.0.1 and ::1 where the machine has it, on the
// same port, as a client that is told localhost may try either first.
//
// A unix socket has mode 0600 from its first moment. One that is left over from a process that is
// gone is replaced; one that answers is an error. It is removed when the listener is closed,
// unless somebody has replaced it. unix:@name is a socket without a file, on Linux.
func Listen(addr string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return listenUnix(path)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("telnet: %w; an address is host:port or unix:/path", err)
	}
	if host != "localhost" {
		return net.Listen("tcp", addr)
	}
	v4, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, err
	}
	_, port, err = net.SplitHostPort(v4.Addr().String()) // 0 has become another
	if err != nil {
		return nil, errors.Join(err, v4.Close())
	}
	v6, err := net.Listen("tcp6", net.JoinHostPort("::1", port))
	if err == nil {
		return newPair(v4, v6), nil
	}
	if any, none := net.Listen("tcp6", "[::1]:0"); none == nil {
		return nil, errors.Join(err, any.Close(), v4.Close()) // there is IPv6, but not that port
	}
	return v4, nil
}
