package telnet

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

const (
	// readSize is the size of the first read and of those behind one that was full, in bytes, and
	// idleSize that of the others: a session that waits for a key or a line needs no more.
	readSize = 2 << 10
	idleSize = 256

	// sendBuffer is how many bytes the kernel may hold for a client: enough for any screen, and so
	// few that an interrupt seems to stop a long answer at once.
	sendBuffer = 64 << 10

	// greetDelay is how long greet waits for a client's first bytes before it offers to negotiate.
	// On a local network the bytes of a script have arrived by then, and a person does not notice.
	greetDelay = 20 * time.Millisecond
)

// Once a client has closed its sending side, reading does not tell whether it is still there. It is
// probed while an evaluation runs.
const (
	firstProbe = 250 * time.Millisecond
	nextProbe  = time.Second
)

// errGone ends a session whose client closed first its sending side and then the other.
var errGone = errors.New("the client is gone")

// conn is one connection: telnet on one side, a terminal's session on the other. One goroutine serves
// it, which reads and evaluates. There are more while they have something to do: one that reads
// during an evaluation, see reader; the outbox's, for what the socket does not take at once; and
// that of a login.
type conn struct {
	server *Server
	id     int64       // unique in the server
	net    net.Conn    // as the server uses it; its methods do not panic
	peer   *Peer       // peer.TLS is set once, by handshake
	way    *wayIn      // does not change
	origin peer.Origin // does not change

	// What reads from the wire; only the goroutine that reads uses these, but for isTelnet.
	buf      []byte // what is read into
	failed   error  // of the last read
	drained  bool   // nothing more is to be read
	decoder  protocol.Decoder
	options  protocol.Negotiation
	sniffer  protocol.Sniffer
	greeting protocol.Greeting
	isTelnet atomic.Bool // the peer's first byte was a telnet command; read by login too

	out       *outbox    // the only writer of net
	dialog    dialog     // questions; gets all input first
	evaluator *evaluator // evaluates for session
	session   *console.Session
	terminal  *console.Terminal // runs session; its end is the connection's

	ctx    context.Context // until the session is over
	cancel context.CancelFunc
	ended  func(error) // what serve was given

	who    atomic.Pointer[Identity]    // nil until the session begins
	level  atomic.Int64                // a Level; only ever lowered once the session has begun
	logger atomic.Pointer[slog.Logger] // has the attributes of what is known of the peer so far
	since  time.Time                   // of the connection
	idle   idleTimer
}

// newConn returns a connection that serve is to be called for, or cancel.
func newConn(s *Server, nc net.Conn, way *wayIn) *conn {
	p := newPeer(way)
	c := &conn{server: s, id: s.ids.Add(1), net: nc, peer: p, way: way, origin: way.Origin(), since: time.Now()}
	c.idle.touch()
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.logger.Store(s.logger().With(slog.Int64("session", c.id)).With(p.attributes()...))
	c.out = newOutbox(nc, s.writeTimeout(), func(err error) {
		c.terminal.Hangup(err) // before the reader finds the connection closed for no reason
		nc.Close()
	})
	c.evaluator = newEvaluator(c)
	c.session = console.New(c.evaluator, c.out, s.Limits)
	c.session.SetName(s.programName())
	c.session.SetPeers(c.peers)
	c.session.SetConfirmTime(s.confirmTime())
	c.session.SetConfirm(c.dialog.echoes, c.confirm)
	c.terminal = console.Attach(c.ctx, c.session, c.out, func() {
		c.cancel()
		nc.SetReadDeadline(time.Unix(1, 0)) // ends the read that waits for input
	})
	c.terminal.LendRun()
	if c.out.socket != nil {
		c.terminal.SetUnread(c.out.socket.Waiting)
	}
	c.dialog.out, c.dialog.over = c.out, c.terminal.Done()
	p.dialog = &c.dialog
	return c
}

func (c *conn) log() *slog.Logger { return c.logger.Load() }

// serve runs the session. A nil who has to log in. ended is called when the session is over and the
// connection closed. It may be called later than serve returns, from another goroutine: see reader.
func (c *conn) serve(who *Identity, ended func(error)) {
	c.ended = ended
	(&reader{conn: c}).serve(func() error { return c.open(who) })
}

