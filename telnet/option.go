package telnet

// Options that are known here. All others are refused.
const (
	optBINARY     = 0  // RFC 856
	optECHO       = 1  // RFC 857
	optSGA        = 3  // RFC 858
	optTimingMark = 6  // RFC 860
	optTTYPE      = 24 // RFC 1091
	optNAWS       = 31 // RFC 1073
)

// negotiation is the state of all options, for each direction by itself, as in RFC 1143. Its
// queue bits are left out: they are for a side that changes its mind, and this one never does.
//
// Nothing that is received asks for a second answer, so no peer can make it loop, whether it
// agrees to all, refuses all, sends back what it gets or answers in the wrong direction.
type negotiation struct {
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

// offer is what to send first. It asks for what makes a terminal, and never for DO ECHO or DO
// SGA: busybox answers DO SGA by turning it off.
func (n *negotiation) offer() []byte {
	n.ours[optECHO], n.ours[optSGA], n.theirs[optNAWS] = want, want, want
	return []byte{cmdIAC, cmdWILL, optECHO, cmdIAC, cmdWILL, optSGA, cmdIAC, cmdDO, optNAWS}
}

// ask is what to send for what a peer may be asked that has agreed to something: others would see
// odd characters. It is often nothing.
//
// It asks for BINARY, which means that the peer sends bytes as they are typed. Without it inetutils
// looks at seven bits of each: 9D, which is part of a pasted ” and of Н, Ý and そ, is the key that
// leads to its own prompt, and 8D, of э, is Enter.
func (n *negotiation) ask() (request []byte) {
	for _, opt := range []byte{optBINARY, optTTYPE} {
		ready := n.echoing() || opt == optBINARY && (n.ours[optSGA] == yes || n.theirs[optNAWS] == yes)
		if !ready || n.asked[opt] || n.theirs[opt] != no {
			continue
		}
		n.asked[opt], n.theirs[opt] = true, want
		request = append(request, cmdIAC, cmdDO, opt)
	}
	return request
}

// receive takes note of what the peer says about opt and returns what to answer, often nothing.
func (n *negotiation) receive(verb, opt byte) (answer []byte) {
	if verb == cmdDO && opt == optTimingMark {
		return []byte{cmdIAC, cmdWILL, opt} // each time: the answer itself is the mark
	}
	side, accept, refuse := &n.ours, byte(cmdWILL), byte(cmdWONT)
	supported := opt == optECHO || opt == optSGA
	if verb == cmdWILL || verb == cmdWONT {
		side, accept, refuse = &n.theirs, cmdDO, cmdDONT
		supported = opt == optNAWS || opt == optTTYPE || opt == optBINARY
	}
	before := side[opt]
	switch positive := verb == cmdDO || verb == cmdWILL; {
	case positive && !supported:
		return []byte{cmdIAC, refuse, opt}
	case positive && before == no:
		side[opt] = yes
		return []byte{cmdIAC, accept, opt}
	case positive:
		side[opt] = yes
	case before == yes:
		side[opt] = no
		return []byte{cmdIAC, refuse, opt}
	default:
		side[opt] = no
	}
	return nil
}

// echoing reports whether the peer leaves echo to us.
func (n *negotiation) echoing() bool { return n.ours[optECHO] == yes }
