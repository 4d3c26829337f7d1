package telnet

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"syscall"
	"time"
)

// What sock_diag(7) and its headers linux/sock_diag.h and linux/inet_diag.h give names to.
const (
	netlinkSockDiag   = 4
	sockDiagByFamily  = 20
	diagRequestSize   = 56 // struct inet_diag_req_v2
	diagAnswerSize    = 72 // struct inet_diag_msg
	diagID            = 8  // of the sockets' addresses in the request
	diagAnswerID      = 4  // and in the answer
	diagUID           = 64
	diagInode         = 68
	diagNoCookie      = ^uint32(0)
	tcpListen         = 10
	netlinkHeaderSize = 16
)

// errNoAnswer is that the kernel cannot be asked, or knows no such socket: it says the same of both.
var errNoAnswer = errors.New("the kernel does not know of the socket")

// askKernel asks for the owner of the TCP socket that is bound to local and connected to remote.
// This looks one socket up, in 30 µs, where the table in /proc has to be read whole. The error is
// errNoOwner, errNoAnswer or that of a system call.
func askKernel(local, remote netip.AddrPort) (uid int, err error) {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netlinkSockDiag)
	if err != nil {
		return 0, err
	}
	defer syscall.Close(fd)
	patience := syscall.NsecToTimeval(int64(time.Second))
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience); err != nil {
		return 0, err
	}
	question := diagRequest(local, remote)
	if err := syscall.Sendto(fd, question, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return 0, err
	}
	answer := make([]byte, 4096)
	n, from, err := syscall.Recvfrom(fd, answer, 0)
	if err != nil {
		return 0, err
	}
	if kernel, ok := from.(*syscall.SockaddrNetlink); !ok || kernel.Pid != 0 {
		return 0, errNoAnswer
	}
	return diagAnswer(answer[:n], question)
}

// diagRequest is the question about one socket.
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

// diagAnswer reads the answer. The kernel may answer with a socket that listens on the port, where
// there is none that is connected: that is not the one. One without an inode was closed by its
// process, and its user reads as root.
func diagAnswer(answer, question []byte) (uid int, err error) {
	native := binary.NativeEndian
	if len(answer) < netlinkHeaderSize+diagAnswerSize || native.Uint16(answer[4:]) != sockDiagByFamily {
		return 0, errNoAnswer
	}
	body := answer[netlinkHeaderSize:]
	const ports = 4
	asked, told := question[netlinkHeaderSize+diagID:], body[diagAnswerID:]
	if body[1] == tcpListen || string(asked[:ports]) != string(told[:ports]) {
		return 0, errNoAnswer
	}
	if native.Uint32(body[diagInode:]) == 0 {
		return 0, errNoOwner
	}
	return int(native.Uint32(body[diagUID:])), nil
}