// open begins the session, or the login, with what the client sends first. The error refuses the
// connection.
func (c *conn) open(who *Identity) error {
	if tcp, ok := transport.Innermost(c.net).(*net.TCPConn); ok {
		tcp.SetWriteBuffer(sendBuffer)
		transport.KeepUrgent(tcp)
		c.server.keepAlive(tcp)
	}
	if err := c.handshake(); err != nil {
		return &denial{why: err}
	}
	buf := make([]byte, readSize)
	n, err := c.greet(buf)
	c.failed = err
	c.receive(buf[:n])
	c.buf = make([]byte, idleSize)
	switch {
	case c.over(): // the peer speaks another protocol, and is told nothing
	case who != nil:
		c.begin(*who)
	default:
		c.server.running.Go(func() {
			c.login()
			c.terminal.Run()
		})
	}
	return nil
}

// end waits for the end of the session and closes the connection. err is nil, or why there is no
// session that could end.
func (c *conn) end(err error) {
	defer func() {
		c.idle.stop()
		c.cancel()
		c.net.Close()
		c.ended(err)
	}()
	defer transport.Rescue(&err)
	if err != nil {
		return
	}
	c.await()
	err = c.terminal.Err()
	var denied *denial
	if err == nil || errors.As(err, &denied) {
		err = errors.Join(err, c.close())
	}
}

// handshake does the TLS handshake, if the server or its listener uses TLS. A Read would do it too,
// but not survive the deadline that greet sets.
func (c *conn) handshake() error {
	var t *tls.Conn
	transport.Unwrap(c.net, func(nc net.Conn) {
		if in, ok := nc.(*tls.Conn); ok && t == nil {
			t = in
		}
	})
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.server.loginTimeout())
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		return err
	}
	state := t.ConnectionState()
	c.peer.TLS = &state
	c.logger.Store(c.server.logger().With(slog.Int64("session", c.id)).With(c.peer.attributes()...))
	return nil
}

// greet reads what the client sends first, and offers to negotiate unless that is not telnet: a
// script would take the offer for odd characters.
func (c *conn) greet(buf []byte) (n int, err error) {
	c.net.SetReadDeadline(time.Now().Add(greetDelay))
	n, err = c.net.Read(buf)
	c.net.SetReadDeadline(time.Time{})
	if c.over() {
		return 0, net.ErrClosed // the line above has undone the deadline that was to end reading
	}
	silent := errors.Is(err, os.ErrDeadlineExceeded)
	if silent {
		err = nil
	}
	if silent || n > 0 && buf[0] == protocol.IAC {
		c.out.send(c.options.Offer())
	}
	return n, err
}

// read reads once and handles what came in.
func (c *conn) read() {
	n, err := c.net.Read(c.buf)
	c.failed = err
	c.idle.touch()
	c.receive(c.buf[:n])
	switch full := n == len(c.buf); {
	case full && n < readSize:
		c.buf = make([]byte, readSize)
	case !full && len(c.buf) > idleSize:
		c.buf = make([]byte, idleSize)
	}
}

// settle handles the error of the last read, if there was one. It reports whether there is nothing
// more to read: the input has ended, or the session is over.
func (c *conn) settle() (over bool) {
	switch err := c.failed; {
	case c.drained || c.over():
		return true
	case errors.Is(err, io.EOF):
		c.eof()
	case err != nil:
		c.terminal.Hangup(err)
	}
	c.drained = c.failed != nil
	return c.drained
}

// over reports whether the session is over.
func (c *conn) over() bool {
	select {
	case <-c.terminal.Done():
		return true
	default:
		return false
	}
}

// await waits for the end of the session.
func (c *conn) await() {
	probe := time.NewTimer(firstProbe)
	defer probe.Stop()
	for {
		select {
		case <-c.terminal.Done():
			return
		case <-probe.C:
			c.probe()
			probe.Reset(nextProbe)
		}
	}
}

// probe ends the session if the client is gone. Where the system cannot tell, it sends something
// harmless: a client that is gone answers with a reset, which the next write finds.
func (c *conn) probe() {
	switch there, known := c.way.Socket.Present(); {
	case known && !there:
		c.terminal.Hangup(errGone)
	case known:
	case c.options.Echoing():
		c.out.send([]byte{protocol.IAC, protocol.NOP})
	default:
		c.out.send([]byte("\r\n"))
	}
}

// close ends a connection in order: the last answer, the end of our side, the end of theirs.
func (c *conn) close() error {
	if err := c.out.Flush(); err != nil {
		return err
	}
	transport.CloseGently(c.net)
	return nil
}
