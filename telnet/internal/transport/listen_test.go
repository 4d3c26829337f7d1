package transport

import (
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// reach checks that a client of addr reaches l.
func reach(t *testing.T, l net.Listener, network, addr string) {
	t.Helper()
	there, err := net.Dial(network, addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer there.Close()
	here, err := l.Accept()
	if err != nil {
		t.Error(err)
		return
	}
	here.Close()
}

func TestListenLocalhost(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	l, err := Listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for _, host := range []string{"127.0.0.1", "::1"} {
		if probe, err := net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			t.Logf("this machine has no %s: %v", host, err)
			continue
		} else {
			probe.Close()
		}
		reach(t, l, "tcp", net.JoinHostPort(host, port))
	}
	if again, err := Listen("localhost:" + port); err == nil {
		again.Close()
		t.Error("the port was taken twice")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting after it: %v", err)
	}
}

func TestListenBadAddress(t *testing.T) {
	for _, addr := range []string{"", "localhost", "3000", "/run/x", "unix:", "unix:/no/such/folder/s", "unix:" + filepath.Join(t.TempDir(), strings.Repeat("x", 120))} {
		if l, err := Listen(addr); err == nil {
			l.Close()
			t.Errorf("%q was listened to", addr)
		}
	}
}
