package telnet

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// inNetwork is the environment variable that tells a test binary that it runs in a network of its
// own, with the addresses 192.0.2.1 to 192.0.2.3.
const inNetwork = "SIGHTGLASS_TEST_NETWORK"

// Beyond loopback nothing is served without TLS and Auth. With them, wrong passwords from one
// address are throttled, and the right user can log in at another.
func TestRemote(t *testing.T) {
	t.Parallel()
	if os.Getenv(inNetwork) == "" {
		if os.Getuid() != 0 {
			t.Skip("only root can make a network")
		}
		program("ip", t)
		script := "ip link set lo up"
		for i := 1; i <= 3; i++ {
			script += fmt.Sprintf(" && ip address add 192.0.2.%d/24 dev lo", i)
		}
		cmd := exec.Command(program("unshare", t), "--net", "sh", "-c", script+` && exec "$0" -test.run='^TestRemote$' -test.v`, os.Args[0])
		cmd.Env = append(os.Environ(), inNetwork+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestRemote") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := (&Server{Addr: "192.0.2.1:0"}).ListenAndServe(); !errors.Is(err, ErrInsecure) {
		t.Errorf("without TLS and a login: %v", err)
	}
	a := newAuthority(t)
	l, err := Listen("192.0.2.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serveOn(t, &Server{
		Auth:        PasswordFile(passwords(t, "alice:{right}")),
		TLSConfig:   &tls.Config{Certificates: []tls.Certificate{a.certificate(t, "server")}},
		MaxAttempts: 2,
		MaxRate:     -1,
	}, l)
	login := func(from, password string) string {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		conn, err := tls.DialWithDialer(&d, "tcp", l.Addr().String(), &tls.Config{RootCAs: a.pool, ServerName: "localhost"})
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, conn)
		defer conn.Close()
		for range maxTries {
			c.conn.Write([]byte("alice\n" + password + "\n"))
		}
		c.conn.Write([]byte("quit\n"))
		return c.rest()
	}
	throttled := 0
	for i := range 100 {
		switch got := login("192.0.2.2", fmt.Sprint("wrong ", i)); {
		case strings.Contains(got, "sightglass in"):
			t.Fatalf("let in: %q", got)
		case strings.HasSuffix(got, errTooManyFailures.Error()+"\r\n"):
			throttled++
		}
	}
	if throttled < 90 {
		t.Errorf("%d of 100 were throttled", throttled)
	}
	if got := login("192.0.2.2", "right"); strings.Contains(got, "sightglass in") {
		t.Errorf("the right password is tried at the attacker's address: %q", got)
	}
	if got := login("192.0.2.3", "right"); !strings.Contains(got, "sightglass in") {
		t.Errorf("at another address: %q", got)
	}
	s.log.until(t, "peer=192.0.2.3")
}
