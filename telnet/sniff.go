package telnet

import (
	"bytes"
	"regexp"
)

// sniffer refuses peers that speak another protocol than this one: above all web browsers, since
// any page can make one, which runs as the right user, connect to a port of this machine; and
// scanners, and clients that have the wrong port.
//
// It judges the first input of a connection, by what is allowed and not by what is known: a person
// or a script that sends lines begins with text and the keys that edit a line; a telnet client
// begins with a command of telnet (RFC 854), whose first byte, 255, none of the others can send. A
// telnet client is trusted from there on; all others once their first line has ended. So lines may
// hold anything, and a browser never gets to its second one: what it sends first is a request line
// (RFC 9112, section 3), a TLS record, or through WebRTC a STUN message (RFC 8489), whose type and
// magic cookie hold bytes that are no text.
type sniffer struct {
	telnet  bool   // the peer speaks it
	trusted bool   // that, or its first line is over
	begun   bool   // data has come in
	nulls   bool   // with NULs in it
	key     bool   // with a key in it
	binary  string // what to call it if it is no text
	line    opening
}

// command takes a command of telnet, and returns the name of the protocol if it is none.
func (s *sniffer) command(cmd byte) (name string) {
	switch {
	case s.begun || s.trusted:
	case cmd < cmdEOF: // ZeroMQ's greeting begins with 255 0 (ZMTP 3.1)
		return s.binary
	default:
		s.telnet, s.trusted = true, true
	}
	return ""
}

// null takes a NUL.
func (s *sniffer) null() (name string) {
	if s.nulls = true; s.key && !s.trusted {
		return s.binary
	}
	return ""
}

// data takes lines that end in a newline. It returns the name of the protocol that is not for us,
// "" if it may go on.
func (s *sniffer) data(p []byte) (name string) {
	if s.trusted {
		return ""
	}
	for _, b := range p {
		if !s.allowed(b) {
			return s.binary
		}
		if s.begun = true; b != '\n' {
			s.line.add(b)
			continue
		}
		if name = s.end(); name != "" {
			return name
		}
		s.trusted = s.line.text // and not blanks and keys alone
		if s.line = (opening{}); s.trusted {
			break
		}
	}
	return ""
}

// end returns the name of the protocol if nothing more comes: a line needs no newline then.
func (s *sniffer) end() (name string) {
	switch {
	case s.trusted:
		return ""
	case s.nulls && string(s.line.head) == "QUIT": // behind \r\n\r\n\x00\r\n: HAProxy's PROXY protocol, version 2
		return "PROXY"
	}
	return s.line.request()
}

// allowed reports whether b may stand in the first line of a connection.
//
// The keys are those that mean something without an editor: a length or a type of a binary
// protocol may be the same byte, but stands beside a NUL there, which a person never types. NULs
// alone are no operation (RFC 854).
func (s *sniffer) allowed(b byte) bool {
	switch b {
	case keyInterrupt, keyEnd, keyBackspace, keyKill, keyDelete:
		s.key = true
	case '\n', '\t', 0x1b:
	default:
		if b < ' ' || !s.begun && (b >= 0x80 && b < 0xc2 || b > 0xf4) { // what UTF-8 never begins with
			return false
		}
	}
	return !s.key || !s.nulls
}

// packet takes what came in first, as it came over the wire, for a better name in the log.
func (s *sniffer) packet(p []byte) {
	const tlsHandshake = 0x16 // the type of the record that a TLS client begins with (RFC 8446, section 5.1)
	// A STUN message has it behind its type and length (RFC 8489, section 5), and behind the length
	// of a frame where ICE sends it over TCP (RFC 4571).
	const cookie = "!\x12\xa4B"
	switch {
	case s.binary != "" || len(p) == 0:
	case p[0] == tlsHandshake:
		s.binary = "TLS"
	case len(p) >= 10 && (string(p[4:8]) == cookie || string(p[6:10]) == cookie):
		s.binary = "STUN"
	default:
		s.binary = "a binary protocol"
	}
}

// opening is the beginning and the end of a first line.
type opening struct {
	head   []byte
	tail   [len(" HTTP/1.1")]byte // right-aligned
	length int
	text   bool // there is more in it than blanks and keys
}

