package telnet

import (
	"errors"
	"fmt"
	"net"
	"os"
)

// errUnknownUser is what peerUID returns where the system does not tell whose a connection is.
var errUnknownUser = errors.New("this system does not tell which user connects")

// checkPeer says whether the user at the other end of nc may enter: the one that this process runs
// as, and root, which can read its memory anyway.
//
// Where the system has no way to tell (others than Linux), the mode of a unix socket's file stands
// in its place, which the socket has from its first moment; on loopback nothing does, and each
// user of the machine may enter. On Linux who cannot be told may not.
func (s *Server) checkPeer(nc net.Conn) error {
	if s.AnyUser {
		return nil
	}
	nc = inner(nc)
	_, unix := nc.(*net.UnixConn)
	if !unix && !loopback(nc.RemoteAddr()) {
		return nil // remote, which permit has let listen
	}
	uid, err := peerUID(nc)
	switch {
	case errors.Is(err, errUnknownUser):
		return nil
	case err != nil:
		return fmt.Errorf("cannot tell which user connects: %w", err)
	case uid != 0 && uid != os.Geteuid():
		return fmt.Errorf("connect as the user that this process runs as (uid %d) or as root, not as uid %d", os.Geteuid(), uid)
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
