package peer

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

// Facts are what this machine knows of the other end of a connection when it is accepted. What is
// not known counts against the peer.
type Facts struct {
	Addr    net.Addr // where the peer connects from, as the connection reports it; never nil
	Scope   Scope    // of the connection's local address
	Socket  *Socket  // nil if a wrapper hides it, or there is none
	UID     int      // the user at the other end; UnknownUID if the kernel does not tell
	PID     int      // the process there, of a unix socket; 0 if the kernel does not tell
	Unknown error    // why the kernel does not tell the user; nil if it does
}

// Reasons why the kernel does not tell the user.
var (
	// ErrUnknownUser: not of this connection, nor of any other.
	ErrUnknownUser = errors.New("this system does not report users")

	// ErrNoOwner: the other end is closed, or on another machine.
	ErrNoOwner = errors.New("no process of this machine has the other end open")

	// ErrNoAnswer: Search may find the user all the same.
	ErrNoAnswer = errors.New("the kernel does not answer")

	// ErrNotAsked: the user of another machine means nothing here.
	ErrNotAsked = errors.New("it comes from beyond loopback")
)

// Of returns what can be found out about the peer of nc within microseconds. Where that is not the
// user, Search may find it.
func Of(nc net.Conn, k Kernel) Facts {
	f := Facts{Addr: transport.AddrOf(nc.RemoteAddr), Socket: socketOf(nc), UID: UnknownUID}
	if f.Socket == nil {
		f.Scope = ScopeOf(transport.AddrOf(nc.LocalAddr))
		f.Unknown = fmt.Errorf("a %T hides the socket; give that type a method NetConn() net.Conn", transport.Innermost(nc))
		return f
	}
	f.Scope = f.Socket.Scope()
	f.ask(k.Owner)
	return f
}

// ask asks owner who is at the other end, unless the connection may come from another machine.
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

// Search asks the kernel again, in a way that takes milliseconds, if it did not answer.
func (f *Facts) Search(k Kernel) {
	if f.Socket != nil && errors.Is(f.Unknown, ErrNoAnswer) {
		f.ask(k.Search)
	}
}

// Trusted reports whether the kernel says that the peer is root or this process's own user. Both
// can read its memory without us.
func (f *Facts) Trusted() bool {
	return f.UID == 0 || f.UID == os.Geteuid() && f.UID != UnknownUID
}

// Remote reports whether the peer may be on another machine. It may even if the local address is
// loopback: a neighbor reaches that where the kernel's route_localnet is set.
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

// Origin returns the origin that limits count the peer under.
func (f *Facts) Origin() Origin {
	switch f.Scope {
	case UnixSocket:
		return Origin{uid: f.UID}
	case Loopback:
		// The address says nothing: a user of this machine may choose among all of them.
		return Origin{netip.PrefixFrom(netip.IPv6Loopback(), 128), f.UID}
	}
	return originOf(f.Addr)
}

// Kernel is a way to ask who owns the other end of a socket. Tests replace that of System.
type Kernel struct {
	Owner  func(*Socket) (uid, pid int, err error) // takes microseconds; see Facts for the errors
	Search func(*Socket) (uid, pid int, err error) // takes milliseconds; for sockets of ErrNoAnswer
}

// System returns the kernel of this machine.
func System() Kernel { return Kernel{Owner: (*Socket).owner, Search: (*Socket).searchOwner} }
