package telnet

import (
	"github.com/sightglass-go/sightglass/telnet/internal/peer"
	"github.com/sightglass-go/sightglass/telnet/internal/transport"

	"crypto/tls"
	"net"
	"net/netip"
	"os"
	"testing"
)

// A peer about whom something is not known is kept out.
func TestAdmits(t *testing.T) {
	own, other := os.Geteuid(), os.Geteuid()+1
	at := func(addr string) *peer.Socket {
		return &peer.Socket{Local: netip.MustParseAddrPort("127.0.0.1:3000"), Remote: netip.MustParseAddrPort(addr)}
	}
	near, far, unix := at("127.0.0.1:1"), at("192.0.2.2:1"), &peer.Socket{Unix: true}
	claimed := func(addr string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr)) }
	for _, tc := range []struct {
		name string
		way  wayIn
		uid  int
		ok   string // which servers let it in: plain, AnyUser, with Auth, with TLS as well, InsecureRemote
	}{
		{"our own user", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: near}}, own, "p u a t i"},
		{"our own user, from another address", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: far}}, own, "p u a t i"},
		{"root", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: near}}, 0, "p u a t i"},
		{"another user", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: near}}, other, "u a t"},
		{"another user, from another address", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: far}}, other, "u a t"},
		{"an unknown user", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: near, Unknown: peer.ErrNoOwner}}, peer.UnknownUID, "u a t"},
		{"an unknown user, from another address", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: far, Unknown: peer.ErrNoOwner}}, peer.UnknownUID, "t"},
		{"the kernel does not answer", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: near, Unknown: peer.ErrNoAnswer}}, peer.UnknownUID, "u a t"},
		{"another system", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Socket: near, Unknown: peer.ErrUnknownUser}}, peer.UnknownUID, "u a t"},
		{"a unix socket of another system", wayIn{listener: peer.UnixSocket, Facts: peer.Facts{Scope: peer.UnixSocket, Socket: unix, Unknown: peer.ErrUnknownUser}}, peer.UnknownUID, "p u a t i"},
		{"a unix socket without credentials", wayIn{listener: peer.UnixSocket, Facts: peer.Facts{Scope: peer.UnixSocket, Socket: unix, Unknown: peer.ErrNoAnswer}}, peer.UnknownUID, "u a t"},
		{"another user on a unix socket", wayIn{listener: peer.UnixSocket, Facts: peer.Facts{Scope: peer.UnixSocket, Socket: unix}}, other, "u a t"},
		{"a hidden socket of loopback", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Unknown: peer.ErrNotAsked, Addr: claimed("127.0.0.1:1")}}, peer.UnknownUID, "u a t"},
		{"a hidden socket that says it is far", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Loopback, Unknown: peer.ErrNotAsked, Addr: claimed("192.0.2.2:1")}}, peer.UnknownUID, "t"},
		{"a hidden socket of the unix family", wayIn{listener: peer.UnixSocket, Facts: peer.Facts{Scope: peer.UnixSocket, Unknown: peer.ErrUnknownUser}}, peer.UnknownUID, "u a t"},
		{"a local listener that hands over a far connection", wayIn{listener: peer.Loopback, Facts: peer.Facts{Scope: peer.Elsewhere, Socket: far, Unknown: peer.ErrNotAsked}}, peer.UnknownUID, "t"},
		{"a far one", wayIn{listener: peer.Elsewhere, Facts: peer.Facts{Scope: peer.Elsewhere, Socket: far, Unknown: peer.ErrNotAsked}}, peer.UnknownUID, "t i"},
		{"another user, by way of a port for all", wayIn{listener: peer.Elsewhere, Facts: peer.Facts{Scope: peer.Loopback, Socket: near}}, other, "p u a t i"}, // which permit lets be InsecureRemote alone
	} {
		if tc.way.Addr == nil {
			tc.way.Addr = transport.AddrOf(func() net.Addr { return nil })
		}
		tc.way.UID = tc.uid
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
