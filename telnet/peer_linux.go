package telnet

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
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
		return credentials(unix)
	}
	theirs, err := netip.ParseAddrPort(nc.RemoteAddr().String())
	if err != nil {
		return 0, err
	}
	ours, err := netip.ParseAddrPort(nc.LocalAddr().String())
	if err != nil {
		return 0, err
	}
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		f, err := os.Open(table)
		if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(table, "6") {
			continue // a kernel without IPv6
		}
		if err != nil {
			return 0, fmt.Errorf("%w; use a unix socket, or set Server.AnyUser", err)
		}
		uid, ok := socketOwner(f, theirs, ours)
		f.Close()
		if ok {
			return uid, nil
		}
	}
	return 0, errNoOwner
}

// credentials are those that the peer had when it connected (unix(7), SO_PEERCRED).
func credentials(nc *net.UnixConn) (uid int, err error) {
	raw, err := nc.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *syscall.Ucred
	var sockErr error
	err = raw.Control(func(fd uintptr) {
		cred, sockErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, sockErr); err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}

// socketOwner looks in a table of the kernel's TCP sockets (proc(5), /proc/net/tcp) for the one
// that is bound to local and connected to remote. A socket that its process has closed has no inode
// any more, and its user reads as root: it has no owner.
func socketOwner(table io.Reader, local, remote netip.AddrPort) (uid int, ok bool) {
	const fields = 10 // sl, local, remote, state, queues, timer, retransmits, uid, timeout, inode
	locals, remotes := kernelAddr(local), kernelAddr(remote)
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < fields || !among(f[1], locals) || !among(f[2], remotes) || f[9] == "0" {
			continue
		}
		if uid, err := strconv.Atoi(f[7]); err == nil {
			return uid, true
		}
	}
	return 0, false
}

func among(s string, of [2]string) bool { return s == of[0] || s == of[1] }

// kernelAddr is how the tables of both families write addr: in hexadecimal, each four bytes of
// the address as a number of this machine. An IPv4 address may be in that of IPv6, mapped.
func kernelAddr(addr netip.AddrPort) [2]string {
	write := func(ip []byte) string {
		var b strings.Builder
		for ; len(ip) > 0; ip = ip[4:] {
			fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(ip))
		}
		fmt.Fprintf(&b, ":%04X", addr.Port())
		return b.String()
	}
	ip := addr.Addr().Unmap()
	mapped := ip.As16()
	return [2]string{write(ip.AsSlice()), write(mapped[:])}
}
