package peer

import (
	"encoding/binary"
	"errors"
	"net"
	"syscall"
)

// Present reports whether the other end is still open. known is false where that cannot be told
// without sending something. A nil socket is never known.
func (k *Socket) Present() (there, known bool) {
	switch {
	case k == nil:
		return false, false
	case k.Unix:
		unix, ok := k.conn.(*net.UnixConn)
		if !ok {
			return false, false
		}
		_, err := unix.Write(nil) // fails if nobody could read it
		return err == nil, true
	case k.Scope() != Loopback:
		return false, false
	}
	_, _, err := k.Owner()
	if errors.Is(err, ErrNoAnswer) {
		_, _, err = k.SearchOwner()
	}
	return err == nil, err == nil || errors.Is(err, ErrNoOwner)
}

// Owner returns the user at the other end of k, and of a unix socket the process. The error is
// ErrNoOwner, ErrNoAnswer or that of a system call.
func (k *Socket) Owner() (uid, pid int, err error) {
	if k.Unix {
		return k.credentials()
	}
	if !k.Remote.IsValid() {
		return UnknownUID, 0, ErrNoOwner
	}
	inode, err := k.inode()
	if err != nil {
		return UnknownUID, 0, err
	}
	uid, err = askKernel(k.Remote, k.Local, inode)
	if err != nil && k.wasReset() {
		err = ErrNoOwner
	}
	return uid, 0, err
}

// SearchOwner is owner where the kernel cannot be asked about one socket.
func (k *Socket) SearchOwner() (uid, pid int, err error) {
	inode, err := k.inode()
	if err != nil {
		return UnknownUID, 0, err
	}
	uid, err = searchTables(k.Remote, k.Local, inode)
	if k.wasReset() { // and somebody else may have the port that the other end had
		return UnknownUID, 0, ErrNoOwner
	}
	return uid, 0, err
}

// inode is the number that the kernel's lists of sockets give k. No two sockets of a machine have
// the same, whichever network namespaces they are in.
func (k *Socket) inode() (n uint32, err error) {
	var stat syscall.Stat_t
	var failed error
	err = k.raw.Control(func(fd uintptr) { failed = syscall.Fstat(int(fd), &stat) })
	return uint32(stat.Ino), errors.Join(err, failed)
}

// wasReset reports whether the other end has reset the connection.
func (k *Socket) wasReset() bool {
	const tcpClose = 7 // TCP_CLOSE, in the first byte of struct tcp_info
	state := make([]byte, 4)
	err := k.raw.Control(func(fd uintptr) {
		if info, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO); err == nil {
			binary.NativeEndian.PutUint32(state, uint32(info))
		}
	})
	return err != nil || state[0] == tcpClose
}

// credentials are those that the peer had when it connected (unix(7), SO_PEERCRED).
func (k *Socket) credentials() (uid, pid int, err error) {
	var cred *syscall.Ucred
	var failed error
	err = k.raw.Control(func(fd uintptr) {
		cred, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		return UnknownUID, 0, err
	}
	return int(cred.Uid), int(cred.Pid), nil
}
