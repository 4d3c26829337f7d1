package telnet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/console"
)

const (
	// readSize is how much is read at once. A line is longer only when it was pasted.
	readSize = 2 << 10

	// sendBuffer is what the kernel may hold for a client: enough for any screen, and little
	// enough that an interrupt stops a long answer within what a person sees as at once.
	sendBuffer = 64 << 10

	// drainTime is how long a client may take to close its side when a session is over. What it
	// sends meanwhile is read, since closing with input unread makes the kernel send a reset,
	// which can destroy the last answers on their way.
	drainTime  = time.Second
	drainBytes = 1 << 20
)

// When a client has closed its sending side, reading does not tell whether it is still there. It
// is looked for then, as long as an evaluation runs.
const (
	firstProbe = 250 * time.Millisecond
	nextProbe  = time.Second
)

// The sizes that are believed of a terminal's width (RFC 1073); 0 is unknown.
const (
	minColumns = 4
	maxColumns = 1000
)

// The keys that stand for telnet's own editing commands.
var (
	eraseCharacter = []byte{0x7f}
	eraseLine      = []byte{0x15}
)

// conn is one connection: telnet on the wire at one side, a terminal's session at the other. Its
// goroutine reads, always, also during an evaluation; the terminal's evaluates; the outbox's writes.
type conn struct {
	server   *Server
	net      net.Conn
	decoder  decoder
	options  negotiation
	sniffer  sniffer
	out      *outbox
	terminal *console.Terminal
}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{server: s, net: nc}
	c.out = newOutbox(nc, s.writeTimeout(), func(err error) {
		nc.Close()
		c.terminal.Hangup(err)
	})
	session := console.New(s.evaluator(), c.out, s.Limits)
	c.terminal = console.Attach(context.Background(), session, c.out, func() {
		nc.SetReadDeadline(time.Unix(1, 0)) // ends the read that waits for input
	})
	return c
}

// serve holds the session, and closes the connection.
func (c *conn) serve() (err error) {
	defer c.net.Close()
	defer func() {
		if value := recover(); value != nil {
			err = &console.PanicError{Value: value, Stack: debug.Stack()}
			c.terminal.Hangup(err)
			<-c.terminal.Done()
		}
	}()
	if tcp, ok := c.net.(*net.TCPConn); ok {
		tcp.SetWriteBuffer(sendBuffer)
		keepUrgent(tcp)
	}
	c.out.send(c.options.offer())
	c.terminal.Start()
	c.read()
	c.await()
	if err := c.terminal.Err(); err != nil {
		return err
	}
	return c.close()
}

// read reads until the session is over, or nothing more comes.
func (c *conn) read() {
	buf := make([]byte, readSize)
	for {
		n, err := c.net.Read(buf)
		c.decoder.decode(buf[:n], c)
		switch {
		case c.over():
			return
		case errors.Is(err, io.EOF):
			c.terminal.EOF()
			return
		case err != nil:
			c.terminal.Hangup(err)
			return
		}
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

// errGone is how a session ends whose client closed its side first, and then the other.
var errGone = errors.New("the client is gone")

// probe ends the session if the client is gone. Where the system cannot be asked, the client is
// sent something harmless: one that is gone answers with a reset, which the next write finds.
func (c *conn) probe() {
	switch there, known := present(inner(c.net)); {
	case known && !there:
		c.terminal.Hangup(errGone)
	case known:
	case c.options.echoing():
		c.out.send([]byte{cmdIAC, cmdNOP})
	default:
		c.out.send([]byte("\r\n"))
	}
}

// close ends a connection in order: the last answer, the end of ours, the end of theirs.
func (c *conn) close() error {
	if err := c.out.Flush(); err != nil {
		return err
	}
	closeGently(c.net)
	return nil
}

// closeGently tells the peer that nothing more comes, and gives it time to close as well.
func closeGently(nc net.Conn) {
	defer nc.Close()
	if half, ok := nc.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		nc.SetReadDeadline(time.Now().Add(drainTime))
		io.Copy(io.Discard, io.LimitReader(nc, drainBytes))
	}
}

// errWeb is how a session with a peer ends that does not speak telnet.
type errWeb string

func (e errWeb) Error() string { return "the peer speaks " + string(e) }

func (c *conn) data(p []byte) {
	language, n := c.sniffer.web(p)
	c.terminal.Feed(p[:n])
	if language != "" {
		c.terminal.Hangup(errWeb(language))
	}
}

// command does what a command asks. AO may be ignored and is, as an answer that is cut must say
// so; DM, GA, NOP and what is unknown ask for nothing.
func (c *conn) command(cmd byte) {
	switch cmd {
	case cmdIP, cmdBRK, cmdABORT, cmdSUSP:
		c.terminal.Interrupt()
	case cmdEC:
		c.terminal.Feed(eraseCharacter)
	case cmdEL:
		c.terminal.Feed(eraseLine)
	case cmdEOF:
		c.terminal.EOF()
	case cmdAYT:
		c.terminal.Say(c.status())
	}
}

func (c *conn) status() string {
	if d, ok := c.terminal.Evaluating(); ok {
		return fmt.Sprintf("[sightglass: yes, evaluating for %.1f s]", d.Seconds())
	}
	return "[sightglass: yes]"
}

func (c *conn) option(verb, opt byte) {
	echoing := c.options.echoing()
	c.out.send(c.options.receive(verb, opt))
	if now := c.options.echoing(); now != echoing {
		c.terminal.SetEcho(now)
		if now {
			c.out.send(c.options.askType())
		}
	}
	if verb == cmdWILL && opt == optTTYPE {
		c.out.send([]byte{cmdIAC, cmdSB, optTTYPE, ttypeSEND, cmdIAC, cmdSE})
	}
}

// What a subnegotiation of the terminal's type says (RFC 1091).
const (
	ttypeIS   = 0
	ttypeSEND = 1
)

func (c *conn) subnegotiation(opt byte, p []byte) {
	switch {
	case opt == optNAWS && len(p) == 4:
		columns := int(binary.BigEndian.Uint16(p))
		if columns > 0 {
			columns = min(max(columns, minColumns), maxColumns)
		}
		c.terminal.SetWidth(columns)
	case opt == optTTYPE && len(p) > 0 && p[0] == ttypeIS:
		c.terminal.SetColor(colorful(string(p[1:])))
	}
}

// colorful reports whether a terminal of that type shows colours: nearly each does that names
// itself. The names are those of RFC 1010, in any case, and of terminfo.
func colorful(name string) bool {
	switch name = strings.ToLower(name); name {
	case "", "dumb", "unknown", "network", "nvt":
		return false
	}
	return !strings.HasPrefix(name, "vt") && !strings.HasPrefix(name, "dec-vt")
}
