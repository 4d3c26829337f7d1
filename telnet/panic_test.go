package telnet

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

// brokenLog is a log handler whose methods all panic.
type brokenLog struct{}

func (brokenLog) Enabled(context.Context, slog.Level) bool  { panic("enabled") }
func (brokenLog) Handle(context.Context, slog.Record) error { panic("handle") }
func (brokenLog) WithAttrs([]slog.Attr) slog.Handler        { panic("attributes") }
func (brokenLog) WithGroup(string) slog.Handler             { panic("group") }

// A log handler that panics ends nothing, wherever the server writes a record.
func TestPanicInLog(t *testing.T) {
	t.Parallel() // as a login that fails waits
	var asked sync.Map
	s := serve(t, &Server{Logger: slog.New(brokenLog{}), Auth: AuthenticatorFunc(func(ctx context.Context, p *Peer) (Identity, error) {
		name, _ := p.Ask(ctx, "who? ")
		asked.Store(name, true)
		switch name {
		case "panic":
			panic("a fault")
		case "no":
			return Identity{}, ErrDenied
		}
		return Identity{User: name}, nil
	})}, "tcp", "127.0.0.1:0")
	for _, typed := range []string{"panic\n", "no\nyes\n1\nquit\n", "me\n1\npanic\n", "GET / HTTP/1.1\r\n", "me\nlevel look\nquit\n"} {
		c := s.dial(t)
		c.send(typed)
		c.rest()
		c.conn.Close()
	}
	c := s.dial(t)
	c.send("me\n1\n")
	c.waitFor("> 1\r\n")
	if _, ok := asked.Load("no"); !ok {
		t.Error("nobody was denied")
	}
	if err := (&Server{Addr: "192.0.2.1:0", Logger: slog.New(brokenLog{})}).Serve(named{Listener: brokenListener{}, addr: odd("x")}); !errors.Is(err, ErrInsecure) {
		t.Errorf("a refused listener: %v", err)
	}
	h := safeHandler{brokenLog{}}
	if h.WithGroup("x") != slog.Handler(h) || h.WithAttrs(nil) != slog.Handler(h) || !h.Enabled(t.Context(), slog.LevelInfo) {
		t.Error("the handler is not used any more")
	}
}

// brokenConn is a connection with one method that panics.
type brokenConn struct {
	net.Conn
	method string
}

func (c *brokenConn) fail(method string) {
	if c.method == method {
		panic("a fault in " + method)
	}
}

func (c *brokenConn) Read(p []byte) (int, error)  { c.fail("Read"); return c.Conn.Read(p) }
func (c *brokenConn) Write(p []byte) (int, error) { c.fail("Write"); return c.Conn.Write(p) }
func (c *brokenConn) LocalAddr() net.Addr         { c.fail("LocalAddr"); return c.Conn.LocalAddr() }
func (c *brokenConn) RemoteAddr() net.Addr        { c.fail("RemoteAddr"); return c.Conn.RemoteAddr() }
func (c *brokenConn) NetConn() net.Conn           { c.fail("NetConn"); return c.Conn }

func (c *brokenConn) CloseWrite() error {
	c.fail("CloseWrite")
	return c.Conn.(*net.TCPConn).CloseWrite()
}

func (c *brokenConn) Close() error {
	err := c.Conn.Close()
	c.fail("Close")
	return err
}

func (c *brokenConn) SetDeadline(t time.Time) error {
	c.fail("SetDeadline")
	return c.Conn.SetDeadline(t)
}

func (c *brokenConn) SetReadDeadline(t time.Time) error {
	c.fail("SetReadDeadline")
	return c.Conn.SetReadDeadline(t)
}

func (c *brokenConn) SetWriteDeadline(t time.Time) error {
	c.fail("SetWriteDeadline")
	return c.Conn.SetWriteDeadline(t)
}

// brokenListener returns connections whose method panics. Without a Listener all its own methods
// panic.
type brokenListener struct {
	net.Listener
	method string
}

func (l brokenListener) Accept() (net.Conn, error) {
	if l.Listener == nil {
		panic("a fault in Accept")
	}
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &brokenConn{nc, l.method}, nil
}

func (l brokenListener) Close() error {
	if l.Listener == nil {
		panic("a fault in Close")
	}
	return l.Listener.Close()
}

func (l brokenListener) Addr() net.Addr {
	if l.Listener == nil {
		panic("a fault in Addr")
	}
	return l.Listener.Addr()
}

// A panic in a method of a connection ends that connection at most.
func TestPanicInConn(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Read", "Write", "Close", "CloseWrite", "LocalAddr", "RemoteAddr", "NetConn", "SetDeadline", "SetReadDeadline", "SetWriteDeadline"} {
		for _, way := range []string{"plain", "login", "refused", "ServeConn"} {
			t.Run(method+" "+way, func(t *testing.T) {
				t.Parallel()
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				limits := &Server{AnyUser: true}
				switch way {
				case "login":
					limits.Auth = Tokens(map[string]Identity{"x": {}})
				case "refused":
					limits.AnyUser, limits.asked = false, otherUsers()
				}
				if way == "ServeConn" {
					defer l.Close()
					limits.newEvaluator = func() console.Evaluator { return &fake{} }
					served := make(chan error, 1)
					go func() {
						nc, err := l.Accept()
						if err == nil {
							err = limits.ServeConn(&brokenConn{nc, method})
						}
						served <- err
					}()
					runSession(t, l.Addr())
					if err := <-served; err != nil && !strings.Contains(err.Error(), "a fault in "+method) && !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.EOF) {
						t.Errorf("the error is %v", err)
					}
					return
				}
				s := serveOn(t, limits, brokenListener{l, method})
				runSession(t, s.addr)
				s.Close()
				s.drain()
			})
		}
	}
}

// runSession has a session that ends with quit, and reads its answers.
func runSession(t *testing.T, addr net.Addr) {
	conn, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, conn)
	c.conn.Write([]byte("x\n1\nquit\n"))
	began := time.Now()
	c.rest()
	if time.Since(began) > patience/2 {
		t.Error("the connection is not closed")
	}
	c.conn.Close()
}

// A panic in a method of a listener is the error of Serve.
func TestPanicInListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for name, l := range map[string]net.Listener{
		"every method": brokenListener{},
		"all but Addr": named{Listener: brokenListener{}, addr: l.Addr()},
	} {
		var panicked *console.PanicError
		if err := new(Server).Serve(l); !errors.As(err, &panicked) && !errors.Is(err, ErrInsecure) {
			t.Errorf("%s: serving ended with %v", name, err)
		}
	}
	if err := new(Server).ServeConn(nil); err == nil {
		t.Error("no connection is served")
	}
}

// A panic in a function of the TLS configuration ends one connection, and is on record.
func TestPanicInHandshake(t *testing.T) {
	s := serve(t, &Server{Auth: Tokens(map[string]Identity{"x": {}}), TLSConfig: &tls.Config{
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { panic("no certificate") },
	}}, "tcp", "127.0.0.1:0")
	for range 2 {
		conn, err := tls.Dial("tcp", s.addr.String(), &tls.Config{InsecureSkipVerify: true})
		if err == nil {
			conn.Close()
			t.Fatal("there is a certificate")
		}
	}
	s.log.until(t, `panic="no certificate" stack="goroutine `)
}
