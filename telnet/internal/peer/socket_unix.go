//go:build unix

package peer

import (
	"net/netip"
	"syscall"
)

// addresses asks the kernel for both addresses of s. It reports whether s is a TCP or unix socket.
func (s *Socket) addresses() bool {
	var ours, theirs syscall.Sockaddr
	if err := s.raw.Control(func(fd uintptr) {
		ours, _ = syscall.Getsockname(int(fd))
		theirs, _ = syscall.Getpeername(int(fd))
	}); err != nil {
		return false
	}
	if _, s.Unix = ours.(*syscall.SockaddrUnix); s.Unix {
		return true
	}
	s.Local, s.Remote = addrPort(ours), addrPort(theirs)
	return s.Local.IsValid()
}

// addrPort returns the address of an IP socket, the zero AddrPort of any other.
func addrPort(sa syscall.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}
