package telnet

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"

	"github.com/sightglass-go/sightglass/telnet/internal/credential"
)

// Authenticator decides who may enter. It may be asked by several goroutines at a time.
//
// Ready-made ones are PasswordFile, Tokens, UserIDs and ClientCertificates; an AuthenticatorFunc
// is the application's own.
type Authenticator interface {
	// Authenticate returns who peer is. After ErrDenied a peer that was asked something may try
	// again; with any other error the connection ends. ctx ends when the time for it is over or
	// the peer is gone. The user of an Identity beside an error is who it claims to be.
	Authenticate(ctx context.Context, peer *Peer) (Identity, error)
}

// AuthenticatorFunc is an Authenticator of one function.
type AuthenticatorFunc func(ctx context.Context, peer *Peer) (Identity, error)

// Authenticate calls f.
func (f AuthenticatorFunc) Authenticate(ctx context.Context, peer *Peer) (Identity, error) {
	return f(ctx, peer)
}

// Identity is somebody who was let in.
type Identity struct {
	User  string // the name in the log and in the list of sessions; "" is nobody in particular
	Level Level  // the highest level; a session has the lower one of it and Server.Level
}

// ErrDenied is what an Authenticator returns, wrapped or not, for somebody who is not to enter. The
// peer is told no more than this; the log has the whole error.
var ErrDenied = credential.ErrDenied

// ErrUnanswered is what Peer.Ask returns for a peer that has left the question alone: with Ctrl-C,
// with Ctrl-D, or by closing its side.
var ErrUnanswered = errors.New("the question was not answered")

// Peer is the other end of a connection, as the server has found it to be.
type Peer struct {
	Addr net.Addr // where it connects from

	// UID and PID are the user and the process at the other end, as the kernel tells; -1 and 0
	// where it does not. It tells both of a unix socket and the user of a connection on
	// loopback, on Linux.
	UID, PID int

	// TLS is the state of the encryption; nil without.
	TLS *tls.ConnectionState

	asked  bool
	dialog *dialog
}

// newPeer returns the peer that came in by w.
func newPeer(w *wayIn) *Peer { return &Peer{Addr: w.Addr, UID: w.UID, PID: w.PID} }

// Ask shows question and returns the line that is typed in answer. What was typed before the
// question counts. The error is that of ctx, of the connection, or ErrUnanswered. It is for use
// during Authenticate, by one goroutine at a time.
func (p *Peer) Ask(ctx context.Context, question string) (string, error) {
	p.asked = true
	return p.dialog.ask(ctx, question, false)
}

// AskSecret is Ask for what must not be read by who looks at the screen. A terminal that leaves
// its echo to the server does not show it; what sends plain lines has shown it already.
func (p *Peer) AskSecret(ctx context.Context, question string) (string, error) {
	p.asked = true
	return p.dialog.ask(ctx, question, true)
}

// from is addr in words where it is empty: clients have no name of their own on a unix socket, as a rule.
func from(addr net.Addr) string {
	if text := addr.String(); addr.Network() != "unix" || text != "" && text != "@" {
		return text
	}
	return "unix socket"
}

// attributes are what the log says of p.
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
