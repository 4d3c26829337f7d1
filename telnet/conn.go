package telnet

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"
)

const (
	// readSize is the size of a read. Only a pasted line is longer.
	readSize = 2 << 10

	// sendBuffer is what the kernel may hold for a client: enough for any screen, and little enough
	// that an interrupt seems to stop a long answer at once.
	sendBuffer = 64 << 10
)

// Once a client has closed its sending side, reading does not tell whether it is still there. It is
// probed then, while an evaluation runs.
const (
	firstProbe = 250 * time.Millisecond
	nextProbe  = time.Second
)

// The sizes of a terminal that we believe. Fewer columns hold no prompt, and nobody reads more rows.
const (
	minColumns = 4
	maxColumns = 1000
	minRows    = 2
	maxRows    = 1000
)

// The keys that stand for telnet's own editing commands.
var (
	eraseCharacter = []byte{0x7f}
	eraseLine      = []byte{0x15}
)

// conn is one connection: telnet on the wire on one side, a terminal's session on the other. Its
// goroutine always reads, even during an evaluation; the terminal's evaluates; the outbox's writes.
type conn struct {
	server    *Server
	id        int64
	net       net.Conn
	peer      *Peer
	way       *wayIn
	origin    peer.Origin
	decoder   protocol.Decoder
	options   protocol.Negotiation
	sniffer   protocol.Sniffer
	greeting  protocol.Greeting
	speaks    atomic.Bool // telnet
	out       *outbox
	dialog    dialog
	evaluator *evaluator
	session   *console.Session
	terminal  *console.Terminal

	ctx    context.Context // until the session is over
	cancel context.CancelFunc

	who    atomic.Pointer[Identity] // nil until the session begins
	level  atomic.Int64             // a Level
	logger atomic.Pointer[slog.Logger]
	since  time.Time
	idle   idleness
}

func newConn(s *Server, nc net.Conn, way *wayIn) *conn {
	p := newPeer(way)
	c := &conn{server: s, id: s.ids.Add(1), net: nc, peer: p, way: way, origin: way.Origin(), since: time.Now()}
	c.idle.end()
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.logger.Store(s.logger().With(slog.Int64("session", c.id)).With(p.attributes()...))
	c.out = newOutbox(nc, s.writeTimeout(), func(err error) {
		c.terminal.Hangup(err) // before the reader finds the connection closed, and no reason
		nc.Close()
	})
	c.evaluator = &evaluator{inner: s.evaluator(), conn: c}
	c.session = console.New(c.evaluator, c.out, s.Limits)
	c.session.SetPeers(c.peers)
	c.session.SetConfirmTime(s.confirmTime())
	c.session.SetConfirm(c.dialog.echoes, c.confirm)
	c.terminal = console.Attach(c.ctx, c.session, c.out, func() {
		c.cancel()
		nc.SetReadDeadline(time.Unix(1, 0)) // ends the read that waits for input
	})
	c.dialog.out, c.dialog.over = c.out, c.terminal.Done()
	p.dialog = &c.dialog
	return c
}

func (c *conn) log() *slog.Logger { return c.logger.Load() }

// serve runs the session and closes the connection. who is at the other end; nil has to log in.
func (c *conn) serve(who *Identity) (err error) {
	defer c.net.Close()
	defer c.cancel()
	defer c.idle.stop()
	defer func() {
		if value := recover(); value != nil {
			err = &console.PanicError{Value: value, Stack: debug.Stack()}
			c.terminal.Hangup(err)
			<-c.terminal.Done()
		}
	}()
	if tcp, ok := transport.Innermost(c.net).(*net.TCPConn); ok {
		tcp.SetWriteBuffer(sendBuffer)
		transport.KeepUrgent(tcp)
		c.server.keepAlive(tcp)
	}
	if err := c.handshake(); err != nil {
		return &refusal{why: err}
	}
	buf := make([]byte, readSize)
	n, err := c.greet(buf)
	c.receive(buf[:n])
	switch {
	case c.over(): // before it has begun: it does not speak telnet, and is told nothing
	case who != nil:
		c.begin(*who)
	default:
		c.server.running.Go(c.login)
	}
	c.read(buf, err)
	c.await()
	err = c.terminal.Err()
	var no *refusal
	if err == nil || errors.As(err, &no) {
		err = errors.Join(err, c.close())
	}
	return err
}

// handshake does the TLS handshake, if the server or its listener uses TLS. A Read would do it too,
// but would not survive the deadline in greet.
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

// grace is how long greet waits for a client's first bytes before it offers to negotiate. On a local
// network a script's bytes have come by then, and a person does not notice.
const grace = 20 * time.Millisecond

