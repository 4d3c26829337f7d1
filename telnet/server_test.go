package telnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
)

const offer = "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f"

func TestSession(t *testing.T) {
	for _, tc := range []struct{ network, addr string }{
		{"tcp4", "127.0.0.1:0"},
		{"tcp6", "[::1]:0"},
		{"unix", filepath.Join(t.TempDir(), "s")},
	} {
		t.Run(tc.network, func(t *testing.T) {
			if l, err := net.Listen(tc.network, tc.addr); tc.network == "tcp6" && err != nil {
				t.Skip("this machine has no IPv6 loopback: ", err)
			} else if err == nil {
				l.Close()
			}
			c := serve(t, &Server{}, tc.network, tc.addr).dial(t)
			banner := c.until("a prompt", func(got string) bool { return strings.HasSuffix(got, "\r\n> ") })
			if !strings.HasPrefix(banner, offer+"sightglass in telnet.test") || strings.Count(banner, "\n") != 2 {
				t.Errorf("the banner is %q", banner)
			}
			c.send("1 + 1\r\n")
			if got := c.answer(); got != "1 + 1\r\n" {
				t.Errorf("the answer is %q", got)
			}
			c.send("quit\r\n")
			if got := c.rest(); got != "bye\r\n" {
				t.Errorf("the farewell is %q", got)
			}
		})
	}
}

func TestServeConn(t *testing.T) {
	var s Server
	s.newEvaluator = func() console.Evaluator { return &fake{} }
	ours, theirs := net.Pipe()
	over := make(chan error, 1)
	go func() { over <- s.ServeConn(ours) }()
	c := newClient(t, theirs)
	c.answer()
	c.send("x\n")
	if got := c.answer(); got != "x\r\n" {
		t.Errorf("the answer is %q", got)
	}
	c.send("quit\n")
	c.rest()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

func TestVanishingClients(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // after the server's
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	beside := s.dial(t)
	beside.answer()
	var vanishing sync.WaitGroup
	for i := range 200 {
		conn, err := net.Dial("tcp", s.addr.String())
		if err != nil {
			t.Fatal(err)
		}
		vanishing.Go(func() {
			defer conn.Close()
			if i%2 == 0 {
				conn.(*net.TCPConn).SetLinger(0) // a reset, not an orderly end
			}
			switch i % 5 {
			case 1:
				conn.Write([]byte("half a li"))
			case 2:
				conn.Write([]byte("wait\nx\n"))
			case 3:
				conn.Write([]byte("\xff\xfa\x1f\x00"))
			case 4:
				conn.Write([]byte("flood\nflood\n"))
			}
		})
	}
	vanishing.Wait()
	beside.send("still here\n")
	if got := beside.answer(); got != "still here\r\n" {
		t.Errorf("the session beside them got %q", got)
	}
}

func TestCap(t *testing.T) {
	s := serve(t, &Server{MaxSessions: 2}, "tcp", "127.0.0.1:0")
	one, two := s.dial(t), s.dial(t)
	one.answer()
	two.answer()
	if got := s.dial(t).rest(); got != "too many sessions (limit 2), try again later\r\n" {
		t.Errorf("the third is told %q", got)
	}
	one.send("quit\n")
	one.rest()
	one.conn.Close()
	s.log.until(t, "a session ended")
	s.dial(t).answer()
}

// A connection that speaks HTTP or TLS is closed, and nothing of it is evaluated.
func TestWebPeers(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	for _, in := range []string{
		"POST / HTTP/1.1\r\nHost: localhost:3000\r\nContent-Length: 10\r\n\r\nevil()\r\nevil()\r\n",
		"GET / HTTP/1.1\r\n\r\nevil()\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03evil()\r\n",
	} {
		for _, size := range []int{1, 7, len(in)} {
			c := s.dial(t)
			c.answer()
			for rest := in; rest != ""; {
				n := min(size, len(rest))
				if _, err := c.conn.Write([]byte(rest[:n])); err != nil {
					break // closed, as it should be
				}
				rest = rest[n:]
			}
			if got := c.rest(); strings.Contains(got, "evil") {
				t.Errorf("%.10q is answered %q", in, got)
			}
		}
	}
	select {
	case line := <-s.began:
		t.Errorf("%q was evaluated", line)
	default:
	}
	s.Close()
	s.drain()
	if got := strings.Count(s.log.String(), "language=HTTP"); got != 1 {
		t.Errorf("%d records in the log, want one in a minute:\n%s", got, s.log)
	}
}

func TestShutdown(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	idle, busy := s.dial(t), s.dial(t)
	idle.answer()
	busy.answer()
	busy.send("wait\n")
	<-s.began
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	over := make(chan error, 1)
	go func() { over <- s.Shutdown(ctx) }()
	for name, c := range map[string]*client{"idle": idle, "busy": busy} {
		if got := c.rest(); !strings.HasSuffix(got, "\r\nthe server is shutting down: goodbye\r\n") {
			t.Errorf("the %s session is told %q", name, got)
		}
		c.conn.Close()
	}
	if err := <-over; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.addr.String()); err == nil {
		t.Error("the server still listens")
	}
	if err := s.ServeConn(pipe(t)); !errors.Is(err, ErrServerClosed) {
		t.Errorf("a connection after it is served: %v", err)
	}
}

// pipe returns one end of a connection. Both ends are closed when the test ends.
func pipe(t *testing.T) net.Conn {
	a, b := net.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	return a
}

