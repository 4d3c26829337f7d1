package telnet

// sniffer recognises peers that speak a language of the web, which browsers can be made to do by
// any page: HTTP by its request line, method, target and HTTP/1, and TLS by its first byte. An
// expression never looks like either. It looks at each line, before the line's end is read.
type sniffer struct {
	started bool
	state   sniffing
	matched int // bytes of httpVersion
}

type sniffing uint8

const (
	inMethod sniffing = iota
	inTarget
	inVersion
	harmless // until the line ends
)

const httpVersion = "HTTP/"

// tlsHandshake is the type of the record that a TLS client begins with (RFC 8446, section 5.1).
const tlsHandshake = 0x16

// web returns the name of the language that p makes clear, "" if none, and how much of p was read
// by then.
func (s *sniffer) web(p []byte) (name string, n int) {
	for i, b := range p {
		if !s.started && b == tlsHandshake {
			return "TLS", i
		}
		s.started = true
		if s.request(b) {
			return "HTTP", i
		}
	}
	return "", len(p)
}

// request reports whether b completes what is surely a request line.
func (s *sniffer) request(b byte) bool {
	if b == '\n' {
		s.state, s.matched = inMethod, 0
		return false
	}
	switch s.state {
	case inMethod:
		switch letter := b|0x20 >= 'a' && b|0x20 <= 'z' || b == '-'; {
		case letter:
			s.matched++
		case b == ' ' && s.matched > 0:
			s.state, s.matched = inTarget, 0
		default:
			s.state = harmless
		}
	case inTarget:
		switch {
		case b != ' ':
			s.matched++
		case s.matched > 0:
			s.state, s.matched = inVersion, 0
		default:
			s.state = harmless
		}
	case inVersion:
		switch {
		case s.matched == len(httpVersion):
			if b >= '0' && b <= '9' {
				return true
			}
			s.state = harmless
		case b == httpVersion[s.matched]:
			s.matched++
		default:
			s.state = harmless
		}
	}
	return false
}
