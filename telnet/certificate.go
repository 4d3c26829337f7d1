package telnet

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"os"
	"sync"
	"time"
)

// ClientCertificates lets in who has a certificate, by the common name of its subject. The
// server's TLSConfig says whose signature counts: ClientCAs, with ClientAuth at
// tls.VerifyClientCertIfGiven or tls.RequireAndVerifyClientCert. A certificate that was not
// verified counts for nothing.
func ClientCertificates(levels map[string]Level) Authenticator {
	levels = maps.Clone(levels)
	return AuthenticatorFunc(func(_ context.Context, peer *Peer) (Identity, error) {
		if peer.TLS == nil || len(peer.TLS.VerifiedChains) == 0 {
			return Identity{}, fmt.Errorf("no certificate that was verified: %w", ErrDenied)
		}
		name := peer.TLS.VerifiedChains[0][0].Subject.CommonName
		level, ok := levels[name]
		if !ok || name == "" {
			return Identity{User: name}, ErrDenied
		}
		return Identity{User: name, Level: level}, nil
	})
}

// CertificateFiles returns what to use as the GetCertificate of a tls.Config: the certificate in
// two PEM files, read anew when one of them has changed, so that it may be renewed while the
// server runs. The error is that of the first reading. While files that have changed cannot be
// used, because one is written and the other not yet, the certificate of before stays in use.
func CertificateFiles(certFile, keyFile string) (func(*tls.ClientHelloInfo) (*tls.Certificate, error), error) {
	f := &certificateFiles{cert: certFile, key: keyFile}
	if err := f.load(); err != nil {
		return nil, err
	}
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.get(), nil }, nil
}

type certificateFiles struct {
	cert, key string

	mu     sync.Mutex
	loaded *tls.Certificate
	as     [2]fileState
}

// fileState changes when a file does.
type fileState struct {
	at   time.Time
	size int64
}

func (f *certificateFiles) state() (now [2]fileState, err error) {
	for i, name := range []string{f.cert, f.key} {
		info, err := os.Stat(name)
		if err != nil {
			return now, err
		}
		now[i] = fileState{info.ModTime(), info.Size()}
	}
	return now, nil
}

func (f *certificateFiles) load() error {
	now, err := f.state()
	if err != nil || now == f.as && f.loaded != nil {
		return err
	}
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("telnet: certificate of %s: %w", f.cert, err)
	}
	after, err := f.state()
	if err == nil && after == now { // or else it is read again at the next connection
		f.as = now
	}
	f.loaded = &c
	return err
}

func (f *certificateFiles) get() *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.load() // without success the one of before stays
	return f.loaded
}
