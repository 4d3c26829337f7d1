package telnet

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// errNoOwner is what peerUID returns for a connection whose other end is closed, or not here.
var errNoOwner = errors.New("no process of this machine has the other end open")

// present reports whether the other end of nc is still open. known is false where that cannot be
// told without sending something.
func present(nc net.Conn) (there, known bool) {
	switch nc := nc.(type) {
	case *net.UnixConn:
		_, err := nc.Write(nil) // fails if nobody could read it
		return err == nil, true
	case *net.TCPConn:
		if loopback(nc.RemoteAddr()) {
			_, err := peerUID(nc)
			return err == nil, err == nil || errors.Is(err, errNoOwner)
		}
	}
	return false, false
}

// peerUID returns the user at the other end of a connection within this machine.
func peerUID(nc net.Conn) (int, error) {
	if unix, ok := nc.(*net.UnixConn); ok {
		uid, _, err := credentials(unix)
		return uid, err
	}
	theirs, err := netip.ParseAddrPort(nc.RemoteAddr().String())
	if err != nil {
		return 0, err
	}
	ours, err := netip.ParseAddrPort(nc.LocalAddr().String())
	if err != nil {
		return 0, err
	}
	uid, err := askKernel(theirs, ours)
	switch {
	case wasReset(nc): // and somebody else may have the port that the other end had
		return 0, errNoOwner
	case err == nil || errors.Is(err, errNoOwner):
		return uid, err
	}
	uid, err = searchTables(theirs, ours)
	if wasReset(nc) {
		return 0, errNoOwner
	}
	return uid, err
}

// wasReset reports whether nc is a connection that the other end has reset.
func wasReset(nc net.Conn) bool {
	const tcpClose = 7 // TCP_CLOSE, in the first byte of struct tcp_info
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	state := make([]byte, 4)
	err = raw.Control(func(fd uintptr) {
		if info, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO); err == nil {
			binary.NativeEndian.PutUint32(state, uint32(info))
		}
	})
	return err == nil && state[0] == tcpClose
}

// credentials are those that the peer had when it connected (unix(7), SO_PEERCRED).
func credentials(nc *net.UnixConn) (uid, pid int, err error) {
	raw, err := nc.SyscallConn()
	if err != nil {
		return 0, 0, err
	}
	var cred *syscall.Ucred
	var sockErr error
	err = raw.Control(func(fd uintptr) {
		cred, sockErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, sockErr); err != nil {
		return 0, 0, err
	}
	return int(cred.Uid), int(cred.Pid), nil
}
