package transport

import "net"

// AddrOf returns the address that of returns, and never nil.
func AddrOf(of func() net.Addr) (addr net.Addr) {
	defer func() {
		if recover() != nil || addr == nil {
			addr = UnknownAddr{}
		}
	}()
	if addr = of(); addr != nil {
		_, _ = addr.Network(), addr.String() // which the application's own type may fail to say
	}
	return addr
}

// UnknownAddr stands in for the address of a connection that has none.
type UnknownAddr struct{}

func (UnknownAddr) Network() string { return "unknown" }
func (UnknownAddr) String() string  { return "unknown" }
