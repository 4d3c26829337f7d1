package peer

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// As a little-endian kernel writes them. These tests run on no other.
const tcpTable = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17 1 0 100 0 0 10 0
   1: 0100007F:C000 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1000        0 18 1 0 20 4 30 10 -1
   2: 0100007F:0BB8 0100007F:C000 01 00000000:00000000 00:00000000 00000000    33        0 19 1 0 20 4 30 10 -1
   3: 0100007F:C001 0100007F:0BB8 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
   4: 0100007F:C002 0100007F:0BB8 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
   5: garbage
   6: 0100007F:C003 0100007F:0BB8 01 00000000:00000000 00:00000000 00000000     x        0 18 1 0 20 4 30 10 -1
   7: 0100007F:C004 0100007F:0BB8 02 00000000:00000000 00:00000000 00000000  1000        0 21 1 0 20 4 30 10 -1
`

const tcp6Table = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:C000 00000000000000000000000001000000:0BB8 01 00000000:00000000 00:00000000 00000000  1001        0 18 1 0 20 4 30 10 -1
   1: 0000000000000000FFFF00000100007F:C000 0000000000000000FFFF00000100007F:0BB8 01 00000000:00000000 00:00000000 00000000  1002        0 18 1 0 20 4 30 10 -1
   2: 00000000000000000000000001000000:0BB8 00000000000000000000000001000000:C000 01 00000000:00000000 00:00000000 00000000    33        0 20 1 0 20 4 30 10 -1
`

func TestSearchTable(t *testing.T) {
	for _, tc := range []struct {
		table, theirs, ours string
		inode               uint32
		uid                 int
		own                 bool
	}{
		{tcpTable, "127.0.0.1:49152", "127.0.0.1:3000", 19, 1000, true},
		{tcpTable, "127.0.0.1:3000", "127.0.0.1:49152", 18, 33, true},
		{tcpTable, "[::ffff:127.0.0.1]:49152", "127.0.0.1:3000", 19, 1000, true},
		{tcpTable, "127.0.0.1:49152", "127.0.0.1:3000", 20, 1000, false},      // of another network namespace, or reset
		{tcpTable, "127.0.0.1:49153", "127.0.0.1:3000", 0, UnknownUID, false}, // closed: no owner any more
		{tcpTable, "127.0.0.1:49154", "127.0.0.1:3000", 0, UnknownUID, false},
		{tcpTable, "127.0.0.1:49155", "127.0.0.1:3000", 0, UnknownUID, false},
		{tcpTable, "127.0.0.1:49156", "127.0.0.1:3000", 0, UnknownUID, false}, // has reached nobody yet
		{tcpTable, "127.0.0.1:49152", "127.0.0.1:3001", 0, UnknownUID, false},
		{tcpTable, "127.0.0.2:49152", "127.0.0.1:3000", 0, UnknownUID, false},
		{tcp6Table, "[::1]:49152", "[::1]:3000", 20, 1001, true},
		{tcp6Table, "127.0.0.1:49152", "127.0.0.1:3000", 18, 1002, false},
		{"", "127.0.0.1:49152", "127.0.0.1:3000", 19, UnknownUID, false},
	} {
		s := tableSearch{
			theirs: kernelAddr(netip.MustParseAddrPort(tc.theirs)), ours: kernelAddr(netip.MustParseAddrPort(tc.ours)),
			inode: tc.inode, uid: UnknownUID,
		}
		s.read(strings.NewReader(tc.table))
		if s.uid != tc.uid || s.own != tc.own {
			t.Errorf("%s to %s: %d, %v", tc.theirs, tc.ours, s.uid, s.own)
		}
	}
}

// bothEnds returns the accepted and the dialed end of a connection, or nil if this machine does not
// have the network.
func bothEnds(t *testing.T, network, addr string) (here, there net.Conn) {
	t.Helper()
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Logf("this machine has no %s at %s: %v", network, addr, err)
		return nil, nil
	}
	defer l.Close()
	if there, err = net.Dial(l.Addr().Network(), l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { there.Close() })
	if here, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close() })
	return here, there
}

// The kernel tells that we are our own peer.
func TestOwnPeer(t *testing.T) {
	for _, tc := range []struct{ network, addr string }{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}, {"unix", filepath.Join(t.TempDir(), "s")}} {
		here, _ := bothEnds(t, tc.network, tc.addr)
		if here == nil {
			continue
		}
		f := Of(here, System())
		if f.Unknown != nil || f.UID != os.Getuid() || tc.network == "unix" && f.PID != os.Getpid() || !f.Trusted() || f.Remote() {
			t.Errorf("%s: user %d, process %d, %v", tc.network, f.UID, f.PID, f.Unknown)
		}
	}
}

