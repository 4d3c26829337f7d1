//go:build unix

package peer

import (
	"net/netip"
	"syscall"
)

// addresses asks the kernel for both addresses of k. It reports whether k is a socket of TCP or of
// the unix family.
func (k *Socket) addresses() bool {
	var ours, theirs syscall.Sockaddr
	if err := k.raw.Control(func(fd uintptr) {
		ours, _ = syscall.Getsockname(int(fd))
		theirs, _ = syscall.Getpeername(int(fd))
	}); err != nil {
		return false
	}
	if _, k.Unix = ours.(*syscall.SockaddrUnix); k.Unix {
		return true
	}
	k.Local, k.Remote = addrPort(ours), addrPort(theirs)
	return k.Local.IsValid()
}

func addrPort(sa syscall.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}
