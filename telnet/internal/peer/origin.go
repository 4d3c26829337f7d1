package peer

import (
	"net"
	"net/netip"
)

// Origin identifies where connections come from: an IPv4 address; the first half of an IPv6 address,
// which is what a customer gets; or a user of this machine, by whatever address, where the kernel
// tells the user. All users of this machine whom it does not tell are one origin.
type Origin struct {
	network netip.Prefix // ::1 is all of loopback; the zero Prefix what has no address
	uid     int
}

// UnknownUID is the uid of users whom the kernel did not tell, or was not asked about.
const UnknownUID = -1

// OriginOf returns the origin of a connection from addr on another machine.
func OriginOf(addr net.Addr) Origin {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return Origin{uid: UnknownUID}
	}
	const half = 64
	ip := at.Addr().Unmap().WithZone("")
	p, err := ip.Prefix(min(half, ip.BitLen()))
	if err != nil {
		return Origin{uid: UnknownUID}
	}
	return Origin{p, UnknownUID}
}