// Both ways to find the owner of a socket agree, while it is open, half closed and closed.
func TestOwnersAgree(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "[::ffff:127.0.0.1]:0"} {
		here, there := bothEnds(t, "tcp", addr)
		if here == nil {
			continue
		}
		k := socketOf(here)
		inode, err := k.inode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := askKernel(k.Remote, k.Local, inode); err != nil {
			t.Skip("the kernel cannot be asked here: ", err)
		}
		if _, err := askKernel(netip.AddrPortFrom(k.Remote.Addr(), 1), k.Local, inode); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%s: another connection was taken for this one: %v", addr, err)
		}
		if _, err := askKernel(k.Remote, k.Local, inode+1); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%s: our end was not looked for: %v", addr, err)
		}
		if _, err := searchTables(k.Remote, k.Local, inode+1); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%s: our end was not looked for in the tables: %v", addr, err)
		}
		for _, step := range []struct {
			name string
			do   func() error
			open bool
		}{
			{"open", func() error { return nil }, true},
			{"half closed", there.(*net.TCPConn).CloseWrite, true},
			{"closed", there.Close, false},
		} {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			table, errTable := searchTables(k.Remote, k.Local, inode)
			kernel, errKernel := askKernel(k.Remote, k.Local, inode)
			if step.open && (table != os.Getuid() || kernel != os.Getuid()) || (errTable == nil) != step.open || (errKernel == nil) != step.open {
				t.Errorf("%s, %s: the table says %d, %v, the kernel %d, %v", addr, step.name, table, errTable, kernel, errKernel)
			}
		}
	}
}

// showing is a wrapper that shows the connection inside.
type showing struct{ net.Conn }

func (c showing) NetConn() net.Conn { return c.Conn }

// A connection that was reset has no owner, which is known without a search.
func TestReset(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	there, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	here, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	k := socketOf(showing{here}) // as it is for what is wrapped
	if k.wasReset() {
		t.Error("an open connection counts as reset")
	}
	there.(*net.TCPConn).SetLinger(0)
	there.Close()
	if _, err := here.Read(make([]byte, 1)); err == nil || !k.wasReset() {
		t.Errorf("a reset connection does not count as one: %v", err)
	}
	for name, ask := range map[string]func() (int, int, error){"asked": k.owner, "searched": k.searchOwner} {
		if uid, _, err := ask(); !errors.Is(err, ErrNoOwner) || uid != UnknownUID {
			t.Errorf("%s: its owner is %d, %v", name, uid, err)
		}
	}
	if k := socketOf(here); k != nil && k.Remote.IsValid() {
		t.Errorf("it still has a peer, %v", k.Remote)
	}
}

// The other end is present until it is closed, even if its sending side is closed.
func TestPresent(t *testing.T) {
	for _, tc := range []struct {
		name, network, addr string
		wrap                func(net.Conn) net.Conn
		known               bool
	}{
		{"tcp", "tcp", "127.0.0.1:0", func(nc net.Conn) net.Conn { return nc }, true},
		{"unix", "unix", filepath.Join(t.TempDir(), "s"), func(nc net.Conn) net.Conn { return nc }, true},
		{"wrapped", "tcp", "127.0.0.1:0", func(nc net.Conn) net.Conn { return showing{nc} }, true},
		{"hidden", "tcp", "127.0.0.1:0", func(nc net.Conn) net.Conn { return struct{ net.Conn }{nc} }, false},
	} {
		here, there := bothEnds(t, tc.network, tc.addr)
		k := socketOf(tc.wrap(here))
		there.(interface{ CloseWrite() error }).CloseWrite()
		if is, known := k.Present(); known != tc.known || known && !is {
			t.Errorf("%s, half closed: %v, %v", tc.name, is, known)
		}
		there.Close()
		for tc.known {
			if is, known := k.Present(); known && !is {
				break
			}
		}
	}
}

func BenchmarkOwner(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	there, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer there.Close()
	here, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer here.Close()
	k := socketOf(here)
	b.Run("kernel", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := k.owner(); err != nil {
				b.Skip("the kernel cannot be asked here: ", err)
			}
		}
	})
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := k.searchOwner(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