// greet reads what the client sends first, and offers to negotiate unless that is not telnet: a script
// would take the offer for odd characters.
func (c *conn) greet(buf []byte) (n int, err error) {
	c.net.SetReadDeadline(time.Now().Add(grace))
	n, err = c.net.Read(buf)
	c.net.SetReadDeadline(time.Time{})
	if c.over() {
		return 0, net.ErrClosed // whose end the deadline was just taken from
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

// read reads until the session is over or the input ends, which err may say already.
func (c *conn) read(buf []byte, err error) {
	for {
		switch {
		case c.over():
			return
		case errors.Is(err, io.EOF):
			c.eof()
			return
		case err != nil:
			c.terminal.Hangup(err)
			return
		}
		var n int
		n, err = c.net.Read(buf)
		c.idle.end()
		c.receive(buf[:n])
	}
}

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

// errGone ends a session whose client closed first its sending side and then the other.
var errGone = errors.New("the client is gone")

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

// errLanguage ends a session whose peer speaks another protocol.
type errLanguage string

func (e errLanguage) Error() string { return "the peer speaks " + string(e) }

// receive handles input from the wire.
func (c *conn) receive(p []byte) {
	c.sniffer.Packet(p)
	c.decoder.Decode(p, c)
}

func (c *conn) Null() { c.refuse(c.sniffer.Null()) }

// refuse ends the session if the peer speaks another protocol, and reports whether it does. "" is none.
func (c *conn) refuse(language string) bool {
	if language != "" {
		c.terminal.Hangup(errLanguage(language))
	}
	return language != ""
}

// Data takes nothing of another language.
func (c *conn) Data(p []byte) {
	if c.over() {
		return
	}
	if c.refuse(c.sniffer.Data(p)) {
		return
	}
	c.feed(p)
}

// feed gives what was typed to the question being asked, or else to the session.
func (c *conn) feed(p []byte) {
	rest, err := c.dialog.take(p)
	if err != nil {
		c.terminal.Hangup(err)
	}
	c.ask(rest)
}

// ask gives the session what is for it.
func (c *conn) ask(p []byte) {
	if len(p) == 0 {
		return
	}
	if !c.speaks.Load() && c.refuse(c.greeting.Data(p)) {
		return
	}
	c.terminal.Feed(p)
}

// eof handles the end of input, which ends the last line too.
func (c *conn) eof() {
	c.refuse(c.sniffer.End())
	if !c.dialog.end() {
		c.askLast()
	}
}

// askLast tells the session that it was given everything.
func (c *conn) askLast() {
	if !c.speaks.Load() {
		c.refuse(c.greeting.End())
	}
	c.terminal.EOF()
}

// Command does what a command asks. DM, GA, NOP and what is unknown ask for nothing: the urgent
// data of a synch stays in the stream (see transport.KeepUrgent), and what came before it was taken already.
func (c *conn) Command(cmd byte) {
	if c.speak(cmd); c.over() {
		return
	}
	switch cmd {
	case protocol.IP, protocol.BRK, protocol.ABORT, protocol.SUSP:
		if !c.dialog.interrupt() {
			c.terminal.Interrupt()
		}
	case protocol.AO:
		c.terminal.AbortOutput()
	case protocol.EC:
		c.feed(eraseCharacter)
	case protocol.EL:
		c.feed(eraseLine)
	case protocol.EOF:
		c.eof()
	case protocol.AYT:
		if c.dialog.hasBegun() {
			c.terminal.Say(c.status())
		} else {
			fmt.Fprintln(c.out, c.status())
		}
	}
}

func (c *conn) status() string {
	if d, ok := c.terminal.Evaluating(); ok {
		return fmt.Sprintf("[sightglass: yes, evaluating for %.1f s]", d.Seconds())
	}
	return "[sightglass: yes]"
}

// speak notes that the peer speaks telnet, if cmd is one of its commands.
func (c *conn) speak(cmd byte) {
	c.refuse(c.sniffer.Command(cmd))
	c.speaks.Store(c.sniffer.Telnet())
}

func (c *conn) Option(verb, opt byte) {
	c.speak(verb)
	echoing := c.options.Echoing()
	c.out.send(append(c.options.Receive(verb, opt), c.options.Ask()...))
	if now := c.options.Echoing(); now != echoing {
		c.dialog.setEcho(now, c.terminal.SetEcho)
	}
	if verb == protocol.WILL && opt == protocol.OptTTYPE {
		c.out.send([]byte{protocol.IAC, protocol.SB, protocol.OptTTYPE, ttypeSEND, protocol.IAC, protocol.SE})
	}
}

// What a subnegotiation of the terminal's type says (RFC 1091).
const (
	ttypeIS   = 0
	ttypeSEND = 1
)

func (c *conn) Subnegotiation(opt byte, p []byte) {
	c.speak(protocol.SB)
	switch {
	case opt == protocol.OptNAWS && len(p) == 4:
		c.terminal.SetSize(believed(p, minColumns, maxColumns), believed(p[2:], minRows, maxRows))
	case opt == protocol.OptTTYPE && len(p) > 0 && p[0] == ttypeIS:
		c.terminal.SetType(string(p[1:]))
	}
}

// believed is a size in the network's order; 0 is unknown (RFC 1073).
func believed(p []byte, least, most int) int {
	n := int(binary.BigEndian.Uint16(p))
	if n == 0 {
		return 0
	}
	return min(max(n, least), most)
}
