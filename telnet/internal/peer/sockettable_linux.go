package peer

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

// searching lets one search run at a time. Each makes the kernel walk its whole hash table, 10 ms
// on a machine with few sockets, which a flood of connections must not multiply.
var searching sync.Mutex

// searchTables is askKernel through the tables of all TCP sockets.
func searchTables(theirs, ours netip.AddrPort, inode uint32) (uid int, err error) {
	searching.Lock()
	defer searching.Unlock()
	found := tableSearch{theirs: kernelAddr(theirs), ours: kernelAddr(ours), inode: inode, uid: UnknownUID}
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		f, err := os.Open(table)
		if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(table, "6") {
			continue // a kernel without IPv6
		}
		if err != nil {
			return UnknownUID, fmt.Errorf("%w; use a unix socket, or set Server.Auth or Server.AnyUser", err)
		}
		found.read(f)
		f.Close()
	}
	switch {
	case !found.own:
		return UnknownUID, ErrNoAnswer
	case found.uid == UnknownUID:
		return UnknownUID, ErrNoOwner
	}
	return found.uid, nil
}

// tableSearch looks for both ends of a connection in the kernel's tables of TCP sockets (proc(5),
// /proc/net/tcp).
type tableSearch struct {
	theirs, ours [2]string // see kernelAddr
	inode        uint32    // of our end
	own          bool      // our end was found
	uid          int       // of the other end; UnknownUID if it was not found
}

// read looks through one table. Lines that it cannot read it skips.
func (t *tableSearch) read(table io.Reader) {
	const fields = 10 // sl, local, remote, state, queues, timer, retransmits, uid, timeout, inode
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < fields {
			continue
		}
		state, err1 := strconv.ParseUint(f[3], 16, 8)
		uid, err2 := strconv.Atoi(f[7])
		inode, err3 := strconv.ParseUint(f[9], 10, 32)
		if errors.Join(err1, err2, err3) != nil {
			continue
		}
		s := diagSocket{uid: uid, inode: uint32(inode), state: uint8(state)}
		switch {
		case !s.connected():
		case among(f[1], t.theirs) && among(f[2], t.ours):
			t.uid = s.uid
		case among(f[1], t.ours) && among(f[2], t.theirs) && s.inode == t.inode:
			t.own = true
		}
	}
}

// among reports whether s is one of two.
func among(s string, of [2]string) bool { return s == of[0] || s == of[1] }

// kernelAddr returns the two ways in which the tables write addr: in hexadecimal, each four bytes
// as a number in this machine's byte order. The table of IPv6 may have an IPv4 address as a mapped
// one.
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
