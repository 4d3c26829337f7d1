package main

import (
	"net"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/telnet"
)

// The ports to try if none is given.
const (
	firstPort = 3000
	lastPort  = 3099
)

// listen listens on addr, or for "" on the first free port of localhost. It returns the address to
// connect to.
func listen(addr string) (l net.Listener, at string, err error) {
	if addr != "" {
		l, err = telnet.Listen(addr)
		return l, reach(addr, l), err
	}
	for port := firstPort; port <= lastPort; port++ {
		addr = net.JoinHostPort("localhost", strconv.Itoa(port))
		if l, err = telnet.Listen(addr); err == nil {
			break
		}
	}
	return l, addr, err
}

// reach returns addr with the port of l, which differs if addr asks for any port.
func reach(addr string, l net.Listener) string {
	if l == nil || strings.HasPrefix(addr, "unix:") {
		return addr
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return addr
	}
	return net.JoinHostPort(host, port)
}
