package protocol

// Sniffer refuses peers that speak another protocol than this one: above all web browsers, since
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
type Sniffer struct {
	telnet  bool   // the peer speaks it
	trusted bool   // that, or its first line is over
	begun   bool   // data has come in
	nulls   bool   // with NULs in it
	key     bool   // with a key in it
	binary  string // what to call it if it is no text
	line    opening
}

// Telnet reports whether the peer has begun with a command of telnet.
func (s *Sniffer) Telnet() bool { return s.telnet }

// Command takes a command of telnet, and returns the name of the protocol if it is none.
func (s *Sniffer) Command(cmd byte) (name string) {
	switch {
	case s.begun || s.trusted:
	case cmd < EOF: // ZeroMQ's Greeting begins with 255 0 (ZMTP 3.1)
		return s.binary
	default:
		s.telnet, s.trusted = true, true
	}
	return ""
}

// Null takes a NUL.
func (s *Sniffer) Null() (name string) {
	if s.nulls = true; s.key && !s.trusted {
		return s.binary
	}
	return ""
}

// Data takes lines that end in a newline. It returns the name of the protocol that is not for us,
// "" if it may go on.
func (s *Sniffer) Data(p []byte) (name string) {
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
		if name = s.End(); name != "" {
			return name
		}
		s.trusted = s.line.text // and not blanks and keys alone
		if s.line = (opening{}); s.trusted {
			break
		}
	}
	return ""
}

// End returns the name of the protocol if nothing more comes: a line needs no newline then.
func (s *Sniffer) End() (name string) {
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
func (s *Sniffer) allowed(b byte) bool {
	switch b {
	case KeyInterrupt, KeyEnd, KeyBackspace, KeyKill, KeyDelete:
		s.key = true
	case '\n', '\t', 0x1b:
	default:
		if b < ' ' || !s.begun && (b >= 0x80 && b < 0xc2 || b > 0xf4) { // what UTF-8 never begins with
			return false
		}
	}
	return !s.key || !s.nulls
}

// Packet takes what came in first, as it came over the wire, for a better name in the log.
func (s *Sniffer) Packet(p []byte) {
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
