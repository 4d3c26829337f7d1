package peer

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Facts are what this machine knows of the other end of a connection. They are found once, when the
// connection is accepted, and assume the worst of what is not known.
type Facts struct {
	// Addr is where the peer connects from, by what the connection says. It is never nil.
	Addr net.Addr

	// Scope is that of the connection's own local address.
	Scope Scope

	// Socket is nil if a wrapper hides it, or there is none.
	Socket *Socket

	// UID and PID are the user and the process at the other end; UnknownUID and 0 if the kernel
	// does not tell.
	UID, PID int

	// Unknown is why the kernel does not tell the user; nil if it does.
	Unknown error
}

var (
	// ErrUnknownUser is that the system has no way to tell.
	ErrUnknownUser = errors.New("this system does not tell")

	// ErrNoOwner is that the other end of a connection is closed, or not on this machine.
	ErrNoOwner = errors.New("no process of this machine has the other end open")

	// ErrNoAnswer is that the kernel did not answer, and may be asked in another way.
	ErrNoAnswer = errors.New("the kernel does not answer")

	// ErrNotAsked is that the kernel was not asked, as the connection is not local.
	ErrNotAsked = errors.New("it comes from beyond loopback")
)

// Of returns what can be found out about the peer of nc at once. See [Facts.Search].
func Of(nc net.Conn, k Kernel) Facts {
	f := Facts{Addr: transport.AddrOf(nc.RemoteAddr), Socket: SocketOf(nc), UID: UnknownUID}
	if f.Socket == nil {
		f.Scope = ScopeOf(transport.AddrOf(nc.LocalAddr))
		f.Unknown = fmt.Errorf("a %T hides the socket; give that type a method NetConn() net.Conn", transport.Innermost(nc))
		return f
	}
	f.Scope = f.Socket.Scope()
	f.ask(k.Owner)
	return f
}

// ask asks the kernel who is at the other end, which it knows on this machine.
func (f *Facts) ask(owner func(*Socket) (uid, pid int, err error)) {
	if !f.Scope.Local() {
		f.Unknown = ErrNotAsked
		return
	}
	uid, pid, err := owner(f.Socket)
	if f.Unknown = err; err == nil {
		f.UID, f.PID = uid, pid
	}
}

// Search asks again, the slow way, where the kernel did not answer.
func (f *Facts) Search(k Kernel) {
	if f.Socket != nil && errors.Is(f.Unknown, ErrNoAnswer) {
		f.ask(k.Search)
	}
}

// Trusted reports whether the kernel says that the peer is this process's own user or root. Both can
// read its memory anyway.
func (f *Facts) Trusted() bool {
	return f.UID == 0 || f.UID == os.Geteuid() && f.UID != UnknownUID
}

// Remote reports whether the peer may be on another machine. A local address that is loopback does
// not exclude that: a host nearby reaches it where the kernel has route_localnet set.
func (f *Facts) Remote() bool {
	switch {
	case f.UID >= 0 || f.Scope == UnixSocket:
		return false
	case f.Scope == Elsewhere:
		return true
	case f.Socket != nil:
		return scopeOfIP(f.Socket.Remote.Addr()) != Loopback
	}
	return ScopeOf(f.Addr) != Loopback
}

// Origin returns what limits per origin count the peer as.
func (f *Facts) Origin() Origin {
	switch f.Scope {
	case UnixSocket:
		return Origin{uid: f.UID}
	case Loopback:
		// From whatever address: who is on this machine may choose among all of them.
		return Origin{netip.PrefixFrom(netip.IPv6Loopback(), 128), f.UID}
	}
	return OriginOf(f.Addr)
}

// Kernel is how to ask whose the other end of a socket is.
type Kernel struct {
	Owner  func(*Socket) (uid, pid int, err error) // takes microseconds
	Search func(*Socket) (uid, pid int, err error) // where that gives ErrNoAnswer; takes milliseconds
}

// System is the kernel of this machine.
func System() Kernel { return Kernel{Owner: (*Socket).Owner, Search: (*Socket).SearchOwner} }
