package protocol

// The options that Negotiation knows. It refuses all others.
const (
	OptBinary     = 0  // RFC 856
	OptEcho       = 1  // RFC 857
	OptSGA        = 3  // RFC 858
	OptTimingMark = 6  // RFC 860
	OptTTYPE      = 24 // RFC 1091
	OptNAWS       = 31 // RFC 1073
)

// Negotiation is the state of all options, in each direction, as in RFC 1143. It needs no queue
// bits: they are for a side that changes its mind, and this one never does. Its zero value has
// agreed to nothing.
//
// It never answers a request for what is already so, so no peer can make it loop, whether the peer
// agrees to everything, refuses everything, mirrors what it gets or answers in the wrong direction.
type Negotiation struct {
	ours   [states]agreement // the peer says DO and DONT; we say WILL and WONT
	theirs [states]agreement // the peer says WILL and WONT; we say DO and DONT
	asked  [states]bool      // Ask has asked for theirs; it asks once
}

// states is more than each option that Negotiation can agree to. Others have no state.
const states = OptNAWS + 1

type agreement uint8

const (
	no agreement = iota
	yes
	want // requested, not answered yet
)

// Offer returns what to send first: the options of a terminal. It never sends DO ECHO or DO SGA:
// busybox answers DO SGA by turning that off.
func (n *Negotiation) Offer() []byte {
	n.ours[OptEcho], n.ours[OptSGA], n.theirs[OptNAWS] = want, want, want
	return []byte{IAC, WILL, OptEcho, IAC, WILL, OptSGA, IAC, DO, OptNAWS}
}

// Ask returns requests for BINARY and TTYPE once the peer has agreed to something, and otherwise
// nothing: a client that does not negotiate shows requests as odd characters.
//
// BINARY makes the peer send bytes as they are typed. Without it inetutils looks at seven bits of
// each: 9D, which is part of a pasted ” and of Н, Ý and そ, is the key that leads to its own prompt,
// and 8D, part of э, is Enter.
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

// Receive notes what the peer says about opt and returns the answer, which is often nothing.
func (n *Negotiation) Receive(verb, opt byte) (answer []byte) {
	if verb == DO && opt == OptTimingMark {
		return []byte{IAC, WILL, opt} // each time: the answer is the mark, and there is no state
	}
	side, accept, refuse := &n.ours, byte(WILL), byte(WONT)
	supported := opt == OptEcho || opt == OptSGA
	if verb == WILL || verb == WONT {
		side, accept, refuse = &n.theirs, DO, DONT
		supported = opt == OptNAWS || opt == OptTTYPE || opt == OptBinary
	}
	positive := verb == DO || verb == WILL
	if !supported {
		if positive {
			return []byte{IAC, refuse, opt}
		}
		return nil
	}
	before := side[opt]
	switch {
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

// Echoing reports whether the peer leaves the echo to us.
func (n *Negotiation) Echoing() bool { return n.ours[OptEcho] == yes }
