package protocol

// Sniffer recognizes peers that speak another protocol: above all web browsers, as any page can
// make a browser, which runs as the right user, connect to a port of this machine; but also
// scanners, and clients that have the wrong port. Its zero value is at the start of a connection.
// Its methods return the name of the other protocol, "" while there is none.
//
// It judges the first input of a connection, by what is allowed rather than what is known. A person
// or a script that sends lines begins with text and with keys that edit a line. A telnet client
// begins with a command (RFC 854), whose first byte, 255, none of the others can send. A telnet
// client is trusted from there on, all others once their first line has ended. So later lines may
// hold anything, and a browser never gets to its second line: it first sends a request line (RFC
// 9112, section 3), a TLS record, or through WebRTC a STUN message (RFC 8489), whose type and magic
// cookie are not text.
type Sniffer struct {
	telnet  bool   // the peer speaks it
	trusted bool   // telnet, or the first line is over
	begun   bool   // data has come in
	nulls   bool   // a NUL has come in
	key     bool   // a key has come in
	binary  string // the name to return for what is not text; "" before the first Packet
	line    opening
}

// Telnet reports whether the peer has begun with a telnet command.
func (s *Sniffer) Telnet() bool { return s.telnet }

// Command judges a telnet command.
func (s *Sniffer) Command(cmd byte) (name string) {
	switch {
	case s.begun || s.trusted:
	case cmd < EOF: // the greeting of ZeroMQ begins with 255 0 (ZMTP 3.1)
		return s.binary
	default:
		s.telnet, s.trusted = true, true
	}
	return ""
}

// Null judges a NUL.
func (s *Sniffer) Null() (name string) {
	if s.nulls = true; s.key && !s.trusted {
		return s.binary
	}
	return ""
}

// Data judges lines that end in a newline.
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
		s.trusted = s.line.text // blanks and keys alone are no line
		if s.line = (opening{}); s.trusted {
			break
		}
	}
	return ""
}

// End judges what has come in as a line, when no more comes.
func (s *Sniffer) End() (name string) {
	switch {
	case s.trusted:
		return ""
	case s.nulls && string(s.line.head) == "QUIT": // after \r\n\r\n\x00\r\n: HAProxy's PROXY protocol, version 2
		return "PROXY"
	}
	return s.line.request()
}

// allowed reports whether b may stand in the first line of a connection.
//
// The keys are those that work without an editor. In a binary protocol a length or a type may be
// the same byte, but there a NUL stands beside it, which a person never types. NULs alone mean
// nothing (RFC 854).
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

// Packet notes the first input, as it came over the wire and before it is decoded, for a better
// name.
func (s *Sniffer) Packet(p []byte) {
	const tlsHandshake = 0x16 // the type of the record that a TLS client begins with (RFC 8446, section 5.1)
	// The magic cookie of STUN follows a message's type and length (RFC 8489, section 5), and the
	// length of a frame before them where ICE sends it over TCP (RFC 4571).
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
