package telnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

// wayIn describes how a connection came in. It is determined once, when the connection is accepted,
// and admission decides by nothing else. It assumes the worst of what is not known.
type wayIn struct {
	listener place   // of the listener; elsewhere only if permit has agreed
	at       place   // of the connection's own local address
	socket   *socket // nil if a wrapper hides it, or there is none
	highest  Level   // of the session, whoever it is of
	peer     *Peer
	unknown  error // why the kernel does not tell the peer's user
}

var (
	// errUnknownUser is that the system has no way to tell.
	errUnknownUser = errors.New("this system does not tell")

	// errNoOwner is that the other end of a connection is closed, or not on this machine.
	errNoOwner = errors.New("no process of this machine has the other end open")

	// errNoAnswer is that the kernel did not answer, and may be asked in another way.
	errNoAnswer = errors.New("the kernel does not answer")

	errNotAsked = errors.New("it comes from beyond loopback")
)

// wayOf returns the way in of nc, which a listener at that place has accepted, for a session that
// has the level highest at most.
func (s *Server) wayOf(nc net.Conn, listener place, highest Level) *wayIn {
	w := &wayIn{listener: listener, highest: highest, socket: socketOf(nc)}
	w.peer = &Peer{Addr: addrOf(nc.RemoteAddr), UID: nobodyKnown}
	unwrap(nc, func(c net.Conn) {
		if l, ok := c.(*leveledConn); ok {
			w.highest = min(w.highest, l.highest)
		}
	})
	if w.socket == nil {
		w.at = placeOf(addrOf(nc.LocalAddr))
		w.unknown = fmt.Errorf("a %T hides the socket; give that type a method NetConn() net.Conn", inner(nc))
		return w
	}
	w.at = w.socket.place()
	w.ask(s.kernel().ask)
	return w
}

// addrOf returns the address that of returns, and never nil.
func addrOf(of func() net.Addr) (addr net.Addr) {
	defer func() {
		if recover() != nil || addr == nil {
			addr = unknownAddr{}
		}
	}()
	if addr = of(); addr != nil {
		_, _ = addr.Network(), addr.String() // which the application's own type may fail to say
	}
	return addr
}

// ask asks the kernel who is at the other end, which it knows on this machine.
func (w *wayIn) ask(owner func(*socket) (uid, pid int, err error)) {
	if !w.at.local() {
		w.unknown = errNotAsked
		return
	}
	uid, pid, err := owner(w.socket)
	if w.unknown = err; err == nil {
		w.peer.UID, w.peer.PID = uid, pid
	}
}

// search asks again, the slow way, where the kernel did not answer.
func (w *wayIn) search(k kernel) {
	if w.socket != nil && errors.Is(w.unknown, errNoAnswer) {
		w.ask(k.search)
	}
}

// timed returns nc with deadlines that work. Those of sockets do, unless what is around them says no.
func (w *wayIn) timed(nc net.Conn) net.Conn {
	if w.socket != nil && nc.SetReadDeadline(time.Time{}) == nil {
		return nc
	}
	return newTimedConn(nc)
}

// trusted reports whether the kernel says that the peer is this process's own user or root. Both can
// read its memory anyway.
func (w *wayIn) trusted() bool {
	return w.peer.UID == 0 || w.peer.UID == os.Geteuid() && w.peer.UID != nobodyKnown
}

// remote reports whether the peer may be on another machine. A local address that is loopback does
// not exclude that: a host nearby reaches it where the kernel has route_localnet set.
func (w *wayIn) remote() bool {
	switch {
	case w.peer.UID >= 0 || w.at == unixSocket:
		return false
	case w.at == elsewhere:
		return true
	case w.socket != nil:
		return placeOfIP(w.socket.remote.Addr()) != loopback
	}
	return placeOf(w.peer.Addr) != loopback
}

// origin returns what the limits on connections count w as.
func (w *wayIn) origin() origin {
	switch w.at {
	case unixSocket:
		return origin{uid: w.peer.UID}
	case loopback:
		// From whatever address: who is on this machine may choose among all of them.
		return origin{netip.PrefixFrom(netip.IPv6Loopback(), 128), w.peer.UID}
	}
	return originOf(w.peer.Addr)
}

// admits returns nil if w leads to a session, or to the Authenticator if there is one.
func (s *Server) admits(w *wayIn) error {
	if w.remote() && !s.secure() && !s.InsecureRemote {
		return fmt.Errorf("only this machine may connect, and the peer is not known to be on it: %w", w.unknown)
	}
	switch {
	case s.Auth != nil, !w.listener.local(), w.trusted():
		return nil
	case s.AnyUser && !w.remote():
		return nil
	case w.peer.UID >= 0:
		return fmt.Errorf("connect as the user that this process runs as (uid %d) or as root, not as uid %d", os.Geteuid(), w.peer.UID)
	case w.at == unixSocket && w.socket != nil && errors.Is(w.unknown, errUnknownUser):
		return nil // the mode of the socket's file, which the kernel has checked, stands in for it
	case errors.Is(w.unknown, errUnknownUser):
		return fmt.Errorf("cannot tell which user connects: %w; use a unix socket, or set Server.Auth or Server.AnyUser", w.unknown)
	}
	return fmt.Errorf("cannot tell which user connects: %w", w.unknown)
}

// kernel is how to ask whose the other end of a socket is.
type kernel struct {
	ask    func(*socket) (uid, pid int, err error) // takes microseconds
	search func(*socket) (uid, pid int, err error) // where that gives errNoAnswer; takes milliseconds
}

func (s *Server) kernel() kernel {
	if s.asked != nil {
		return *s.asked
	}
	return kernel{ask: (*socket).owner, search: (*socket).searchOwner}
}
