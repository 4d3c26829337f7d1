package peer

import (
	"encoding/binary"
	"errors"
	"net"
	"syscall"
)

// Present reports whether the other end is still open. known is false if that cannot be known
// without sending something, as of a nil Socket.
func (s *Socket) Present() (there, known bool) {
	switch {
	case s == nil:
		return false, false
	case s.Unix:
		unix, ok := s.conn.(*net.UnixConn)
		if !ok {
			return false, false
		}
		_, err := unix.Write(nil) // writes nothing, and fails if the other end is closed
		return err == nil, true
	case s.Scope() != Loopback:
		return false, false
	}
	_, _, err := s.owner()
	if errors.Is(err, ErrNoAnswer) {
		_, _, err = s.searchOwner()
	}
	return err == nil, err == nil || errors.Is(err, ErrNoOwner)
}

// owner returns the user at the other end of s, and the process if s is a unix socket. The error is
// ErrNoOwner, ErrNoAnswer or that of a system call.
func (s *Socket) owner() (uid, pid int, err error) {
	if s.Unix {
		return s.credentials()
	}
	if !s.Remote.IsValid() {
		return UnknownUID, 0, ErrNoOwner
	}
	inode, err := s.inode()
	if err != nil {
		return UnknownUID, 0, err
	}
	uid, err = askKernel(s.Remote, s.Local, inode)
	if err != nil && s.wasReset() {
		err = ErrNoOwner
	}
	return uid, 0, err
}

// searchOwner is owner for a TCP socket, where the kernel cannot be asked about a single socket.
func (s *Socket) searchOwner() (uid, pid int, err error) {
	inode, err := s.inode()
	if err != nil {
		return UnknownUID, 0, err
	}
	uid, err = searchTables(s.Remote, s.Local, inode)
	if s.wasReset() { // somebody else may have the port by now
		return UnknownUID, 0, ErrNoOwner
	}
	return uid, 0, err
}

// inode returns the number of s in the kernel's lists of sockets. No two sockets of a machine have
// the same, whatever network namespaces they are in.
func (s *Socket) inode() (n uint32, err error) {
	var stat syscall.Stat_t
	var failed error
	err = s.raw.Control(func(fd uintptr) { failed = syscall.Fstat(int(fd), &stat) })
	return uint32(stat.Ino), errors.Join(err, failed)
}

// wasReset reports whether the other end has reset the connection.
func (s *Socket) wasReset() bool {
	const tcpClose = 7 // TCP_CLOSE, in the first byte of struct tcp_info
	state := make([]byte, 4)
	err := s.raw.Control(func(fd uintptr) {
		if info, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO); err == nil {
			binary.NativeEndian.PutUint32(state, uint32(info))
		}
	})
	return err != nil || state[0] == tcpClose
}

// credentials returns those that the peer of a unix socket had when it connected (unix(7),
// SO_PEERCRED).
func (s *Socket) credentials() (uid, pid int, err error) {
	var cred *syscall.Ucred
	var failed error
	err = s.raw.Control(func(fd uintptr) {
		cred, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		return UnknownUID, 0, err
	}
	return int(cred.Uid), int(cred.Pid), nil
}