// Shutdown waits no longer than its context, and Close ends the remaining sessions.
func TestShutdownOfStuckSession(t *testing.T) {
	var s Server
	release := make(chan struct{})
	began := make(chan struct{})
	s.newEvaluator = func() console.Evaluator { return stuck{began: began, release: release} }
	ours, theirs := net.Pipe()
	over := make(chan error, 1)
	go func() { over <- s.ServeConn(ours) }()
	c := newClient(t, theirs)
	c.answer()
	c.send("stuck\n")
	<-began
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("shutdown: %v", err)
	}
	s.Close()
	if _, err := c.conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is open after Close")
	}
	close(release)
	if err := <-over; err == nil {
		t.Error("the session ended without an error")
	}
}

// A client that never reads is disconnected, and delays nobody.
func TestClientThatNeverReads(t *testing.T) {
	s := serve(t, &Server{WriteTimeout: 200 * time.Millisecond}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	for {
		c.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := c.conn.Write([]byte(strings.Repeat("flood\n", 100))); err != nil {
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				t.Fatal("it is still connected")
			}
			break
		}
	}
	d := s.dial(t)
	d.answer()
	d.send("x\n")
	if got := d.answer(); got != "x\r\n" {
		t.Errorf("another session got %q", got)
	}
}

// Answers to telnet commands do not pile up for a client that does not read.
func TestClientThatOnlyAsks(t *testing.T) {
	s := serve(t, &Server{WriteTimeout: 200 * time.Millisecond}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	for {
		if _, err := c.conn.Write([]byte(strings.Repeat("\xff\xfd\x06\xff\xf6", 1000))); err != nil {
			break
		}
	}
}

func TestLongLine(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.answer()
	go func() {
		for range 1 << 10 { // more than all buffers hold
			c.conn.Write([]byte(strings.Repeat("x", 1<<10)))
		}
		c.conn.Write([]byte("\nafter\n"))
	}()
	got := c.waitFor("after\r\n> ")
	if !strings.HasPrefix(got, "the line is longer than 65,536 bytes and was not evaluated") || len(got) > 200 {
		t.Errorf("the answer is %.300q", got)
	}
}

func TestPanic(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	c, beside := s.dial(t), s.dial(t)
	c.answer()
	beside.answer()
	c.send("panic\n")
	c.rest()
	beside.send("x\n")
	if got := beside.answer(); got != "x\r\n" {
		t.Errorf("the session beside it got %q", got)
	}
	s.Close()
	s.drain()
	if log := s.log.String(); !strings.Contains(log, `panic="a fault"`) || !strings.Contains(log, "(*fake).Run") {
		t.Errorf("the log does not tell of it: %s", log)
	}
}

func TestOff(t *testing.T) {
	t.Setenv("SIGHTGLASS", "off")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var s Server
	s.closed = true // without the check the errors would be ErrServerClosed
	all := map[string]error{
		"Serve":                 s.Serve(l),
		"ServeConn":             s.ServeConn(pipe(t)),
		"Server.ListenAndServe": s.ListenAndServe(),
	}
	if errors.Is(all["Serve"], ErrOff) {
		all["ListenAndServe"] = ListenAndServe("127.0.0.1:0", registry.New()) // would not return
	}
	for name, err := range all {
		if !errors.Is(err, ErrOff) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the listener is open")
	}
}

// named is a listener with another address.
type named struct {
	net.Listener
	addr net.Addr
}

func (n named) Addr() net.Addr { return n.addr }

type odd string

func (o odd) Network() string { return "odd" }
func (o odd) String() string  { return string(o) }

func TestInsecureAddresses(t *testing.T) {
	tcp := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 3000} }
	for _, tc := range []struct {
		addr net.Addr
		ok   bool
	}{
		{tcp("127.0.0.1"), true},
		{tcp("127.1.2.3"), true},
		{tcp("::1"), true},
		{tcp("::ffff:127.0.0.1"), true},
		{&net.UnixAddr{Name: "/run/x", Net: "unix"}, true},
		{tcp("0.0.0.0"), false},
		{tcp("::"), false},
		{&net.TCPAddr{Port: 3000}, false},
		{tcp("192.0.2.1"), false},
		{tcp("fe80::1"), false},
		{odd("localhost"), false},
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var s Server
		s.closed = true // without the check the errors would be ErrServerClosed
		want := ErrInsecure
		if tc.ok {
			want = ErrServerClosed
		}
		if err := s.Serve(named{l, tc.addr}); !errors.Is(err, want) {
			t.Errorf("%v: %v", tc.addr, err)
		}
		s.InsecureRemote = true
		if err := s.Serve(named{l, tc.addr}); !errors.Is(err, ErrServerClosed) {
			t.Errorf("%v, said to be insecure: %v", tc.addr, err)
		}
	}
	if t.Failed() {
		return // it would listen
	}
	err := ListenAndServe("0.0.0.0:0", nil)
	if !errors.Is(err, ErrInsecure) || !strings.Contains(err.Error(), "InsecureRemote") {
		t.Errorf("listening to all: %v", err)
	}
}

// stuck is an evaluator that ignores its context.
type stuck struct {
	*fake
	began, release chan struct{}
}

func (s stuck) Run(context.Context, eval.Query) (r eval.Result, err error) {
	close(s.began)
	<-s.release
	return r, fmt.Errorf("released")
}
