//go:build !unix

package peer

import "net"

// addresses takes both addresses from package net, which has them from the system. It reports
// whether s is a TCP or unix socket.
func (s *Socket) addresses() bool {
	switch c := s.conn.(type) {
	case *net.UnixConn:
		s.Unix = true
	case *net.TCPConn:
		local, _ := c.LocalAddr().(*net.TCPAddr)
		remote, _ := c.RemoteAddr().(*net.TCPAddr)
		s.Local, s.Remote = local.AddrPort(), remote.AddrPort()
	}
	return s.Unix || s.Local.IsValid()
}
