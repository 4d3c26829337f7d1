package telnet

import (
	"encoding/binary"
	"errors"
	"net"
	"syscall"
)

// present reports whether the other end is still open. known is false where that cannot be told
// without sending something. A nil socket is never known.
func (k *socket) present() (there, known bool) {
	switch {
	case k == nil:
		return false, false
	case k.unix:
		unix, ok := k.conn.(*net.UnixConn)
		if !ok {
			return false, false
		}
		_, err := unix.Write(nil) // fails if nobody could read it
		return err == nil, true
	case k.place() != loopback:
		return false, false
	}
	_, _, err := k.owner()
	if errors.Is(err, errNoAnswer) {
		_, _, err = k.searchOwner()
	}
	return err == nil, err == nil || errors.Is(err, errNoOwner)
}

// owner returns the user at the other end of k, and of a unix socket the process. The error is
// errNoOwner, errNoAnswer or that of a system call.
func (k *socket) owner() (uid, pid int, err error) {
	if k.unix {
		return k.credentials()
	}
	if !k.remote.IsValid() {
		return nobodyKnown, 0, errNoOwner
	}
	inode, err := k.inode()
	if err != nil {
		return nobodyKnown, 0, err
	}
	uid, err = askKernel(k.remote, k.local, inode)
	if err != nil && k.wasReset() {
		err = errNoOwner
	}
	return uid, 0, err
}

// searchOwner is owner where the kernel cannot be asked about one socket.
func (k *socket) searchOwner() (uid, pid int, err error) {
	inode, err := k.inode()
	if err != nil {
		return nobodyKnown, 0, err
	}
	uid, err = searchTables(k.remote, k.local, inode)
	if k.wasReset() { // and somebody else may have the port that the other end had
		return nobodyKnown, 0, errNoOwner
	}
	return uid, 0, err
}

// inode is the number that the kernel's lists of sockets give k. No two sockets of a machine have
// the same, whichever network namespaces they are in.
func (k *socket) inode() (n uint32, err error) {
	var stat syscall.Stat_t
	var failed error
	err = k.raw.Control(func(fd uintptr) { failed = syscall.Fstat(int(fd), &stat) })
	return uint32(stat.Ino), errors.Join(err, failed)
}

// wasReset reports whether the other end has reset the connection.
func (k *socket) wasReset() bool {
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
func (k *socket) credentials() (uid, pid int, err error) {
	var cred *syscall.Ucred
	var failed error
	err = k.raw.Control(func(fd uintptr) {
		cred, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		return nobodyKnown, 0, err
	}
	return int(cred.Uid), int(cred.Pid), nil
}
