package peer

import (
	"net"
	"net/netip"
)

// Scope says who can reach an address.
type Scope uint8

const (
	Elsewhere  Scope = iota // other machines, or nobody knows who
	Loopback                // this machine
	UnixSocket              // this machine, as the mode of the socket's file allows
)

// Local reports whether only this machine reaches an address of that scope.
func (s Scope) Local() bool { return s != Elsewhere }

// ScopeOf returns the scope of addr, as addr itself describes it. A nil address is Elsewhere.
func ScopeOf(addr net.Addr) Scope {
	switch {
	case addr == nil:
		return Elsewhere
	case addr.Network() == "unix":
		return UnixSocket
	}
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return Elsewhere
	}
	return scopeOfIP(at.Addr())
}

func scopeOfIP(ip netip.Addr) Scope {
	if ip.Unmap().IsLoopback() {
		return Loopback
	}
	return Elsewhere
}
