package telnet

import (
	"bytes"
	"slices"
	"strings"
)

// sniffer recognises peers that speak another language than telnet: above all that of the web,
// since any page can make a browser, which runs as the same user, speak to a port of this
// machine; and those of scanners and of clients that have the wrong port.
//
// A language is told by the first bytes, by a line that has the shape of a request (RFC 9112,
// section 3: method, target, version), or by one that begins as a header does. An expression
// looks like none of them. Each line is looked at before its end is read.
type sniffer struct {
	begun bool // bytes came in
	third bool // the first byte was 3

	line    int // 0 is the first
	state   sniffing
	word    []byte // the line's first, or its third
	matched bool   // the line's second has come
}

type sniffing uint8

const (
	inMethod sniffing = iota
	inTarget
	inVersion
	harmless // until the line ends
)

// The first bytes of what is not text.
const (
	tlsHandshake = 0x16 // the type of the record that a TLS client begins with (RFC 8446, section 5.1)
	netbios      = 0x00 // the type of the message that carries SMB (RFC 1002, section 4.3.1)
	tpkt         = 0x03 // the version that RDP begins with, and a zero (RFC 1006, section 6)
)

// versions are what a request of these languages ends with, up to the version's number.
var versions = []string{"HTTP/", "RTSP/", "SIP/", "ICAP/"}

// headers are how headers begin that browsers send, and an expression does not.
var headers = []string{"accept-", "cache-control", "content-", "if-", "sec-", "transfer-encoding", "upgrade-insecure-", "user-agent", "x-forwarded-"}

// maxSniffed is how much of a word matters, in bytes.
const maxSniffed = 32

// binary returns the name of the language that the first bytes of a connection make clear, as they
// come over the wire; "" if none.
func (s *sniffer) binary(p []byte) (name string) {
	if len(p) == 0 || s.begun && !s.third {
		return ""
	}
	first := p[0]
	if s.third { // by itself it is Ctrl-C
		s.third = false
		if first == 0 {
			return "RDP"
		}
		return ""
	}
	s.begun = true
	switch {
	case first == tlsHandshake:
		return "TLS"
	case first == netbios:
		return "SMB"
	case first == tpkt:
		s.third = true
		return s.binary(p[1:])
	}
	return ""
}

// text returns the name of the language that p makes clear, as lines that end in a newline; "" if
// none; and how much of p was read by then.
func (s *sniffer) text(p []byte) (name string, n int) {
	for ; n < len(p); n++ {
		if s.state == harmless {
			end := bytes.IndexByte(p[n:], '\n')
			if end < 0 {
				return "", len(p)
			}
			n += end
		}
		if name = s.next(p[n]); name != "" {
			return name, n
		}
	}
	return "", n
}

func (s *sniffer) next(b byte) (name string) {
	if b == '\n' {
		s.line, s.state, s.word, s.matched = min(s.line+1, 2), inMethod, s.word[:0], false
		return ""
	}
	switch s.state {
	case inMethod:
		switch {
		case b == ' ' && len(s.word) > 0:
			s.state = inTarget
		case b == ':' && s.header():
			return "HTTP"
		case !tokenByte(b):
			s.state = harmless
		default:
			s.keep(b)
			if s.line == 0 && string(s.word) == "SSH-2.0-" {
				return "SSH"
			}
		}
	case inTarget:
		switch {
		case b != ' ':
			s.matched = true
		case s.matched:
			s.state, s.word = inVersion, s.word[:0]
		default:
			s.state = harmless
		}
	case inVersion:
		s.keep(b)
		return s.version()
	}
	return ""
}

func (s *sniffer) keep(b byte) {
	if len(s.word) < maxSniffed {
		s.word = append(s.word, b)
	}
}

// header reports whether the line's first word is the name of a header. Host is one as the second
// line only, where browsers have it: an expression of several lines may have a key of that name.
func (s *sniffer) header() bool {
	if s.line == 1 && string(s.word) == "Host" {
		return true
	}
	word := strings.ToLower(string(s.word))
	return slices.ContainsFunc(headers, func(h string) bool { return strings.HasPrefix(word, h) })
}

// version returns the language of the version that the line's third word is by now; "" for none.
func (s *sniffer) version() string {
	for _, v := range versions {
		number, ok := strings.CutPrefix(string(s.word), v)
		switch {
		case ok && len(number) < len("1.1"), strings.HasPrefix(v, string(s.word)):
			return ""
		case ok && digit(number[0]) && number[1] == '.' && digit(number[2]):
			return strings.TrimSuffix(v, "/")
		}
	}
	s.state = harmless
	return ""
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// tokenByte reports whether b may be part of a method or of a header's name (RFC 9110, section 5.6.2).
func tokenByte(b byte) bool {
	return digit(b) || b|0x20 >= 'a' && b|0x20 <= 'z' || strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
}
