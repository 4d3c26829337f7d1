package telnet

import (
	"context"

	"github.com/sightglass-go/sightglass/telnet/internal/credential"
)

// Authenticator decides who may enter. PasswordFile, Tokens, UserIDs and ClientCertificates return
// ready-made ones; AuthenticatorFunc makes one of a function. It must be safe for concurrent use.
type Authenticator interface {
	// Authenticate returns who the peer is. After an error that wraps ErrDenied, a peer that was
	// asked something may try again, three times in all; any other error ends the connection. The
	// Identity beside an error is whom the peer claims to be, for the log. ctx ends with
	// Server.LoginTimeout or when the peer is gone.
	Authenticate(ctx context.Context, peer *Peer) (Identity, error)
}

// AuthenticatorFunc makes an Authenticator of a function.
type AuthenticatorFunc func(ctx context.Context, peer *Peer) (Identity, error)

// Authenticate calls f.
func (f AuthenticatorFunc) Authenticate(ctx context.Context, peer *Peer) (Identity, error) {
	return f(ctx, peer)
}

// Identity is who was let in. The zero Identity is a user without a name who may look.
type Identity struct {
	User  string // the name in the log and in the list of sessions; may be empty
	Level Level  // the highest level; that of the server and of the listener may be lower
}

// ErrDenied is the error of an Authenticator, wrapped or not, that does not admit a peer. The peer
// is told no more than its text; the log has the whole error.
var ErrDenied = credential.ErrDenied
