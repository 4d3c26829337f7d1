package telnet

import (
	"crypto/tls"
	"net"
	"net/netip"
	"os"
	"testing"
)

// What is not known of a peer keeps it out.
func TestAdmits(t *testing.T) {
	own, other := os.Geteuid(), os.Geteuid()+1
	at := func(addr string) *socket {
		return &socket{local: netip.MustParseAddrPort("127.0.0.1:3000"), remote: netip.MustParseAddrPort(addr)}
	}
	near, far, unix := at("127.0.0.1:1"), at("192.0.2.2:1"), &socket{unix: true}
	claimed := func(addr string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr)) }
	for _, tc := range []struct {
		name string
		way  wayIn
		uid  int
		ok   string // which servers let it in: plain, AnyUser, with Auth, with TLS as well, InsecureRemote
	}{
		{"our own user", wayIn{listener: loopback, at: loopback, socket: near}, own, "p u a t i"},
		{"our own user, from another address", wayIn{listener: loopback, at: loopback, socket: far}, own, "p u a t i"},
		{"root", wayIn{listener: loopback, at: loopback, socket: near}, 0, "p u a t i"},
		{"another user", wayIn{listener: loopback, at: loopback, socket: near}, other, "u a t"},
		{"another user, from another address", wayIn{listener: loopback, at: loopback, socket: far}, other, "u a t"},
		{"an unknown user", wayIn{listener: loopback, at: loopback, socket: near, unknown: errNoOwner}, nobodyKnown, "u a t"},
		{"an unknown user, from another address", wayIn{listener: loopback, at: loopback, socket: far, unknown: errNoOwner}, nobodyKnown, "t"},
		{"the kernel does not answer", wayIn{listener: loopback, at: loopback, socket: near, unknown: errNoAnswer}, nobodyKnown, "u a t"},
		{"another system", wayIn{listener: loopback, at: loopback, socket: near, unknown: errUnknownUser}, nobodyKnown, "u a t"},
		{"a unix socket of another system", wayIn{listener: unixSocket, at: unixSocket, socket: unix, unknown: errUnknownUser}, nobodyKnown, "p u a t i"},
		{"a unix socket without credentials", wayIn{listener: unixSocket, at: unixSocket, socket: unix, unknown: errNoAnswer}, nobodyKnown, "u a t"},
		{"another user on a unix socket", wayIn{listener: unixSocket, at: unixSocket, socket: unix}, other, "u a t"},
		{"a hidden socket of loopback", wayIn{listener: loopback, at: loopback, unknown: errNotAsked, peer: &Peer{Addr: claimed("127.0.0.1:1")}}, nobodyKnown, "u a t"},
		{"a hidden socket that says it is far", wayIn{listener: loopback, at: loopback, unknown: errNotAsked, peer: &Peer{Addr: claimed("192.0.2.2:1")}}, nobodyKnown, "t"},
		{"a hidden socket of the unix family", wayIn{listener: unixSocket, at: unixSocket, unknown: errUnknownUser}, nobodyKnown, "u a t"},
		{"a local listener that hands over a far connection", wayIn{listener: loopback, at: elsewhere, socket: far, unknown: errNotAsked}, nobodyKnown, "t"},
		{"a far one", wayIn{listener: elsewhere, at: elsewhere, socket: far, unknown: errNotAsked}, nobodyKnown, "t i"},
		{"another user, by way of a port for all", wayIn{listener: elsewhere, at: loopback, socket: near}, other, "p u a t i"}, // which permit lets be InsecureRemote alone
	} {
		if tc.way.peer == nil {
			tc.way.peer = &Peer{Addr: unknownAddr{}}
		}
		tc.way.peer.UID = tc.uid
		for letter, s := range map[rune]*Server{
			'p': {}, 'u': {AnyUser: true}, 'a': {Auth: UserIDs(nil)},
			't': {Auth: UserIDs(nil), TLSConfig: new(tls.Config)}, 'i': {InsecureRemote: true},
		} {
			want := false
			for _, l := range tc.ok {
				want = want || l == letter
			}
			if err := s.admits(&tc.way); (err == nil) != want {
				t.Errorf("%s, server %c: %v", tc.name, letter, err)
			}
		}
	}
}
