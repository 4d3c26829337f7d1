package telnet

import (
	"net"
	"net/netip"
)

// place says who can reach an address.
type place uint8

const (
	elsewhere  place = iota // other machines, or nobody knows who
	loopback                // this machine
	unixSocket              // this machine, as the mode of the socket's file allows
)

// local reports whether only this machine reaches p.
func (p place) local() bool { return p != elsewhere }

// placeOf returns the place of addr, as addr itself describes it. A nil address is elsewhere.
func placeOf(addr net.Addr) place {
	switch {
	case addr == nil:
		return elsewhere
	case addr.Network() == "unix":
		return unixSocket
	}
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return elsewhere
	}
	return placeOfIP(at.Addr())
}

func placeOfIP(ip netip.Addr) place {
	if ip.Unmap().IsLoopback() {
		return loopback
	}
	return elsewhere
}

// unknownAddr stands in for the address of a connection that has none.
type unknownAddr struct{}

func (unknownAddr) Network() string { return "unknown" }
func (unknownAddr) String() string  { return "unknown" }
