package telnet

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
)

// ErrUnanswered is the error of Peer.Ask if the user leaves the question with Ctrl-C or Ctrl-D, or
// closes the connection.
var ErrUnanswered = errors.New("the question was not answered")

// Peer is the other end of a connection, as far as the server knows it.
type Peer struct {
	// Addr is where the peer connects from. It is never nil.
	Addr net.Addr

	// UID and PID are the user and the process at the other end, as the kernel tells: on Linux both
	// for a unix socket, and the user on loopback. Where it does not tell they are -1 and 0.
	UID, PID int

	// TLS is the state of the encryption; nil without.
	TLS *tls.ConnectionState

	asked  bool // something, during this Authenticate
	dialog *dialog
}

// newPeer returns the peer that came in by w. It has no dialog yet.
func newPeer(w *wayIn) *Peer { return &Peer{Addr: w.Addr, UID: w.UID, PID: w.PID} }

// Ask shows a question and returns the line that the user types. Lines typed before the question
// count. The error is that of ctx or of the connection, or ErrUnanswered. Call Ask and AskSecret
// only during Authenticate, and one at a time.
func (p *Peer) Ask(ctx context.Context, question string) (string, error) {
	p.asked = true
	return p.dialog.ask(ctx, question, false)
}

// AskSecret is Ask for an answer that must not appear on the screen. It does not where the client
// leaves the echo to the server; a client that sends whole lines has shown it already.
func (p *Peer) AskSecret(ctx context.Context, question string) (string, error) {
	p.asked = true
	return p.dialog.ask(ctx, question, true)
}

// from returns addr as text. Clients of a unix socket usually have an empty address.
func from(addr net.Addr) string {
	if text := addr.String(); addr.Network() != "unix" || text != "" && text != "@" {
		return text
	}
	return "unix socket"
}

// attributes returns what the log says of p.
func (p *Peer) attributes() []any {
	list := []any{slog.String("peer", plain(from(p.Addr)))}
	if p.UID >= 0 {
		list = append(list, slog.Int("uid", p.UID))
	}
	if p.PID > 0 {
		list = append(list, slog.Int("pid", p.PID))
	}
	if p.TLS != nil && len(p.TLS.VerifiedChains) > 0 {
		list = append(list, slog.String("certificate", plain(p.TLS.VerifiedChains[0][0].Subject.String())))
	}
	return list
}
