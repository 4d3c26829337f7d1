package telnet

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
)

// searching lets one search at a time run: each costs the kernel a walk over its whole hash
// table, 10 ms on a machine with few sockets, which a flood of connections must not multiply.
var searching sync.Mutex

// searchTables finds the owner of the socket that is bound to local and connected to remote in the
// tables of all TCP sockets.
func searchTables(local, remote netip.AddrPort) (uid int, err error) {
	searching.Lock()
	defer searching.Unlock()
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		f, err := os.Open(table)
		if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(table, "6") {
			continue // a kernel without IPv6
		}
		if err != nil {
			return 0, fmt.Errorf("%w; use a unix socket, or set Server.AnyUser", err)
		}
		uid, ok := socketOwner(f, local, remote)
		f.Close()
		if ok {
			return uid, nil
		}
	}
	return 0, errNoOwner
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
