package transport

import "net"

// AddrOf calls a method like net.Conn.LocalAddr. It returns an address of the network unknown in
// place of nil, and if the method or one of the address panics.
func AddrOf(method func() net.Addr) (addr net.Addr) {
	defer func() {
		if recover() != nil || addr == nil {
			addr = unknownAddr{}
		}
	}()
	if addr = method(); addr != nil {
		_, _ = addr.Network(), addr.String() // let these panic here rather than later
	}
	return addr
}

// unknownAddr is the address of a connection that has none.
type unknownAddr struct{}

func (unknownAddr) Network() string { return "unknown" }
func (unknownAddr) String() string  { return "unknown" }
