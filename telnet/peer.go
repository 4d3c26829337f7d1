package telnet

import (
	"errors"
	"fmt"
	"net"
	"os"
)

// errUnknownUser is what peerUID returns where the system does not tell whose a connection is.
var errUnknownUser = errors.New("this system does not tell which user connects")

// peerOf returns what is known of the other end of nc. The error says why its user is not; the
// peer is good even so.
func peerOf(nc net.Conn) (*Peer, error) {
	p := &Peer{Addr: nc.RemoteAddr(), UID: nobodyKnown}
	nc = inner(nc)
	unix, isUnix := nc.(*net.UnixConn)
	if !isUnix && !loopback(p.Addr) {
		return p, nil // remote: no kernel to ask
	}
	var err error
	if isUnix {
		p.UID, p.PID, err = credentials(unix)
	} else {
		p.UID, err = peerUID(nc)
	}
	if err != nil {
		p.UID, p.PID = nobodyKnown, 0
	}
	return p, err
}

// checkPeer says whether p may enter, of whose user the kernel has said as much: the one that this
// process runs as, and root, which can read its memory anyway. Who is remote, which permit has let
// listen, may.
//
// Where the system has no way to tell (others than Linux), the mode of a unix socket's file stands
// in its place, which the socket has from its first moment; on loopback nothing does, and each
// user of the machine may enter. On Linux who cannot be told may not.
func (s *Server) checkPeer(p *Peer, unknown error) error {
	switch {
	case s.AnyUser || errors.Is(unknown, errUnknownUser):
		return nil
	case unknown != nil:
		return fmt.Errorf("cannot tell which user connects: %w", unknown)
	case p.UID > 0 && p.UID != os.Geteuid():
		return fmt.Errorf("connect as the user that this process runs as (uid %d) or as root, not as uid %d", os.Geteuid(), p.UID)
	}
	return nil
}

// inner is the connection that others are wrapped around, as tls.Conn is.
func inner(nc net.Conn) net.Conn {
	for {
		wrapper, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return nc
		}
		nc = wrapper.NetConn()
	}
}
