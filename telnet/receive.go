package telnet

import (
	"fmt"

	"github.com/sightglass-go/sightglass/telnet/internal/protocol"
)

var _ protocol.Receiver = (*conn)(nil)

// The sizes of a terminal that conn believes, in characters. Fewer columns hold no prompt, and
// nobody reads more rows.
const (
	minColumns = 4
	maxColumns = 1000
	minRows    = 2
	maxRows    = 1000
)

// otherProtocol is the error of a session whose peer speaks that protocol.
type otherProtocol string

func (e otherProtocol) Error() string { return "the peer speaks " + string(e) }

// receive handles input from the wire.
func (c *conn) receive(p []byte) {
	c.sniffer.Packet(p)
	c.decoder.Decode(p, c)
}

// reject ends the session if name is that of another protocol, and reports whether it did. "" is
// none.
func (c *conn) reject(name string) bool {
	if name != "" {
		c.terminal.Hangup(otherProtocol(name))
	}
	return name != ""
}

// Data implements protocol.Receiver.
func (c *conn) Data(p []byte) {
	if c.over() || c.reject(c.sniffer.Data(p)) {
		return
	}
	c.typed(p)
}

// Null implements protocol.Receiver.
func (c *conn) Null() { c.reject(c.sniffer.Null()) }

// typed gives p to the question being asked, or else to the session.
func (c *conn) typed(p []byte) {
	rest, err := c.dialog.take(p)
	if err != nil {
		c.terminal.Hangup(err)
	}
	c.feed(rest)
}

// feed gives p to the session, unless it is the first line of another protocol.
func (c *conn) feed(p []byte) {
	if len(p) == 0 {
		return
	}
	if !c.isTelnet.Load() && c.reject(c.greeting.Data(p)) {
		return
	}
	c.terminal.Feed(p)
}

// eof handles the end of input, which also ends the last line.
func (c *conn) eof() {
	c.reject(c.sniffer.End())
	if !c.dialog.end() {
		c.feedEOF()
	}
}

// feedEOF tells the session that its input has ended.
func (c *conn) feedEOF() {
	if !c.isTelnet.Load() {
		c.reject(c.greeting.End())
	}
	c.terminal.EOF()
}

// The keys that stand for telnet's own editing commands.
var (
	eraseCharacter = []byte{protocol.KeyDelete}
	eraseLine      = []byte{protocol.KeyKill}
)

// Command implements protocol.Receiver. DM, GA, NOP and unknown commands do nothing: the urgent
// byte of a synch stays in the stream (see transport.KeepUrgent), so what precedes DM has been
// handled.
func (c *conn) Command(cmd byte) {
	if c.judge(cmd); c.over() {
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
		c.typed(eraseCharacter)
	case protocol.EL:
		c.typed(eraseLine)
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

// status is the answer to AYT.
func (c *conn) status() string {
	if d, ok := c.terminal.Evaluating(); ok {
		return fmt.Sprintf("[sightglass: yes, evaluating for %.1f s]", d.Seconds())
	}
	return "[sightglass: yes]"
}

// judge has the sniffer decide by a command whether the peer speaks telnet.
func (c *conn) judge(cmd byte) {
	c.reject(c.sniffer.Command(cmd))
	c.isTelnet.Store(c.sniffer.Telnet())
}

// Option implements protocol.Receiver.
func (c *conn) Option(verb, opt byte) {
	c.judge(verb)
	echoing := c.options.Echoing()
	c.out.send(append(c.options.Receive(verb, opt), c.options.Ask()...))
	if now := c.options.Echoing(); now != echoing {
		c.dialog.setEcho(now, c.terminal.SetEcho)
	}
	if verb == protocol.WILL && opt == protocol.OptTTYPE {
		c.out.send(protocol.AppendTypeRequest(nil))
	}
}

// Subnegotiation implements protocol.Receiver.
func (c *conn) Subnegotiation(opt byte, p []byte) {
	c.judge(protocol.SB)
	switch opt {
	case protocol.OptNAWS:
		if columns, rows, ok := protocol.WindowSize(p); ok {
			c.terminal.SetSize(believed(columns, minColumns, maxColumns), believed(rows, minRows, maxRows))
		}
	case protocol.OptTTYPE:
		if name, ok := protocol.TerminalType(p); ok {
			c.terminal.SetType(name)
		}
	}
}

// believed limits a size. 0 stays, as it means unknown.
func believed(n, least, most int) int {
	if n == 0 {
		return 0
	}
	return min(max(n, least), most)
}
