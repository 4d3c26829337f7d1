package transport

import (
	"errors"
	"fmt"
	"net"
	"strings"
)

// Listen opens a listener on addr, which is host:port or unix:/path. The host localhost means
// 127.0.0.1 and ::1, on the same port, as a client may try either first. See listenUnix for unix
// sockets.
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
	_, port, err = net.SplitHostPort(v4.Addr().String()) // port 0 has become another
	if err != nil {
		return nil, errors.Join(err, v4.Close())
	}
	v6, err := net.Listen("tcp6", net.JoinHostPort("::1", port))
	if err == nil {
		return newPair(v4, v6), nil
	}
	if any, none := net.Listen("tcp6", "[::1]:0"); none == nil {
		return nil, errors.Join(err, any.Close(), v4.Close()) // IPv6 works, but the port is taken
	}
	return v4, nil
}
