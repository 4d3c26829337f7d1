//go:build !unix

package telnet

import "net"

// addresses takes the addresses from the types of package net, which have them from the system.
func (k *socket) addresses() bool {
	switch c := k.conn.(type) {
	case *net.UnixConn:
		k.unix = true
	case *net.TCPConn:
		local, _ := c.LocalAddr().(*net.TCPAddr)
		remote, _ := c.RemoteAddr().(*net.TCPAddr)
		k.local, k.remote = local.AddrPort(), remote.AddrPort()
	}
	return k.unix || k.local.IsValid()
}
