//go:build !unix

package peer

import "net"

// addresses takes the addresses from the types of package net, which have them from the system.
func (k *Socket) addresses() bool {
	switch c := k.conn.(type) {
	case *net.UnixConn:
		k.Unix = true
	case *net.TCPConn:
		local, _ := c.LocalAddr().(*net.TCPAddr)
		remote, _ := c.RemoteAddr().(*net.TCPAddr)
		k.Local, k.Remote = local.AddrPort(), remote.AddrPort()
	}
	return k.Unix || k.Local.IsValid()
}
