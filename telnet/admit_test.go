package telnet

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/telnet/internal/peer"
)

// otherUsers returns a kernel that takes all peers for another user of this machine.
func otherUsers() *peer.Kernel {
	ask := func(*peer.Socket) (uid, pid int, err error) { return os.Geteuid() + 1, 0, nil }
	return &peer.Kernel{Owner: ask, Search: ask}
}

// Our own user may connect more often than others. Each user of this machine counts separately,
// whatever address it connects from.
func TestOwnRate(t *testing.T) {
	t.Parallel()
	s := &Server{MaxRate: 1}
	s.prepare()
	from := func(uid int, addr string) *wayIn {
		return &wayIn{Facts: peer.Facts{Scope: peer.Loopback, Addr: &net.TCPAddr{IP: net.ParseIP(addr)}, UID: uid}}
	}
	other := os.Geteuid() + 1
	for _, tc := range []struct {
		name  string
		ways  []*wayIn
		least int
		most  int
	}{
		{"our own user", []*wayIn{from(os.Geteuid(), "127.0.0.1")}, 500, 1000},
		{"another user", []*wayIn{from(other, "127.0.0.1"), from(other, "192.0.2.2"), from(other, "::1"), from(other, "fd00::2")}, 1, 2},
		{"one more", []*wayIn{from(other+1, "127.0.0.1")}, 1, 2},
		{"unknown users", []*wayIn{from(peer.UnknownUID, "127.0.0.1"), from(peer.UnknownUID, "192.0.2.2"), from(peer.UnknownUID, "127.0.0.9")}, 1, 2},
		{"another machine", []*wayIn{{Facts: peer.Facts{Scope: peer.Elsewhere, Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2)}, UID: peer.UnknownUID}}}, 1, 2},
	} {
		came := 0
		began := time.Now()
		for i := range 2000 {
			if s.withinRate(tc.ways[i%len(tc.ways)]) {
				came++
			}
		}
		more := int(time.Since(began).Seconds() * float64(tc.most)) // as this took a while
		if came < tc.least || came > tc.most+more {
			t.Errorf("%s: %d were within the rate at once, want %d to %d", tc.name, came, tc.least, tc.most+more)
		}
	}
	if (&peer.Facts{UID: peer.UnknownUID}).Trusted() {
		t.Error("somebody unknown is trusted")
	}
}

// Our own user, as the kernel tells, may connect often on loopback and on unix sockets.
func TestOwnScript(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"tcp 127.0.0.1:0", "tcp [::1]:0", "unix " + filepath.Join(t.TempDir(), "s")} {
		network, addr, _ := strings.Cut(addr, " ")
		l, err := net.Listen(network, addr)
		if err != nil {
			t.Logf("this machine has no %s: %v", addr, err)
			continue
		}
		own := &Server{MaxRate: 1}
		if runtime.GOOS != "linux" {
			own.MaxRate = -1
		}
		s := serveOn(t, own, l)
		for range 30 {
			c := s.dial(t)
			c.send("1\nquit\n")
			if got := c.rest(); !strings.HasSuffix(got, "> bye\r\n") {
				t.Fatalf("%s: got %q", network, got)
			}
			c.conn.Close()
		}
	}
}

// Connections that come too fast are refused, and do not disturb a session.
func TestMaxRate(t *testing.T) {
	s := serve(t, &Server{MaxRate: 1, AnyUser: true, asked: otherUsers()}, "tcp", "127.0.0.1:0")
	beside := s.dial(t)
	beside.answer()
	refused := 0
	began := time.Now()
	for range 30 {
		if got := s.dial(t).until("a line", func(got string) bool { return strings.Contains(got, "\r\n") }); strings.Contains(got, errTooFast.Error()) {
			refused++
		}
	}
	seconds := int(time.Since(began).Seconds())
	if refused < 28-seconds {
		t.Errorf("%d were refused in %d s", refused, seconds)
	}
	s.log.until(t, `msg="a connection was refused" peer=127.0.0.1`)
	if n := strings.Count(s.log.String(), errTooFast.Error()); n > seconds+2 {
		t.Errorf("%d records of it in %d s", n, seconds)
	}
	beside.send("x\n")
	if got := beside.answer(); got != "x\r\n" {
		t.Errorf("the session beside them got %q", got)
	}
}

// Shutdown ends connections that have not logged in yet.
func TestShutdownOfLogins(t *testing.T) {
	s := serve(t, &Server{Auth: Tokens(map[string]Identity{"x": {}})}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.waitFor("token: ")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- s.Shutdown(ctx) }()
	if got := c.rest(); !strings.Contains(got, "goodbye\r\n") {
		t.Errorf("it is told %q", got)
	}
	c.conn.Close()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

// failingListener fails to accept, with one error after the other.
type failingListener struct {
	net.Listener
	errs []error
}

func (l *failingListener) Accept() (net.Conn, error) {
	err := l.errs[0]
	l.errs = l.errs[1:]
	return nil, err
}

type temporaryError struct{ error }

func (temporaryError) Temporary() bool { return true }

// A lack of file descriptors does not end the server.
func TestAcceptErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	want, passes := errors.New("the end"), temporaryError{errors.New("too many open files")}
	log := new(logged)
	s := &Server{Logger: slog.New(slog.NewTextHandler(log, nil))}
	if err := s.Serve(&failingListener{l, []error{passes, passes, want}}); !errors.Is(err, want) {
		t.Errorf("serving ended with %v", err)
	}
	if n := strings.Count(log.String(), `msg="accepting a connection" error="too many open files"`); n != 2 {
		t.Errorf("%d records of it:\n%s", n, log)
	}
}

// Only maxRefusals connections at a time are told why they are refused; further ones are closed at
// once.
func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{MaxRate: 1, AnyUser: true, asked: otherUsers()}, "tcp", "127.0.0.1:0")
	s.prepare()
	// refused connects until a connection gets no session, and returns what that is told.
	refused := func() string {
		for {
			if line, _ := bufio.NewReader(s.dial(t).conn).ReadString('\n'); !strings.Contains(line, "sightglass in ") {
				return line
			}
		}
	}
	if got := refused(); got != errTooFast.Error()+"\r\n" {
		t.Errorf("the first is told %q", got)
	}
	for range maxRefusals {
		s.refusals <- struct{}{}
	}
	if got := refused(); got != "" {
		t.Errorf("one that is too many is told %q", got)
	}
	for range maxRefusals {
		<-s.refusals
	}
	if got := refused(); got != errTooFast.Error()+"\r\n" {
		t.Errorf("the first one after them is told %q", got)
	}
}
