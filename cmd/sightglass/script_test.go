package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// TestScripts runs the command lines in testdata/script, each file on servers that all share.
func TestScripts(t *testing.T) {
	env := scriptServers(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", filepath.Dir(env["PROGRAM"])+string(os.PathListSeparator)+e.Getenv("PATH"))
			for name, value := range env {
				e.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": exitsWith},
	})
}

// pathWith has PATH begin with a folder that has a program of this name.
func pathWith(t *testing.T, name, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// exitsWith runs a program, which has to exit with a code: code 2 program arguments…
func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code number program [arguments]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// scripted is the object of the scripts.
type scripted struct {
	orders []order
	big    uint64
	evil   string
}

type order struct {
	item  string
	price float64
}

// scriptServers starts the servers that the scripts connect to, and returns the environment that
// names them.
func scriptServers(t *testing.T) map[string]string {
	t.Helper()
	run := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", run)
	first := rig.RunDemo(t, "--listen", "127.0.0.1:0")
	rig.RunDemo(t, "--listen", "127.0.0.1:0")

	reg := registry.New()
	reg.GuardWait, reg.CallTime = rig.Patience, rig.Patience
	reg.Expose("shop", &scripted{[]order{{"tea", 2.5}, {"milk", 0.5}}, 1<<64 - 1, "a\x1b[2J\u009b1A\u202e"}, registry.Frozen())
	server := func(s *telnet.Server) string {
		s.Registry, s.MaxAttempts = reg, 1000
		return rig.Start(t, "tcp", "127.0.0.1:0", s).String()
	}
	pair, file := selfSigned(t, run)
	pool := x509.NewCertPool()
	pool.AddCert(pair.Leaf)
	encrypted := &tls.Config{Certificates: []tls.Certificate{pair}}
	certified := &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.VerifyClientCertIfGiven}
	return map[string]string{
		"PROGRAM":   rig.Program(t),
		"RUN":       run,
		"DEMOPID":   strconv.Itoa(first.Cmd.Process.Pid),
		"ESC":       "\x1b",
		"ADDR":      server(new(telnet.Server)),
		"TOKEN":     server(&telnet.Server{Auth: telnet.Tokens(map[string]telnet.Identity{"a-long-token-of-the-tests": {}})}),
		"SECURE":    server(&telnet.Server{Auth: telnet.AuthenticatorFunc(asksAnn), TLSConfig: encrypted}),
		"CERTIFIED": server(&telnet.Server{Auth: telnet.ClientCertificates(map[string]telnet.Level{"sightglass": telnet.Look}), TLSConfig: certified}),
		"CA":        file,
		"CERT":      file,
		"NOWHERE":   "127.0.0.1:" + rig.FreePort(t),
		"REFUSES":   rig.Stranger(t, func(conn net.Conn, lines *bufio.Scanner) { io.WriteString(conn, "no entry \x1b[2J\r\n") }),
		"CLOSES":    rig.Stranger(t, func(net.Conn, *bufio.Scanner) {}),
		"SILENT":    rig.Stranger(t, func(conn net.Conn, lines *bufio.Scanner) { io.Copy(io.Discard, conn) }),
		"ENDLESS":   rig.Stranger(t, func(conn net.Conn, lines *bufio.Scanner) { repeat(conn, "\x1b[2J welcome\r\n") }),
		"ENDLESSLINE": rig.Stranger(t, func(conn net.Conn, lines *bufio.Scanner) {
			repeat(conn, strings.Repeat("x", 1000))
		}),
		"LIES": rig.Stranger(t, func(conn net.Conn, lines *bufio.Scanner) {
			io.WriteString(conn, `{"v":1,"ok":true,"type":"session","value":"","text":""}`+"\n")
			lines.Scan()
			io.WriteString(conn, "{\"v\":1,\"id\":1,\"ok\":true,\"value\":\x1b[2J}\n")
		}),
	}
}

// asksAnn admits ann with her password.
func asksAnn(ctx context.Context, p *telnet.Peer) (telnet.Identity, error) {
	user, err := p.Ask(ctx, "user: ")
	if err != nil {
		return telnet.Identity{}, err
	}
	password, err := p.AskSecret(ctx, "password: ")
	if err == nil && (user != "ann" || password != "tea-time") {
		err = telnet.ErrDenied
	}
	return telnet.Identity{User: user}, err
}

// repeat writes text until the peer is gone.
func repeat(conn net.Conn, text string) {
	for {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
	}
}

// selfSigned returns a certificate of its own authority for a server and a client on 127.0.0.1, and a
// file with it and its key.
func selfSigned(t *testing.T, dir string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sightglass"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	file := filepath.Join(dir, "pair.pem")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		t.Fatal(err)
	}
	return pair, file
}
