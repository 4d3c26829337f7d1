package telnet

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	der, key := a.sign(t, "an authority")
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, a.key = cert, key
	a.pool.AddCert(cert)
	return a
}

// sign makes a certificate for name. The first is that of the authority itself.
func (a *authority) sign(t *testing.T, name string) (der []byte, key *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		BasicConstraintsValid: true, IsCA: a.cert == nil,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, by := template, key
	if a.cert != nil {
		parent, by = a.cert, a.key
	}
	der, err = x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

func (a *authority) certificate(t *testing.T, name string) tls.Certificate {
	der, key := a.sign(t, name)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// files writes a certificate for name into a folder.
func (a *authority) files(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	der, private := a.sign(t, name)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func (v *served) dialTLS(t *testing.T, config *tls.Config) (*client, error) {
	t.Helper()
	conn, err := tls.Dial("tcp", v.addr.String(), config)
	if err != nil {
		return nil, err
	}
	return newClient(t, conn), nil
}

// A certificate can be renewed while the server runs, and is not used while half written.
func TestCertificateRenewal(t *testing.T) {
	a, dir := newAuthority(t), t.TempDir()
	cert, key := a.files(t, dir, "first")
	get, err := CertificateFiles(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, &Server{TLSConfig: &tls.Config{GetCertificate: get}}, "tcp", "127.0.0.1:0")
	serves := func(want string) {
		t.Helper()
		c, err := s.dialTLS(t, &tls.Config{RootCAs: a.pool})
		if err != nil {
			t.Fatal(err)
		}
		c.send("1\nquit\n")
		if got := c.rest(); !strings.Contains(got, "> 1\r\n> bye\r\n") {
			t.Errorf("got %q", got)
		}
		if got := c.conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName; got != want {
			t.Errorf("the certificate is that of %s, want %s", got, want)
		}
	}
	serves("first")
	a.files(t, dir, "second")
	serves("second")
	if err := os.WriteFile(cert, []byte("-----BEGIN"), 0o600); err != nil {
		t.Fatal(err)
	}
	serves("second")
	os.Remove(key)
	serves("second")
	a.files(t, dir, "third")
	serves("third")
	if _, err := CertificateFiles(filepath.Join(dir, "none"), key); err == nil {
		t.Error("no certificate is one")
	}
}

func TestClientCertificates(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	for _, auth := range []tls.ClientAuthType{tls.VerifyClientCertIfGiven, tls.RequestClientCert} {
		s := serve(t, &Server{
			Auth:      ClientCertificates(map[string]Level{"alice": Look, "": Act}),
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{ours.certificate(t, "server")}, ClientAuth: auth, ClientCAs: ours.pool},
		}, "tcp", "127.0.0.1:0")
		var trying sync.WaitGroup
		for _, tc := range []struct {
			name  string
			certs []tls.Certificate
			ok    bool
		}{
			{"hers", []tls.Certificate{ours.certificate(t, "alice")}, auth == tls.VerifyClientCertIfGiven},
			{"another's", []tls.Certificate{ours.certificate(t, "bob")}, false},
			{"a nameless one", []tls.Certificate{ours.certificate(t, "")}, false},
			{"none", nil, false},
			{"one that somebody else has signed", []tls.Certificate{theirs.certificate(t, "alice")}, false},
		} {
			trying.Go(func() {
				c, err := s.dialTLS(t, &tls.Config{RootCAs: ours.pool, Certificates: tc.certs})
				if err != nil {
					t.Error(err)
					return
				}
				c.conn.Write([]byte("1\nquit\n"))
				if got := c.rest(); strings.Contains(got, "> 1\r\n") != tc.ok || strings.Contains(got, "sightglass in ") != tc.ok {
					t.Errorf("%v, %s: got %q", auth, tc.name, got)
				}
			})
		}
		trying.Wait()
		if auth == tls.VerifyClientCertIfGiven {
			s.log.until(t, `certificate="CN=alice" user=alice`)
			s.log.until(t, `certificate="CN=bob" lasted=`)
		}
	}
}

// A client that does not shake hands has a place until the deadline; one that speaks plain text is
// closed.
func TestHandshake(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	s := serve(t, &Server{LoginTimeout: time.Second, TLSConfig: &tls.Config{Certificates: []tls.Certificate{a.certificate(t, "server")}}}, "tcp", "127.0.0.1:0")
	silent, clear := s.dial(t), s.dial(t)
	clear.send("1\n")
	for name, c := range map[string]*client{"silent": silent, "clear": clear} {
		if got := c.rest(); strings.Contains(got, "sightglass") || strings.Contains(got, "> ") {
			t.Errorf("one that is %s gets %q", name, got)
		}
	}
	web, err := s.dialTLS(t, &tls.Config{RootCAs: a.pool})
	if err != nil {
		t.Fatal(err)
	}
	web.send("GET / HTTP/1.1\r\n\r\nevil()\r\n")
	if got := web.rest(); got != "" {
		t.Errorf("HTTP in TLS gets %q", got)
	}
	s.log.until(t, "language=HTTP")
}

func TestTLSConfigWithoutCertificate(t *testing.T) {
	s := &Server{Addr: "127.0.0.1:0", TLSConfig: &tls.Config{}}
	if err := s.ListenAndServe(); err == nil || !strings.Contains(err.Error(), "CertificateFiles") {
		t.Errorf("listening: %v", err)
	}
}

// Each program that speaks TLS has a whole session, with a password.
func TestTLSPrograms(t *testing.T) {
	a, dir := newAuthority(t), t.TempDir()
	cert, key := a.files(t, dir, "server")
	get, err := CertificateFiles(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "root.pem")
	if err := os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, &Server{Auth: PasswordFile(passwords(t, "alice:{correct horse}")), TLSConfig: &tls.Config{GetCertificate: get}}, "tcp", "127.0.0.1:0")
	for _, words := range [][]string{
		{"openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", root, "-connect", s.addr.String()},
		{"socat", "-t5", "-", "OPENSSL:" + s.addr.String() + ",cafile=" + root},
	} {
		cmd := exec.Command(program(words[0], t), words[1:]...)
		var stderr bytes.Buffer
		cmd.Stdin, cmd.Stderr = strings.NewReader("alice\ncorrect horse\n1\nquit\n"), &stderr
		out, err := cmd.Output()
		if got := string(out); !strings.Contains(got, "password: sightglass in ") || !strings.HasSuffix(got, "> 1\r\n> bye\r\n") {
			t.Errorf("%s: got %q, %v, %s", words[0], got, err, &stderr)
		}
	}
}
