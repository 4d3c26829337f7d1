package telnet

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"os/user"
	"strconv"

	"github.com/sightglass-go/sightglass/telnet/internal/credential"
)

// PasswordFile returns an Authenticator that asks for a name and a password and looks them up in
// the file at path, which it reads again each time. A line of the file is name:hash, as htpasswd -B
// writes it, or name:hash:act for a user who may act; the hash is bcrypt's. Empty lines and those
// that begin with # are skipped. A file of more than 1 MiB is an error.
//
// Passwords are compared one at a time, as bcrypt by design takes tens of milliseconds of a
// processor. An unknown name takes as long as one whose hash has the highest cost in the file. Only
// the first 72 bytes of a password count, as always with bcrypt.
func PasswordFile(path string) Authenticator {
	file := credential.NewPasswordFile(path)
	return AuthenticatorFunc(func(ctx context.Context, peer *Peer) (Identity, error) {
		name, err := peer.Ask(ctx, "user: ")
		if err != nil {
			return Identity{}, err
		}
		password, err := peer.AskSecret(ctx, "password: ")
		if err != nil {
			return Identity{}, err
		}
		account, err := file.Check(ctx, name, password)
		who := Identity{User: account.User}
		if account.Acts {
			who.Level = Act
		}
		return who, err
	})
}

// Tokens returns an Authenticator that asks for a token and admits whoever has one of the keys of
// owners, as the Identity under that key. The time that a comparison takes does not depend on the
// tokens. A token should be random and have at least 20 bytes. The empty token admits nobody.
func Tokens(owners map[string]Identity) Authenticator {
	tokens := credential.NewTokens(owners)
	return AuthenticatorFunc(func(ctx context.Context, peer *Peer) (Identity, error) {
		token, err := peer.AskSecret(ctx, "token: ")
		if err != nil {
			return Identity{}, err
		}
		who, ok := tokens.Owner(token)
		if !ok {
			return Identity{}, ErrDenied
		}
		return who, nil
	})
}

// UserIDs returns an Authenticator that asks nothing and admits the users of this machine whose
// numbers are the keys of levels, as the kernel tells them: on a unix socket, whose file mode must
// let them connect, and on loopback. Only Linux tells; elsewhere it admits nobody.
func UserIDs(levels map[int]Level) Authenticator {
	levels = maps.Clone(levels)
	return AuthenticatorFunc(func(_ context.Context, peer *Peer) (Identity, error) {
		level, ok := levels[peer.UID]
		switch {
		case peer.UID < 0:
			return Identity{}, fmt.Errorf("the kernel does not tell the user: %w", ErrDenied)
		case !ok:
			return Identity{User: userName(peer.UID)}, ErrDenied
		}
		return Identity{User: userName(peer.UID), Level: level}, nil
	})
}

// userName returns the name of a user of this machine, or "uid " and the number if it has none.
func userName(uid int) string {
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "uid " + id
}

// ClientCertificates returns an Authenticator that asks nothing and admits whoever has a client
// certificate whose subject has one of the keys of levels as its common name. Server.TLSConfig says
// who may sign: its ClientCAs, with ClientAuth at tls.VerifyClientCertIfGiven or
// tls.RequireAndVerifyClientCert. A certificate that TLS did not verify counts for nothing.
func ClientCertificates(levels map[string]Level) Authenticator {
	levels = maps.Clone(levels)
	return AuthenticatorFunc(func(_ context.Context, peer *Peer) (Identity, error) {
		if peer.TLS == nil || len(peer.TLS.VerifiedChains) == 0 {
			return Identity{}, fmt.Errorf("no verified certificate: %w", ErrDenied)
		}
		name := peer.TLS.VerifiedChains[0][0].Subject.CommonName
		level, ok := levels[name]
		if !ok || name == "" {
			return Identity{User: name}, ErrDenied
		}
		return Identity{User: name, Level: level}, nil
	})
}

// CertificateFiles returns a function for the GetCertificate of a tls.Config. It serves the
// certificate in two PEM files and reads them again when one has changed, so that a certificate can
// be renewed while the server runs. The error is that of the first reading. While changed files
// cannot be used, because one is written and the other not yet, the previous certificate is served.
func CertificateFiles(certFile, keyFile string) (func(*tls.ClientHelloInfo) (*tls.Certificate, error), error) {
	files, err := credential.NewCertificateFiles(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return files.Get(), nil }, nil
}
