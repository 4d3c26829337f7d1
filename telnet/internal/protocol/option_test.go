package protocol

import (
	"bytes"
	"fmt"
	"testing"
)

// options is a Receiver that handles only options.
type options struct {
	receive func(verb, opt byte) []byte
	out     []byte
	taken   int
}

func (o *options) Data([]byte)                 {}
func (o *options) Null()                       {}
func (o *options) Command(byte)                {}
func (o *options) Subnegotiation(byte, []byte) {}
func (o *options) Option(verb, opt byte) {
	o.taken++
	o.out = append(o.out, o.receive(verb, opt)...)
}

// reply returns all that is sent in reply to a peer.
func (n *Negotiation) reply(verb, opt byte) []byte { return append(n.Receive(verb, opt), n.Ask()...) }

func answers(n *Negotiation, in string) string {
	var d Decoder
	o := options{receive: n.reply}
	d.Decode([]byte(in), &o)
	return fmt.Sprintf("% x", o.out)
}

func TestNegotiation(t *testing.T) {
	offered := func() *Negotiation { n := &Negotiation{}; n.Offer(); return n }
	agreed := func() *Negotiation {
		n := offered()
		answers(n, "\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f")
		return n
	}
	for _, tc := range []struct {
		name  string
		state *Negotiation
		in    string
		want  string
		echo  bool
	}{
		{"all agreed", offered(), "\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f", "ff fd 00 ff fd 18", true},
		{"all refused", offered(), "\xff\xfe\x01\xff\xfe\x03\xff\xfc\x1f", "", false},
		{"agreed again", agreed(), "\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f", "", true},
		{"taken back", agreed(), "\xff\xfe\x01", "ff fc 01", false},
		{"taken back twice", agreed(), "\xff\xfe\x01\xff\xfe\x01", "ff fc 01", false},
		{"refused and then agreed", offered(), "\xff\xfe\x01\xff\xfd\x01", "ff fb 01 ff fd 00 ff fd 18", true},
		{"a size alone", offered(), "\xff\xfb\x1f", "ff fd 00", false},
		{"binary agreed", agreed(), "\xff\xfb\x00", "", true},
		{"binary refused, and not asked for again", agreed(), "\xff\xfc\x00\xff\xfc\x18\xff\xfd\x01\xff\xfe\x01\xff\xfd\x01", "ff fc 01 ff fb 01", true},
		{"binary offered by itself", offered(), "\xff\xfb\x00\xff\xfd\x03", "ff fd 00", false},
		{"binary taken back", agreed(), "\xff\xfb\x00\xff\xfc\x00", "ff fe 00", true},
		{"we shall send binary", agreed(), "\xff\xfd\x00", "ff fc 00", true},
		{"the client would echo", offered(), "\xff\xfb\x01", "ff fe 01", false},
		{"the client would suppress go ahead", offered(), "\xff\xfb\x03", "ff fe 03", false},
		{"we shall send a window's size", agreed(), "\xff\xfd\x1f", "ff fc 1f", true},
		{"timing marks", agreed(), "\xff\xfd\x06\xff\xfd\x06", "ff fb 06 ff fb 06", true},
		{"unknown", agreed(), "\xff\xfb\x22\xff\xfd\x05\xff\xfb\x05\xff\xfb\x27", "ff fe 22 ff fc 05 ff fe 05 ff fe 27", true},
		{"unknown ones refused", agreed(), "\xff\xfc\x22\xff\xfe\x22", "", true},
		{"terminal type offered", offered(), "\xff\xfb\x18", "ff fd 18", false},
		{"what plink sends at once", offered(), codecTests[len(codecTests)-1].in, "ff fd 00 ff fe 20 ff fd 18 ff fe 27 ff fe 03", true},
	} {
		if got := answers(tc.state, tc.in); got != tc.want {
			t.Errorf("%s: answered %s, want %s", tc.name, got, tc.want)
		}
		if got := tc.state.Echoing(); got != tc.echo {
			t.Errorf("%s: echoing is %v", tc.name, got)
		}
	}
}

// With each kind of peer the negotiation ends, and never sends DO ECHO or DO SGA.
func TestNegotiationEnds(t *testing.T) {
	opposite := map[byte]byte{WILL: DO, DO: WILL, WONT: DONT, DONT: WONT}
	refusal := map[byte]byte{WILL: DONT, WONT: DONT, DO: WONT, DONT: WONT}
	for name, peer := range map[string]func(verb, opt byte) []byte{
		"agrees":          func(verb, opt byte) []byte { return []byte{IAC, opposite[verb], opt} },
		"refuses":         func(verb, opt byte) []byte { return []byte{IAC, refusal[verb], opt} },
		"mirrors":         func(verb, opt byte) []byte { return []byte{IAC, verb, opt} },
		"wrong direction": func(verb, opt byte) []byte { return []byte{IAC, verb ^ 1, opt} },
	} {
		n := &Negotiation{}
		sent := n.Offer()
		theirs, ours := options{receive: peer}, options{receive: n.reply}
		var d, e Decoder
		for rounds := 0; len(sent) > 0; rounds++ {
			if bytes.Contains(sent, []byte{IAC, DO, OptEcho}) || bytes.Contains(sent, []byte{IAC, DO, OptSGA}) {
				t.Errorf("%s: we sent % x", name, sent)
			}
			if rounds > 6 {
				t.Errorf("%s: after %d rounds we still say % x", name, rounds, sent)
				break
			}
			theirs.out, ours.out = nil, nil
			d.Decode(sent, &theirs)
			e.Decode(theirs.out, &ours)
			sent = ours.out
		}
	}
}

// There is at most one answer to each request, and none to a request for what is already so.
func FuzzNegotiation(f *testing.F) {
	for _, tc := range codecTests {
		f.Add([]byte(tc.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		n := &Negotiation{}
		n.Offer()
		for i := 0; i+1 < len(in); i += 2 {
			verb, opt := WILL+in[i]%4, in[i+1]
			a := n.Receive(verb, opt)
			if len(a) > 3 {
				t.Fatalf("%d %d is answered with % x", verb, opt, a)
			}
			again := n.Receive(verb, opt)
			refused := len(again) == 3 && (again[1] == WONT || again[1] == DONT) && verb != WONT && verb != DONT
			if len(again) > 0 && !refused && opt != OptTimingMark {
				t.Fatalf("%d %d, again, is answered with % x", verb, opt, again)
			}
		}
	})
}
