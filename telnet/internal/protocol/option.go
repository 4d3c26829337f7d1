package protocol

// Options that are known here. All others are refused.
const (
	OptBinary     = 0  // RFC 856
	OptEcho       = 1  // RFC 857
	OptSGA        = 3  // RFC 858
	OptTimingMark = 6  // RFC 860
	OptTTYPE      = 24 // RFC 1091
	OptNAWS       = 31 // RFC 1073
)

// Negotiation is the state of all options, for each direction by itself, as in RFC 1143. Its
// queue bits are left out: they are for a side that changes its mind, and this one never does.
//
// Nothing that is received asks for a second answer, so no peer can make it loop, whether it
// agrees to all, refuses all, sends back what it gets or answers in the wrong direction.
type Negotiation struct {
	ours   [256]agreement // the peer says DO, DONT; we say WILL, WONT
	theirs [256]agreement // the peer says WILL, WONT; we say DO, DONT
	asked  [256]bool      // for them, which is done once
}

type agreement uint8

const (
	no agreement = iota
	yes
	want // asked for, not answered yet
)

// Offer is what to send first. It asks for what makes a terminal, and never for DO ECHO or DO
// SGA: busybox answers DO SGA by turning it off.
func (n *Negotiation) Offer() []byte {
	n.ours[OptEcho], n.ours[OptSGA], n.theirs[OptNAWS] = want, want, want
	return []byte{IAC, WILL, OptEcho, IAC, WILL, OptSGA, IAC, DO, OptNAWS}
}

// Ask is what to send for what a peer may be asked that has agreed to something: others would see
// odd characters. It is often nothing.
//
// It asks for BINARY, which means that the peer sends bytes as they are typed. Without it inetutils
// looks at seven bits of each: 9D, which is part of a pasted ” and of Н, Ý and そ, is the key that
// leads to its own prompt, and 8D, of э, is Enter.
func (n *Negotiation) Ask() (request []byte) {
	for _, opt := range []byte{OptBinary, OptTTYPE} {
		ready := n.Echoing() || opt == OptBinary && (n.ours[OptSGA] == yes || n.theirs[OptNAWS] == yes)
		if !ready || n.asked[opt] || n.theirs[opt] != no {
			continue
		}
		n.asked[opt], n.theirs[opt] = true, want
		request = append(request, IAC, DO, opt)
	}
	return request
}

// Receive takes note of what the peer says about opt and returns what to answer, often nothing.
func (n *Negotiation) Receive(verb, opt byte) (answer []byte) {
	if verb == DO && opt == OptTimingMark {
		return []byte{IAC, WILL, opt} // each time: the answer itself is the mark
	}
	side, accept, refuse := &n.ours, byte(WILL), byte(WONT)
	supported := opt == OptEcho || opt == OptSGA
	if verb == WILL || verb == WONT {
		side, accept, refuse = &n.theirs, DO, DONT
		supported = opt == OptNAWS || opt == OptTTYPE || opt == OptBinary
	}
	before := side[opt]
	switch positive := verb == DO || verb == WILL; {
	case positive && !supported:
		return []byte{IAC, refuse, opt}
	case positive && before == no:
		side[opt] = yes
		return []byte{IAC, accept, opt}
	case positive:
		side[opt] = yes
	case before == yes:
		side[opt] = no
		return []byte{IAC, refuse, opt}
	default:
		side[opt] = no
	}
	return nil
}

// Echoing reports whether the peer leaves echo to us.
func (n *Negotiation) Echoing() bool { return n.ours[OptEcho] == yes }
