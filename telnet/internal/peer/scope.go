package peer

import (
	"net"
	"net/netip"
)

// Scope is who can reach an address.
type Scope uint8

const (
	Elsewhere  Scope = iota // other machines too, or it is not known
	Loopback                // this machine
	UnixSocket              // the users of this machine whom the mode of the file allows
)

// Local reports whether only this machine can reach an address of scope s.
func (s Scope) Local() bool { return s != Elsewhere }

// ScopeOf returns the scope of addr by its network and text. That of nil is Elsewhere.
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
