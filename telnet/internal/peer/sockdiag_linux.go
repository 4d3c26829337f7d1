package peer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
)

// Constants of sock_diag(7), and sizes and offsets, in bytes, of the structures in
// linux/inet_diag.h.
const (
	netlinkSockDiag   = 4
	sockDiagByFamily  = 20
	diagRequestSize   = 56 // struct inet_diag_req_v2
	diagAnswerSize    = 72 // struct inet_diag_msg
	diagID            = 8  // inet_diag_req_v2.id
	diagAnswerID      = 4  // inet_diag_msg.id
	diagUID           = 64 // inet_diag_msg.idiag_uid
	diagInode         = 68 // inet_diag_msg.idiag_inode
	diagNoCookie      = ^uint32(0)
	tcpListen         = 10 // net/tcp_states.h, as the next three
	tcpSynSent        = 2
	tcpSynRecv        = 3
	tcpNewSynRecv     = 12
	netlinkHeaderSize = 16
)

// askKernel asks who owns the TCP socket that is bound to theirs and connected to ours, the
// addresses of a socket of our own with the given inode. It looks up two sockets, in 40 µs, where
// the table in /proc must be read whole. The error is ErrNoOwner, ErrNoAnswer or that of a system
// call.
//
// It looks up our own end after the other: while the kernel lists that, nobody else can be
// connected from the peer's address. Our end also proves that this process asks in the network
// namespace of the connection, and not in another, where the same addresses are somebody else's.
func askKernel(theirs, ours netip.AddrPort, inode uint32) (uid int, err error) {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netlinkSockDiag)
	if err != nil {
		return UnknownUID, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	defer syscall.Close(fd)
	timeout := syscall.NsecToTimeval(int64(time.Second))
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &timeout); err != nil {
		return UnknownUID, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	other, err := lookUp(fd, theirs, ours)
	if err != nil && !errors.Is(err, errNoSocket) {
		return UnknownUID, err
	}
	own, errOwn := lookUp(fd, ours, theirs)
	switch {
	case errOwn != nil || own.inode != inode:
		return UnknownUID, ErrNoAnswer
	case err != nil || !other.connected():
		return UnknownUID, ErrNoOwner
	}
	return other.uid, nil
}

// errNoSocket means that the kernel knows no such socket, or cannot be asked: it answers both
// alike.
var errNoSocket = errors.New("no such socket")

// lookUp asks for the socket bound to local and connected to remote.
func lookUp(fd int, local, remote netip.AddrPort) (found diagSocket, err error) {
	question := diagRequest(local, remote)
	if err := syscall.Sendto(fd, question, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return found, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	answer := make([]byte, 4096)
	n, from, err := syscall.Recvfrom(fd, answer, 0)
	if err != nil {
		return found, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	if kernel, ok := from.(*syscall.SockaddrNetlink); !ok || kernel.Pid != 0 {
		return found, ErrNoAnswer
	}
	return diagAnswer(answer[:n], local, remote)
}

// diagSocket is the kernel's description of a socket.
type diagSocket struct {
	uid   int
	inode uint32
	state uint8
}

// connected reports whether s is the end of a connection that a process has open. Without an inode
// its process has closed it, and its user reads as root; while it is connecting it has reached
// nobody.
func (s diagSocket) connected() bool {
	return s.inode != 0 && s.state != tcpSynSent && s.state != tcpSynRecv && s.state != tcpNewSynRecv
}

// diagRequest returns the request for one socket.
func diagRequest(local, remote netip.AddrPort) []byte {
	q := make([]byte, netlinkHeaderSize+diagRequestSize)
	native := binary.NativeEndian
	native.PutUint32(q, uint32(len(q)))
	native.PutUint16(q[4:], sockDiagByFamily)
	native.PutUint16(q[6:], syscall.NLM_F_REQUEST)

	body := q[netlinkHeaderSize:]
	from, to := local.Addr().Unmap(), remote.Addr().Unmap()
	body[0] = syscall.AF_INET
	if from.Is6() {
		body[0] = syscall.AF_INET6
	}
	body[1] = syscall.IPPROTO_TCP
	native.PutUint32(body[4:], ^uint32(0)) // in any state
	id := body[diagID:]
	binary.BigEndian.PutUint16(id, local.Port())
	binary.BigEndian.PutUint16(id[2:], remote.Port())
	copy(id[4:], from.AsSlice())
	copy(id[20:], to.AsSlice())
	native.PutUint32(id[40:], diagNoCookie)
	native.PutUint32(id[44:], diagNoCookie)
	return q
}

// diagAnswer reads the answer. If no socket is connected the kernel may answer with one that
// listens on the port, which is not the one asked for.
func diagAnswer(answer []byte, local, remote netip.AddrPort) (found diagSocket, err error) {
	native := binary.NativeEndian
	if len(answer) < netlinkHeaderSize+diagAnswerSize || native.Uint16(answer[4:]) != sockDiagByFamily {
		return found, errNoSocket
	}
	body := answer[netlinkHeaderSize:]
	id := body[diagAnswerID:]
	if body[1] == tcpListen || diagAddr(body[0], id, id[4:]) != unmapped(local) || diagAddr(body[0], id[2:], id[20:]) != unmapped(remote) {
		return found, errNoSocket
	}
	return diagSocket{
		uid: int(native.Uint32(body[diagUID:])), inode: native.Uint32(body[diagInode:]), state: body[1],
	}, nil
}

// diagAddr reads an address of an answer about a socket of the given family.
func diagAddr(family byte, port, ip []byte) netip.AddrPort {
	addr := netip.AddrFrom4([4]byte(ip))
	if family == syscall.AF_INET6 {
		addr = netip.AddrFrom16([16]byte(ip))
	}
	return unmapped(netip.AddrPortFrom(addr, binary.BigEndian.Uint16(port)))
}

// unmapped returns addr as an IPv4 address if it is one, and without a zone, as in the kernel's
// lists.
func unmapped(addr netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(addr.Addr().Unmap().WithZone(""), addr.Port())
}
