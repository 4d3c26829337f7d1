package telnet

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
)

// channel is a connection without addresses and deadlines, like the channel of an SSH server.
type channel struct {
	io.Reader
	io.WriteCloser
	closing func()
}

func (c *channel) LocalAddr() net.Addr              { return nil }
func (c *channel) RemoteAddr() net.Addr             { return nil }
func (c *channel) SetDeadline(time.Time) error      { return errors.New("deadline not supported") }
func (c *channel) SetReadDeadline(time.Time) error  { return nil } // nor said to be
func (c *channel) SetWriteDeadline(time.Time) error { return nil }

func (c *channel) Close() error {
	c.closing()
	return c.WriteCloser.Close()
}

// newChannel returns both ends of a channel.
func newChannel(t *testing.T) (server net.Conn, c *client) {
	t.Helper()
	in, typed := io.Pipe()
	shown, out := io.Pipe()
	t.Cleanup(func() { typed.Close(); shown.Close() })
	server = &channel{in, out, func() { in.Close() }}
	return server, &client{t: t, conn: &channel{shown, typed, func() { shown.Close() }}}
}

// A connection without addresses and deadlines is served like any other: the banner comes before
// anything is typed, the idle timeout holds, and Shutdown ends the session.
func TestConnWithoutDeadlines(t *testing.T) {
	t.Parallel()
	serve := func(s *Server) (*client, chan error) {
		s.newEvaluator = func() console.Evaluator { return &fake{} }
		s.WriteTimeout = patience
		server, c := newChannel(t)
		over := make(chan error, 1)
		go func() { over <- s.ServeConn(server) }()
		return c, over
	}
	s := new(Server)
	c, over := serve(s)
	c.answer()
	c.send("x\n")
	if got := c.answer(); got != "x\r\n" {
		t.Errorf("the answer is %q", got)
	}
	if list := s.Sessions(); len(list) != 1 || list[0].Addr == nil || list[0].UID != peer.UnknownUID {
		t.Errorf("the sessions are %+v", list)
	}
	go s.Shutdown(t.Context())
	if got := c.rest(); !strings.HasSuffix(got, "the server is shutting down: goodbye\r\n") {
		t.Errorf("it is told %q", got)
	}
	if err := <-over; err != nil {
		t.Error(err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}

	c, over = serve(&Server{IdleTimeout: 50 * time.Millisecond})
	if got := c.rest(); !strings.HasSuffix(got, "nothing was asked for 50ms: goodbye\r\n") {
		t.Errorf("an idle one is told %q", got)
	}
	if err := <-over; err != nil {
		t.Error(err)
	}

	c, over = serve(new(Server))
	c.send("half a line")
	c.conn.Close()
	if err := <-over; err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("one that was closed ended with %v", err)
	}
}

// A client that does not read is given up after the WriteTimeout even if the connection has no
// deadlines.
func TestWriteWithoutDeadlines(t *testing.T) {
	t.Parallel()
	server, c := newChannel(t)
	s := &Server{WriteTimeout: 50 * time.Millisecond}
	s.newEvaluator = func() console.Evaluator { return &fake{} }
	if err := s.ServeConn(server); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("it ended with %v", err)
	}
	c.conn.Close()
}
