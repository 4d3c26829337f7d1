package transport

import "net"

// AddrOf calls a method like net.Conn.LocalAddr. It returns an UnknownAddr in place of nil, and if
// the method or one of the address panics.
func AddrOf(method func() net.Addr) (addr net.Addr) {
	defer func() {
		if recover() != nil || addr == nil {
			addr = UnknownAddr{}
		}
	}()
	if addr = method(); addr != nil {
		_, _ = addr.Network(), addr.String() // let these panic here rather than later
	}
	return addr
}

// UnknownAddr is the address of a connection that has none.
type UnknownAddr struct{}

func (UnknownAddr) Network() string { return "unknown" }
func (UnknownAddr) String() string  { return "unknown" }
