package peer

import (
	"net"
	"net/netip"
)

// Origin identifies where connections come from, for limits: an IPv4 address; an IPv6 network of 64
// bits, as a provider gives it to one customer; or on this machine a user, whatever address it
// connects from. All users of this machine whom the kernel does not tell are one origin.
type Origin struct {
	network netip.Prefix // ::1/128 for all of loopback; the zero Prefix for what has no IP address
	uid     int          // UnknownUID for other machines
}

// UnknownUID is the UID of a user whom the kernel did not tell, or was not asked about.
const UnknownUID = -1

// originOf returns the origin of a connection from addr on another machine.
func originOf(addr net.Addr) Origin {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return Origin{uid: UnknownUID}
	}
	const customer = 64 // bits
	ip := at.Addr().Unmap().WithZone("")
	p, err := ip.Prefix(min(customer, ip.BitLen()))
	if err != nil {
		return Origin{uid: UnknownUID}
	}
	return Origin{p, UnknownUID}
}
