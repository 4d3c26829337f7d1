package main

import (
	"net"
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/telnet"
)

// The ports that are tried where none was chosen.
const (
	firstPort = 3000
	lastPort  = 3099
)

// listen opens addr, or without one the first port on localhost that is free,
// and says how to reach it.
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

// reach is addr with the port that l has, where port 0 asked for any.
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