// maxHead is more than what tells a protocol takes.
const maxHead = 256

func (o *opening) add(b byte) {
	if o.length++; len(o.head) < maxHead {
		o.head = append(o.head, b)
	}
	o.text = o.text || b > ' ' && b != keyDelete
	copy(o.tail[:], o.tail[1:])
	o.tail[len(o.tail)-1] = b
}

// version is how a request line ends in HTTP and in those that took its shape (RFC 7826, 3261 and
// 3507), the versions being those that there are: an expression may divide by HTTP as well, but
// seldom to 1.1.
var version = regexp.MustCompile(`(?:^| )(?:(HTTP)/(?:0\.9|1\.[01]|2\.0)|(RTSP|ICAP)/[12]\.0|(SIP)/2\.0)$`)

// request is how a request line begins: with a method, which a page may choose where it is of this
// origin (RFC 9110, section 5.6.2), and with a target. The targets are a path, *, and what has a
// colon in it, a URL or host:port; an operator of an expression is none of them, but for / and *.
// A method that is longer than what is kept of the line counts too.
var request = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:$| (?:/|\\* |[0-9A-Za-z\\[][^ ]*:))")

// request returns the name of the protocol of which the line is a request.
func (o *opening) request() (name string) {
	m := version.FindSubmatch(o.tail[max(0, len(o.tail)-o.length):])
	if m == nil || !request.Match(o.head) {
		return ""
	}
	return string(bytes.Join(m[1:], nil))
}

// greeting refuses clients of protocols that begin with text, by the first line that is for the
// session: answers to the questions of a login may be anything. A telnet client is trusted.
type greeting struct {
	over bool
	line opening
}

// data is that of a sniffer.
func (g *greeting) data(p []byte) (name string) {
	for i := 0; i < len(p) && !g.over; i++ {
		switch {
		case p[i] != '\n':
			g.line.add(p[i])
		case g.line.text:
			if name = g.end(); name != "" {
				return name
			}
			*g = greeting{over: true}
		}
	}
	return ""
}

// end is that of a sniffer.
func (g *greeting) end() (name string) {
	for _, k := range greetings {
		if !g.over && k.line.Match(g.line.head) {
			return k.name
		}
	}
	return ""
}

// known is a protocol that is told by its first line.
type known struct {
	name string
	line *regexp.Regexp
}

// greetings are none of them expressions or commands. Protocols that begin with one word, such as
// memcached's stats, are not here.
var greetings = []known{
	{"SSH", regexp.MustCompile(`^SSH-\d\.`)},
	{"PROXY", regexp.MustCompile(`^PROXY (?:TCP[46]|UNKNOWN)\b`)},
	{"Redis", regexp.MustCompile(`^\*\d+$`)},
	{"memcached", regexp.MustCompile(`^(?:gets? [\w:.-]+|(?:incr|decr) [\w:.-]+ \d+|(?:set|add|replace|append|prepend|cas) \S+ \d+ \d+ \d+.*)$`)},
	{"SMTP", regexp.MustCompile(`^(?i:EHLO|HELO|LHLO) [\w.:\[\]-]+$`)},
	{"FTP", regexp.MustCompile(`^(?:USER|PASS|AUTH) [\w.@-]+$`)}, // and POP3
	{"IRC", regexp.MustCompile(`^(?:NICK \w+|CAP LS(?: \d+)?|USER \w+ \w+ \S+ :.*)$`)},
	{"IMAP", regexp.MustCompile(`^[A-Za-z]*\d+ (?i:CAPABILITY|LOGIN .*|STARTTLS|AUTHENTICATE .*|ID .*)$`)},
	{"NATS", regexp.MustCompile(`^CONNECT \{`)},
	{"XMPP", regexp.MustCompile(`^<(?:\?xml|stream)`)},
	{"rsync", regexp.MustCompile(`^@RSYNCD: `)},
	{"VNC", regexp.MustCompile(`^RFB \d{3}\.\d{3}$`)},
	{"git", regexp.MustCompile(`^[0-9a-f]{4}git-`)},
	{"JDWP", regexp.MustCompile(`^JDWP-Handshake$`)},
	{"syslog", regexp.MustCompile(`^<\d{1,3}>`)},
}
