package docs_test

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// TestSecurity does what docs/security.md says: it makes the password file and the certificate,
// serves with them, and logs in with the client.
func TestSecurity(t *testing.T) {
	rig.Need(t, "bash", "htpasswd", "openssl", "socat", "telnet", "expect")
	var commands []rig.Block
	for _, b := range rig.Blocks(t, "docs/security.md") {
		if b.Lang == "sh" {
			commands = append(commands, b)
		}
	}
	if len(commands) != 3 {
		t.Fatalf("docs/security.md has %d blocks of commands; this test knows what to do with three", len(commands))
	}
	dir := t.TempDir()
	do := func(b rig.Block, script string) string {
		t.Helper()
		cmd := exec.Command("bash", "-e", "-c", script)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "PASSWORD=correct horse")
		cmd.Stdin = strings.NewReader("correct horse\n")
		cmd.WaitDelay = rig.Patience // in case something that it started stays
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", b, err, out)
		}
		return string(out)
	}
	// Where there is no terminal to ask for a password, -i reads it.
	do(commands[0], strings.ReplaceAll(commands[0].Text, "htpasswd ", "htpasswd -i <<<'correct horse' "))

	certificate, err := telnet.CertificateFiles(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := telnet.Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &telnet.Server{
		Registry:  registry.New(),
		Auth:      telnet.PasswordFile(filepath.Join(dir, "passwords")),
		TLSConfig: &tls.Config{GetCertificate: certificate},
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), rig.Patience)
		defer cancel()
		if err := errors.Join(server.Shutdown(ctx), <-served); !errors.Is(err, telnet.ErrServerClosed) {
			t.Error(err)
		}
	}()
	_, port, _ := strings.Cut(l.Addr().String(), ":")
	at := strings.NewReplacer("localhost:3000", "localhost:"+port, "3001", rig.FreePort(t))
	got := do(commands[2], at.Replace(commands[2].Text))
	if !strings.Contains(got, "sightglass in ") || !strings.Contains(got, "> 2\r\n> bye") {
		t.Errorf("%v: got %q", commands[2], got)
	}
	tunnel, client, _ := strings.Cut(at.Replace(commands[1].Text), " &\n")
	got = do(commands[1], "expect <<'END'\n"+strings.NewReplacer("TUNNEL", strings.Replace(tunnel, "socat ", "socat -d -d ", 1), "CLIENT", strings.TrimSpace(client)).Replace(typing)+"END\n")
	if !strings.Contains(got, "> 1 + 1\r\n") || strings.Contains(got, "horse") {
		t.Errorf("%v: got %q", commands[1], got)
	}
}

// typing is an expect script of what somebody types, in which each step waits for what it needs. It
// kills the tunnel: a socat that is about to report the end of its connection may, as its terminal
// goes away, try that for ever.
const typing = `set timeout 60
set tunnel [spawn -noecho TUNNEL]
expect -re "listening on" {} timeout { exit 1 }
spawn -noecho CLIENT
expect "user: " {} timeout { exit 2 }
send "alice\r"
expect "password: " {} timeout { exit 3 }
send "correct horse\r"
expect "> " {} timeout { exit 4 }
send "1 + 1\r"
expect -re "\n\[^\n]*2\[^\n]*\r\n.*> " {} timeout { exit 5 }
send "quit\r"
expect eof {} timeout { exit 6 }
catch { exec kill -KILL $tunnel }
`

// tryUnit lets systemd check a unit, with a program that there is in the place of the example's.
func tryUnit(t *testing.T, b rig.Block) {
	rig.Need(t, "systemd-analyze")
	unit := filepath.Join(t.TempDir(), "shop.service")
	text := strings.NewReplacer("/usr/bin/shop", "/bin/true", "User=shop", "User=root").Replace(b.Text)
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || strings.Contains(string(out), "shop.service") {
		t.Errorf("%v: %v\n%s", b, err, out)
	}
}
